"""Finnish: countries and sentences as its speakers say them. From knowledge of the language."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

RIGHT = """
    AE Arabiemiirikunnissa; BS Bahamalla; CD Kongon demokraattisessa tasavallassa; CG Kongon tasavallassa
    CI Norsunluurannikolla; CZ Tšekissä; DE Saksassa; EE Virossa; FI Suomessa; GB Isossa-Britanniassa; GM Gambiassa
    HK Hongkongissa; IE Irlannissa; IN Intiassa; KP Pohjois-Koreassa; KR Etelä-Koreassa; MK Pohjois-Makedoniassa
    MM Myanmarissa; MV Malediiveilla; NL Alankomaissa; NZ Uudessa-Seelannissa; PH Filippiineillä; NE Nigerissä
    PS Palestiinalaisalueilla; RU Venäjällä; SE Ruotsissa; SZ Eswatinissa; TR Turkissa; US Yhdysvalloissa
    KY Caymansaarilla; IM Mansaarella; CL Chilessä; EG Egyptissä; YE Jemenissä; VN Vietnamissa; CY Kyproksella
    IS Islannissa; TH Thaimaassa; BY Valko-Venäjällä; AX Ahvenanmaalla; CH Sveitsissä; MC Monacossa
"""
CASES = [case.strip().split(" ", 1) for case in RIGHT.replace("\n", ";").split(";") if case.strip()]


@pytest.mark.parametrize(("code", "place"), CASES)
def test_a_country_is_said_as_in_finnish(code: str, place: str) -> None:
    """A country has the case and the name that a speaker of Finnish gives it."""
    assert Wording("fi").place(code) == place


@pytest.mark.parametrize(
    ("prompt", "parameters", "text"),
    [
        ("disclosure", ("PH",), "Puheluunne vastaa Filippiineillä oleva asiakaspalvelija."),
        ("agent-disclosure", ("GB",), "Asiakaspalvelijanne on Isossa-Britanniassa."),
        (
            "offer",
            ("US", "1", "2"),
            ("Jos haluatte puhua Yhdysvalloissa olevan asiakaspalvelijan kanssa, valitkaa 1. Jatkaaksenne valitkaa 2."),
        ),
        (
            "offer",
            ("FI", "1"),
            "Jos haluatte puhua Suomessa olevan asiakaspalvelijan kanssa, valitkaa 1. Muuten pysykää linjalla.",
        ),
        ("language", ("3",), "Jos haluatte palvelua suomeksi, valitkaa 3."),
        (
            "offer-right",
            ("FI", "1", "*"),
            (
                "Teillä on oikeus puhua Suomessa olevan asiakaspalvelijan kanssa: valitkaa 1 tai, jos haluatte jatkaa, "
                "tähti."
            ),
        ),
        ("wait", ("5",), "Arvioitu odotusaika on noin 5 minuuttia."),
    ],
)
def test_a_prompt_says_this_in_finnish(prompt: str, parameters: tuple[str, ...], text: str) -> None:
    """The words of the prompts that matter most are these."""
    assert Wording("fi").text(prompt, *parameters) == text


@pytest.mark.parametrize(
    ("code", "spoken"),
    [
        ("BD", "Banggladešissa"),
        ("CD", "Konggon demokraattisessa tasavallassa"),
        ("CL", "Tšilessä"),
        ("GH", "Ganassa"),
        ("KY", "Keimansaarilla"),
        ("LC", "Seint Luciassa"),
        ("MF", "Sän Martänissä"),
        ("MM", "Mjanmarissa"),
        ("TC", "Törks- ja Keikossaarilla"),
        ("TH", "Taimaassa"),
        ("TR", "Turkissa"),
        ("UY", "Uruguaissa"),
    ],
)
def test_a_name_is_given_to_the_voice_by_its_sound(code: str, spoken: str) -> None:
    """The voice is told how a name sounds where it would read it by the rules of Finnish."""
    wording = Wording("fi")
    assert wording.spoken(wording.place(code)) == spoken
