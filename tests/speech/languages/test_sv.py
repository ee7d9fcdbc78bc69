"""Swedish: "i" for countries, "på" for islands."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

RIGHT = {
    "AE": "i Förenade Arabemiraten",
    "AX": "på Åland",
    "BM": "på Bermuda",
    "BS": "på Bahamas",
    "BQ": "i Karibiska Nederländerna",
    "CD": "i Demokratiska republiken Kongo",
    "CF": "i Centralafrikanska republiken",
    "CG": "i Republiken Kongo",
    "CH": "i Schweiz",
    "CI": "i Elfenbenskusten",
    "CU": "på Kuba",
    "CY": "på Cypern",
    "CZ": "i Tjeckien",
    "DO": "i Dominikanska republiken",
    "DZ": "i Algeriet",
    "FO": "på Färöarna",
    "GB": "i Storbritannien",
    "GL": "på Grönland",
    "GM": "i Gambia",
    "HK": "i Hongkong",
    "IM": "på Isle of Man",
    "IN": "i Indien",
    "IS": "på Island",
    "KP": "i Nordkorea",
    "KR": "i Sydkorea",
    "KY": "på Caymanöarna",
    "LC": "på Saint Lucia",
    "MK": "i Nordmakedonien",
    "MM": "i Myanmar",
    "MT": "på Malta",
    "MV": "på Maldiverna",
    "NL": "i Nederländerna",
    "NZ": "i Nya Zeeland",
    "PH": "i Filippinerna",
    "PS": "i de palestinska territorierna",
    "SE": "i Sverige",
    "SZ": "i Eswatini",
    "TR": "i Turkiet",
    "UA": "i Ukraina",
    "US": "i USA",
    "VA": "i Vatikanstaten",
    "VG": "på Brittiska Jungfruöarna",
}


@pytest.mark.parametrize(("code", "place"), RIGHT.items())
def test_a_country_is_said_as_the_swedes_say_it(code: str, place: str) -> None:
    """A country has the preposition and the name that it has in Swedish."""
    assert Wording("sv").place(code) == place


@pytest.mark.parametrize(
    ("name", "parameters", "text"),
    [
        ("disclosure", ("PH",), "Ditt samtal besvaras av en medarbetare i Filippinerna."),
        (
            "offer",
            (
                "US",
                "1",
            ),
            "Vill du tala med en medarbetare i USA, tryck 1. Stanna annars kvar på linjen.",
        ),
        (
            "offer-right",
            (
                "US",
                "1",
                "*",
            ),
            "Du har rätt att tala med en medarbetare i USA: tryck 1, eller stjärna för att fortsätta.",
        ),
        ("wait", ("1",), "Väntetiden beräknas till ungefär en minut."),
        ("wait", ("21",), "Väntetiden beräknas till ungefär 21 minuter."),
    ],
)
def test_a_swedish_prompt_says_this(name: str, parameters: tuple[str, ...], text: str) -> None:
    """The words of the prompts that matter most are these."""
    assert Wording("sv").text(name, *parameters) == text
