"""Slovenian: countries and sentences as its speakers say them. From knowledge of the language."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

RIGHT = """
    AE v Združenih arabskih emiratih; AT v Avstriji; BM na Bermudih; BS na Bahamih; BR v Braziliji; CL v Čilu
    CN na Kitajskem; CD v Demokratični republiki Kongo; CG v Republiki Kongo; CI v Slonokoščeni obali; CU na Kubi
    CY na Cipru; CZ na Češkem; DE v Nemčiji; EG v Egiptu; EC v Ekvadorju; ES v Španiji; FR v Franciji
    GB v Združenem kraljestvu; GM v Gambiji; HK v Hongkongu; HR na Hrvaškem; HU na Madžarskem; IN v Indiji
    JP na Japonskem; KP v Severni Koreji; KR v Južni Koreji; MA v Maroku; MX v Mehiki; MK v Severni Makedoniji
    MM v Mjanmaru; MT na Malti; MV na Maldivih; NL na Nizozemskem; PE v Peruju; PH na Filipinih; PL na Poljskem
    PS na palestinskem ozemlju; SG v Singapurju; SZ v Esvatiniju; TR v Turčiji; US v Združenih državah Amerike
    XK na Kosovu; IM na otoku Man; TH na Tajskem; SI v Sloveniji; PT na Portugalskem
"""
CASES = [case.strip().split(" ", 1) for case in RIGHT.replace("\n", ";").split(";") if case.strip()]


@pytest.mark.parametrize(("code", "place"), CASES)
def test_a_country_is_said_as_in_slovenian(code: str, place: str) -> None:
    """A country has the preposition, the case and the name that a speaker of Slovenian gives it."""
    assert Wording("sl").place(code) == place


@pytest.mark.parametrize(
    ("prompt", "parameters", "text"),
    [
        ("disclosure", ("PH",), "Na vaš klic bo odgovoril agent, ki je na Filipinih."),
        ("offer", ("GB", "1"), "Za pogovor z agentom v Združenem kraljestvu pritisnite 1. Sicer ostanite na liniji."),
        (
            "offer",
            ("GB", "1", "*"),
            "Za pogovor z agentom v Združenem kraljestvu pritisnite 1. Za nadaljevanje pritisnite zvezdico.",
        ),
        ("wait", ("1",), "Predvideni čas čakanja: 1 minuta."),
        ("wait", ("2",), "Predvideni čas čakanja: 2 minuti."),
        ("wait", ("3",), "Predvideni čas čakanja: 3 minute."),
        ("wait", ("12",), "Predvideni čas čakanja: 12 minut."),
    ],
)
def test_a_sentence_is_said_as_in_slovenian(prompt: str, parameters: tuple[str, ...], text: str) -> None:
    """The sentences agree with the country, the key and the number of minutes."""
    assert Wording("sl").text(prompt, *parameters) == text
