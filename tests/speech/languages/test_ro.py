"""Romanian: countries and sentences as its speakers say them. From knowledge of the language."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

RIGHT = """
    AE în Emiratele Arabe Unite; BS în Bahamas; CD în Republica Democrată Congo; CG în Republica Congo
    CH în Elveția; CI în Coasta de Fildeș; CK în Insulele Cook; CV în Capul Verde; CY în Cipru; CZ în Cehia
    DE în Germania; GB în Regatul Unit; GM în Gambia; HK în Hong Kong; IM pe Insula Man; IN în India
    KP în Coreea de Nord; KR în Coreea de Sud; MD în Republica Moldova; MK în Macedonia de Nord; MM în Myanmar
    MV în Maldive; NL în Țările de Jos; PH în Filipine; PS în Teritoriile Palestiniene; RO în România
    SS în Sudanul de Sud; SZ în Eswatini; TR în Turcia; US în Statele Unite; VA în Vatican; ZA în Africa de Sud
"""
CASES = [case.strip().split(" ", 1) for case in RIGHT.replace("\n", ";").split(";") if case.strip()]


@pytest.mark.parametrize(("code", "place"), CASES)
def test_a_country_is_said_as_in_romanian(code: str, place: str) -> None:
    """A country has the preposition and the name that a speaker of Romanian gives it."""
    assert Wording("ro").place(code) == place


@pytest.mark.parametrize(
    ("prompt", "parameters", "text"),
    [
        ("disclosure", ("PH",), "La apelul dumneavoastră va răspunde un operator aflat în Filipine."),
        (
            "offer",
            ("US", "1"),
            "Pentru un operator aflat în Statele Unite, apăsați 1. Altfel, rămâneți pe fir.",
        ),
        ("wait", ("1",), "Timpul de așteptare estimat este de aproximativ un minut."),
        ("wait", ("19",), "Timpul de așteptare estimat este de aproximativ 19 minute."),
        ("wait", ("20",), "Timpul de așteptare estimat este de aproximativ 20 de minute."),
        ("wait", ("101",), "Timpul de așteptare estimat este de aproximativ 101 minute."),
    ],
)
def test_a_prompt_says_this_in_romanian(prompt: str, parameters: tuple[str, ...], text: str) -> None:
    """The words that matter most are these; from twenty on, a number takes "de"."""
    assert Wording("ro").text(prompt, *parameters) == text
