"""Italian: countries and sentences as its speakers say them. From knowledge of the language."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

RIGHT = """
    AE negli Emirati Arabi Uniti; AI ad Anguilla; AL in Albania; BM alle Bermuda; BS alle Bahamas
    CD nella Repubblica Democratica del Congo; CG nella Repubblica del Congo; CI in Costa d'Avorio; CU a Cuba
    CY a Cipro; CZ nella Repubblica Ceca; GB nel Regno Unito; GM in Gambia; HK a Hong Kong; IM sull'Isola di Man
    IN in India; IT in Italia; JP in Giappone; KP in Corea del Nord; KR in Corea del Sud; MA in Marocco
    MC nel Principato di Monaco; MK in Macedonia del Nord; MM in Myanmar; MT a Malta; MV alle Maldive
    NL nei Paesi Bassi; PH nelle Filippine; PS nei Territori Palestinesi; RO in Romania; SB nelle Isole Salomone
    SG a Singapore; SM a San Marino; SZ in Eswatini; TN in Tunisia; TR in Turchia; US negli Stati Uniti
    VA nella Città del Vaticano
"""
CASES = [case.strip().split(" ", 1) for case in RIGHT.replace("\n", ";").split(";") if case.strip()]


@pytest.mark.parametrize(("code", "place"), CASES)
def test_a_country_is_said_as_in_italian(code: str, place: str) -> None:
    """A country has the preposition, the article and the name that a speaker of Italian gives it."""
    assert Wording("it").place(code) == place


@pytest.mark.parametrize(
    ("prompt", "parameters", "text"),
    [
        ("disclosure", ("AL",), "Le risponderà un operatore collocato in Albania."),
        (
            "offer",
            ("IT", "1"),
            "Per parlare con un operatore collocato in Italia, prema 1. Altrimenti, resti in linea.",
        ),
        (
            "offer-right",
            ("IT", "1", "#"),
            (
                "Ha il diritto di parlare con un operatore collocato in Italia: prema 1, "
                "o prema cancelletto per continuare."
            ),
        ),
        ("wait", ("1",), "Il tempo di attesa stimato è di circa un minuto."),
        ("wait", ("12",), "Il tempo di attesa stimato è di circa 12 minuti."),
    ],
)
def test_a_prompt_says_this_in_italian(prompt: str, parameters: tuple[str, ...], text: str) -> None:
    """The words that matter most are these, with the law's word for where the agent is."""
    assert Wording("it").text(prompt, *parameters) == text
