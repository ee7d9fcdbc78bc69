"""Latvian: countries and sentences as its speakers say them. From knowledge of the language."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

RIGHT = """
    AE Apvienotajos Arābu Emirātos; BS Bahamu salās; CD Kongo Demokrātiskajā Republikā; CG Kongo Republikā
    CH Šveicē; CI Kotdivuārā; CZ Čehijā; DE Vācijā; EE Igaunijā; EG Ēģiptē; GB Lielbritānijā; GM Gambijā
    HK Honkongā; IN Indijā; IS Islandē; KP Ziemeļkorejā; KR Dienvidkorejā; LT Lietuvā; LV Latvijā; MC Monako
    MK Ziemeļmaķedonijā; MM Mjanmā; MV Maldīvijā; MX Meksikā; NL Nīderlandē; NZ Jaunzēlandē; PE Peru; PH Filipīnās
    PS Palestīnas teritorijās; PT Portugālē; SE Zviedrijā; SZ Esvatini; TR Turcijā; UA Ukrainā
    US Amerikas Savienotajās Valstīs; VA Vatikānā; GI Gibraltārā; KY Kaimanu salās; IM Menas salā; JP Japānā
    GQ Ekvatoriālajā Gvinejā; TT Trinidādā un Tobāgo
"""
CASES = [case.strip().split(" ", 1) for case in RIGHT.replace("\n", ";").split(";") if case.strip()]


@pytest.mark.parametrize(("code", "place"), CASES)
def test_a_country_is_said_as_in_latvian(code: str, place: str) -> None:
    """A country has the case and the name that a speaker of Latvian gives it."""
    assert Wording("lv").place(code) == place


@pytest.mark.parametrize(
    ("prompt", "parameters", "text"),
    [
        ("disclosure", ("PH",), "Uz jūsu zvanu atbildēs darbinieks, kas atrodas Filipīnās."),
        ("agent-disclosure", ("GB",), "Darbinieks, ar kuru runājat, atrodas Lielbritānijā."),
        ("language", ("3",), "Lai runātu latviski, nospiediet 3."),
        (
            "offer",
            ("US", "1", "*"),
            (
                "Lai runātu ar darbinieku, kas atrodas Amerikas Savienotajās Valstīs, nospiediet 1. "
                "Lai turpinātu, nospiediet zvaigznīti."
            ),
        ),
        (
            "offer-right",
            ("LV", "1"),
            "Jums ir tiesības runāt ar darbinieku, kas atrodas Latvijā: nospiediet 1 vai palieciet uz līnijas.",
        ),
        ("wait", ("1",), "Paredzamais gaidīšanas laiks ir aptuveni 1 minūte."),
        ("wait", ("3",), "Paredzamais gaidīšanas laiks ir aptuveni 3 minūtes."),
        ("wait", ("10",), "Paredzamais gaidīšanas laiks ir aptuveni 10 minūšu."),
        ("wait", ("21",), "Paredzamais gaidīšanas laiks ir aptuveni 21 minūte."),
    ],
)
def test_a_prompt_says_this_in_latvian(prompt: str, parameters: tuple[str, ...], text: str) -> None:
    """The words of the prompts that matter most are these."""
    assert Wording("lv").text(prompt, *parameters) == text


def test_minutes_are_feminine_to_the_voice() -> None:
    """The voice would count minutes in the masculine."""
    wording = Wording("lv")
    assert "aptuveni viena minūte" in wording.spoken(wording.text("wait", "1"))
    assert "aptuveni divas minūtes" in wording.spoken(wording.text("wait", "2"))
    assert "aptuveni divdesmit viena minūte" in wording.spoken(wording.text("wait", "21"))
    assert "12 minūšu" in wording.spoken(wording.text("wait", "12"))
