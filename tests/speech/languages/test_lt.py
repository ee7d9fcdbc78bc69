"""Lithuanian: countries and sentences as its speakers say them. From knowledge of the language."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

RIGHT = """
    AE Jungtiniuose Arabų Emyratuose; BS Bahamose; CD Kongo Demokratinėje Respublikoje; CG Kongo Respublikoje
    CI Dramblio Kaulo Krante; CZ Čekijoje; DE Vokietijoje; EG Egipte; GB Jungtinėje Karalystėje; GM Gambijoje
    HK Honkonge; IN Indijoje; KP Šiaurės Korėjoje; KR Pietų Korėjoje; LT Lietuvoje; MK Šiaurės Makedonijoje
    MM Mianmare; MV Maldyvuose; NL Nyderlanduose; NZ Naujojoje Zelandijoje; PH Filipinuose
    PS Palestinos teritorijose; TR Turkijoje; US Jungtinėse Valstijose; CL Čilėje; IL Izraelyje; SC Seišeliuose
    MU Mauricijuje; PY Paragvajuje; KY Kaimanų salose; IM Meno saloje; BN Brunėjuje; JP Japonijoje; SZ Esvatinyje
"""
CASES = [case.strip().split(" ", 1) for case in RIGHT.replace("\n", ";").split(";") if case.strip()]


@pytest.mark.parametrize(("code", "place"), CASES)
def test_a_country_is_said_as_in_lithuanian(code: str, place: str) -> None:
    """A country has the case and the name that a speaker of Lithuanian gives it."""
    assert Wording("lt").place(code) == place


@pytest.mark.parametrize(
    ("prompt", "parameters", "text"),
    [
        ("disclosure", ("PH",), "Į jūsų skambutį atsakys darbuotojas, esantis Filipinuose."),
        ("language", ("3",), "Jei norite kalbėti lietuviškai, spauskite 3."),
        ("wait", ("1",), "Numatomas laukimo laikas – apie 1 minutę."),  # noqa: RUF001 - a dash of the language
        ("wait", ("5",), "Numatomas laukimo laikas – apie 5 minutes."),  # noqa: RUF001 - a dash of the language
        ("wait", ("10",), "Numatomas laukimo laikas – apie 10 minučių."),  # noqa: RUF001 - a dash of the language
    ],
)
def test_a_prompt_says_this_in_lithuanian(prompt: str, parameters: tuple[str, ...], text: str) -> None:
    """The words of the prompts that matter most are these."""
    assert Wording("lt").text(prompt, *parameters) == text


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        ("1", "vieną minutę"),
        ("5", "penkias minutes"),
        ("21", "dvidešimt vieną minutę"),
        ("10", "10 minučių"),
    ],
)
def test_the_voice_counts_minutes_as_speakers_do(minutes: str, said: str) -> None:
    """Numbers before a noun are not those of counting."""
    wording = Wording("lt")
    assert said in wording.spoken(wording.text("wait", minutes))
