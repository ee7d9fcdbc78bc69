"""Haitian Creole: countries and sentences as its speakers say them. From knowledge of the language."""

from __future__ import annotations

import re

import pytest

from onshore import countries
from onshore.speech.wording import Wording

RIGHT = """
    AE nan Emira Arab Ini; BR nan Brezil; BS nan Bahamas; CA nan Kanada; CD nan Repiblik Demokratik Kongo
    CG nan Repiblik Kongo; CL nan Chili; CN nan Lachin; CO nan Kolonbi; CU nan Kiba; DE nan Almay
    DO nan Repiblik Dominikèn; ES nan Espay; FR an Frans; GB nan Wayòm Ini; HT an Ayiti; IM sou Zile Man; IT nan Itali
    JM nan Jamayik; JP nan Japon; KP nan Kore di Nò; KR nan Kore di Sid; MX nan Meksik; NL nan Peyi Ba; PH nan Filipin
    PR nan Pòtoriko; RU nan Larisi; US Ozetazini; VE nan Venezwela; ZA nan Afrik di Sid
"""
CASES = [case.strip().split(" ", 1) for case in RIGHT.replace("\n", ";").split(";") if case.strip()]


@pytest.mark.parametrize(("code", "place"), CASES)
def test_a_country_is_said_as_in_haitian_creole(code: str, place: str) -> None:
    """A country has the preposition and the name that a speaker of Haitian Creole gives it."""
    assert Wording("ht").place(code) == place


def test_no_country_is_left_in_french() -> None:
    """No name keeps a letter that Haitian Creole does not write: its only u is that of "ou" and "ui"."""
    wording = Wording("ht")
    names = [wording.country(code) for code in countries.codes()]
    assert [name for name in names if re.search("[çéêëîïôûxq]|(?<!o)u(?!i)|c(?!h)", name.casefold())] == []


@pytest.mark.parametrize(
    ("prompt", "parameters", "text"),
    [
        ("disclosure", ("PH",), "Se yon ajan ki nan Filipin k ap reponn apèl ou a."),
        ("disclosure", ("US",), "Se yon ajan ki Ozetazini k ap reponn apèl ou a."),
        ("offer", ("US", "1", "*"), "Pou pale ak yon ajan ki Ozetazini, peze 1. Pou kontinye, peze etwal."),
        ("wait", ("1",), "Nou estime w ap tann anviwon yon minit."),
        ("wait", ("12",), "Nou estime w ap tann anviwon 12 minit."),
    ],
)
def test_a_prompt_says_this_in_haitian_creole(prompt: str, parameters: tuple[str, ...], text: str) -> None:
    """The words that matter most are these."""
    assert Wording("ht").text(prompt, *parameters) == text
