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
    XK na Kosovu; IM na otoku Man; TH na Tajskem; SI v Sloveniji; PT na Portugalskem; TO na Tongi; NE v Nigru
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
        ("language", ("0",), "Za slovenščino pritisnite ničlo."),
        ("language", ("#",), "Za slovenščino pritisnite lojtro."),
        ("wait", ("1",), "Predvideni čas čakanja: 1 minuta."),
        ("wait", ("2",), "Predvideni čas čakanja: 2 minuti."),
        ("wait", ("3",), "Predvideni čas čakanja: 3 minute."),
        ("wait", ("12",), "Predvideni čas čakanja: 12 minut."),
    ],
)
def test_a_sentence_is_said_as_in_slovenian(prompt: str, parameters: tuple[str, ...], text: str) -> None:
    """The sentences agree with the country, the key and the number of minutes."""
    assert Wording("sl").text(prompt, *parameters) == text


@pytest.mark.parametrize("company", ["Nova banka", "Mercator"])
def test_a_company_is_named_in_the_nominative(company: str) -> None:
    """A company's name stands as the site has it, in a sentence in which that is its right form."""
    wording = Wording("sl", company=company)
    assert wording.text("welcome") == f"Dober dan, tukaj {company}. Hvala za klic."


@pytest.mark.parametrize(
    ("code", "spoken"),
    [
        ("US", "v Zdrúženih državah Amérike"),
        ("AT", "v Ávstriji"),
        ("IN", "v Índiji"),
        ("DE", "v Némčiji"),
        ("HR", "na Hrvaškem"),
        ("MT", "na Máljti"),
        ("BG", "v Boljgáriji"),
        ("CA", "v Kánadi"),
        ("SI", "v Slovéniji"),
    ],
)
def test_a_country_is_stressed_where_speakers_stress_it(code: str, spoken: str) -> None:
    """The voice is given the accent that it would put elsewhere, and "lj" where it would make a "u" of an "l"."""
    wording = Wording("sl")
    assert wording.spoken(wording.place(code)) == spoken


def test_the_sentences_are_stressed_where_speakers_stress_them() -> None:
    """The voice is given the accents of the words that nearly every prompt has; what is written keeps none."""
    wording = Wording("sl")
    text = wording.text("offer", "SI", "1", "*")
    assert "pritísnite 1. Za nadaljevanje pritísnite zvézdico" in wording.spoken(text)
    assert "z agêntom v Slovéniji" in wording.spoken(text)
    assert not set("áéíóúêô") & set(text)


@pytest.mark.parametrize(
    ("minutes", "spoken"), [("2", ": dve minuti."), ("102", ": sto dve minuti."), ("5", ": 5 minút.")]
)
def test_minutes_are_feminine_to_the_voice(minutes: str, spoken: str) -> None:
    """The voice, which counts in the masculine, is given the feminine number of minutes in words."""
    wording = Wording("sl")
    assert wording.spoken(wording.text("wait", minutes)).endswith(spoken)
