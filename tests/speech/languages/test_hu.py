"""Hungarian: countries and sentences as its speakers say them. From knowledge of the language."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

RIGHT = """
    AE az Egyesült Arab Emírségekben; BS a Bahama-szigeteken; CD a Kongói Demokratikus Köztársaságban
    CG a Kongói Köztársaságban; CI Elefántcsontparton; CZ Csehországban; GB az Egyesült Királyságban; GM Gambiában
    HK Hongkongban; HU Magyarországon; IN Indiában; IS Izlandon; KP Észak-Koreában; KR Dél-Koreában
    MK Észak-Macedóniában; MM Mianmarban; MV a Maldív-szigeteken; MX Mexikóban; NL Hollandiában; NZ Új-Zélandon
    PH a Fülöp-szigeteken; PS a Palesztin Autonómia területén; RO Romániában; SZ Szváziföldön; TH Thaiföldön
    TR Törökországban; US az Egyesült Államokban; MT Máltán; IL Izraelben; BB Barbadoson; CY Cipruson; MC Monacóban
    ZA a Dél-afrikai Köztársaságban; CL Chilében; AX az Åland-szigeteken; IM a Man-szigeten; HT Haitin; CH Svájcban
    AQ az Antarktiszon; CR Costa Ricában; DO a Dominikai Köztársaságban; ZW Zimbabwében
"""
CASES = [case.strip().split(" ", 1) for case in RIGHT.replace("\n", ";").split(";") if case.strip()]


@pytest.mark.parametrize(("code", "place"), CASES)
def test_a_country_is_said_as_in_hungarian(code: str, place: str) -> None:
    """A country has the article, the ending and the name that a speaker of Hungarian gives it."""
    assert Wording("hu").place(code) == place


@pytest.mark.parametrize(
    ("prompt", "parameters", "text"),
    [
        ("disclosure", ("PH",), "Hívását a Fülöp-szigeteken tartózkodó munkatársunk fogadja."),
        (
            "offer",
            ("US", "1"),
            (
                "Ha az Egyesült Államokban tartózkodó munkatárssal szeretne beszélni, nyomja meg az 1-es gombot. "
                "Egyébként maradjon vonalban."
            ),
        ),
        (
            "offer-right",
            ("HU", "1", "2"),
            (
                "Joga van Magyarországon tartózkodó munkatárssal beszélni: ehhez nyomja meg az 1-es, "
                "a folytatáshoz a 2-es gombot."
            ),
        ),
        (
            "offer",
            ("HU", "2", "*"),
            (
                "Ha Magyarországon tartózkodó munkatárssal szeretne beszélni, nyomja meg a 2-es, "
                "a folytatáshoz a csillag gombot."
            ),
        ),
        (
            "offer-right",
            ("HU", "1"),
            (
                "Joga van Magyarországon tartózkodó munkatárssal beszélni: ehhez nyomja meg az 1-es gombot, "
                "vagy maradjon vonalban."
            ),
        ),
        ("agent-disclosure", ("IN",), "Hívását fogadó munkatársunk Indiában tartózkodik."),
        ("outbound", ("IN",), "Jó napot kívánunk! Az Önt hívó munkatársunk Indiában tartózkodik."),
        ("language", ("3",), "Ha magyarul szeretne beszélni, nyomja meg a 3-as gombot."),
        ("wait", ("5",), "A várakozási idő várhatóan körülbelül 5 perc."),
    ],
)
def test_a_prompt_says_this_in_hungarian(prompt: str, parameters: tuple[str, ...], text: str) -> None:
    """The words of the prompts that matter most are these."""
    assert Wording("hu").text(prompt, *parameters) == text


@pytest.mark.parametrize(
    ("code", "spoken"),
    [
        ("CK", "a Kuk-szigeteken"),
        ("CL", "Csilében"),
        ("CR", "Koszta Rikában"),
        ("EC", "Ekvadorban"),
        ("JM", "Jamajkában"),
        ("LC", "Szent Lucia szigetén"),
        ("MC", "Monakóban"),
        ("MF", "Szen Marten területén"),
        ("MU", "Mauríciuszon"),
        ("NI", "Nikaraguában"),
        ("PR", "Puerto Rikóban"),
        ("SM", "Szan Marinóban"),
        ("SV", "Szalvadorban"),
        ("TH", "Tajföldön"),
    ],
)
def test_a_name_is_given_to_the_voice_by_its_sound(code: str, spoken: str) -> None:
    """The voice is told how a name sounds where it would read it by the rules of Hungarian."""
    wording = Wording("hu")
    assert wording.spoken(wording.place(code)) == spoken
