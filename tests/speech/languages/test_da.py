"""Danish: "i" for countries, "på" for islands."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

RIGHT = {
    "AE": "i De Forenede Arabiske Emirater",
    "BM": "på Bermuda",
    "BS": "på Bahamas",
    "BQ": "i den caribiske del af Nederlandene",
    "CD": "i Den Demokratiske Republik Congo",
    "CG": "i Republikken Congo",
    "CH": "i Schweiz",
    "CI": "i Elfenbenskysten",
    "CU": "på Cuba",
    "CY": "på Cypern",
    "CZ": "i Tjekkiet",
    "DK": "i Danmark",
    "DO": "i Den Dominikanske Republik",
    "DZ": "i Algeriet",
    "FO": "på Færøerne",
    "GB": "i Storbritannien",
    "GL": "i Grønland",
    "GM": "i Gambia",
    "HK": "i Hongkong",
    "IM": "på Isle of Man",
    "IN": "i Indien",
    "KP": "i Nordkorea",
    "KR": "i Sydkorea",
    "KY": "på Caymanøerne",
    "MK": "i Nordmakedonien",
    "MM": "i Myanmar",
    "MT": "på Malta",
    "MV": "på Maldiverne",
    "NL": "i Nederlandene",
    "NZ": "i New Zealand",
    "PH": "på Filippinerne",
    "PS": "i de palæstinensiske områder",
    "SK": "i Slovakiet",
    "SZ": "i Eswatini",
    "TL": "i Østtimor",
    "TR": "i Tyrkiet",
    "UA": "i Ukraine",
    "US": "i USA",
    "VA": "i Vatikanstaten",
    "VI": "på De Amerikanske Jomfruøer",
}


@pytest.mark.parametrize(("code", "place"), RIGHT.items())
def test_a_country_is_said_as_the_danes_say_it(code: str, place: str) -> None:
    """A country has the preposition and the name that it has in Danish."""
    assert Wording("da").place(code) == place


@pytest.mark.parametrize(
    ("name", "parameters", "text"),
    [
        ("disclosure", ("PH",), "Dit opkald bliver besvaret af en medarbejder på Filippinerne."),
        (
            "offer",
            (
                "US",
                "1",
            ),
            "Vil du tale med en medarbejder i USA, så tryk 1. Bliv ellers på linjen.",
        ),
        (
            "offer-right",
            (
                "US",
                "1",
                "*",
            ),
            "Du har ret til at tale med en medarbejder i USA: Tryk 1, eller tryk stjerne for at fortsætte.",
        ),
        ("wait", ("1",), "Den forventede ventetid er cirka et minut."),
        ("wait", ("21",), "Den forventede ventetid er cirka 21 minutter."),
    ],
)
def test_a_danish_prompt_says_this(name: str, parameters: tuple[str, ...], text: str) -> None:
    """The words of the prompts that matter most are these."""
    assert Wording("da").text(name, *parameters) == text
