"""Tagalog says countries and keys as its speakers do. The right forms are from knowledge of the language."""

from __future__ import annotations

import re

import pytest

from onshore import countries
from onshore.speech.wording import Wording

RIGHT = {
    "AE": "nasa United Arab Emirates",
    "AG": "nasa Antigua at Barbuda",
    "BM": "nasa Bermuda",
    "BS": "nasa Bahamas",
    "CD": "nasa Democratic Republic of the Congo",
    "CG": "nasa Republic of the Congo",
    "CI": "nasa Ivory Coast",
    "CZ": "nasa Czech Republic",
    "GB": "nasa United Kingdom",
    "GM": "nasa Gambia",
    "HK": "nasa Hong Kong",
    "IN": "nasa India",
    "KP": "nasa North Korea",
    "KR": "nasa South Korea",
    "MK": "nasa North Macedonia",
    "MM": "nasa Myanmar",
    "MO": "nasa Macau",
    "MV": "nasa Maldives",
    "NL": "nasa Netherlands",
    "PH": "nasa Pilipinas",
    "PS": "nasa Palestinian Territories",
    "SZ": "nasa Eswatini",
    "TR": "nasa Turkey",
    "TT": "nasa Trinidad at Tobago",
    "US": "nasa Estados Unidos",
}


@pytest.mark.parametrize(("code", "place"), RIGHT.items())
def test_a_country_is_said_as_a_caller_would(code: str, place: str) -> None:
    """A country has the name and the form that a speaker of the language gives it."""
    assert Wording("tl").place(code) == place


@pytest.mark.parametrize(
    ("name", "parameters", "text"),
    [
        ("disclosure", ("PH",), "Ang tawag po ninyo ay sasagutin ng ahenteng nasa Pilipinas."),
        (
            "offer",
            ("US", "1"),
            "Para makausap ang isang ahenteng nasa Estados Unidos, pindutin ang 1. Kung hindi, manatili po sa linya.",
        ),
        ("wait", ("5",), "Ang tinatayang paghihintay ay humigit-kumulang 5 minuto."),
        ("wait", ("4",), "Ang tinatayang paghihintay ay humigit-kumulang 4 na minuto."),
    ],
)
def test_a_prompt_says_this(name: str, parameters: tuple[str, ...], text: str) -> None:
    """The words of the prompts that matter most are these."""
    assert Wording("tl").text(name, *parameters) == text


def test_names_of_countries_can_be_read_aloud() -> None:
    """Names of countries are written in letters alone, without brackets, commas or ampersands."""
    wording = Wording("tl")
    wrong = [
        code for code in countries.codes() if not re.fullmatch(r"[^\W\d_]+(?:[ '-][^\W\d_]+)*", wording.country(code))
    ]
    assert wrong == []
