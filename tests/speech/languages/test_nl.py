"""Dutch: articles, and "op" for islands."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

RIGHT = {
    "AE": "in de Verenigde Arabische Emiraten",
    "AW": "op Aruba",
    "BE": "in België",
    "BQ": "in Caribisch Nederland",
    "BS": "op de Bahama's",
    "CD": "in de Democratische Republiek Congo",
    "CF": "in de Centraal-Afrikaanse Republiek",
    "CG": "in Congo-Brazzaville",
    "CH": "in Zwitserland",
    "CI": "in Ivoorkust",
    "CU": "op Cuba",
    "CW": "op Curaçao",
    "CZ": "in Tsjechië",
    "DO": "in de Dominicaanse Republiek",
    "GB": "in het Verenigd Koninkrijk",
    "GM": "in Gambia",
    "HK": "in Hongkong",
    "IM": "op het eiland Man",
    "IN": "in India",
    "KP": "in Noord-Korea",
    "KR": "in Zuid-Korea",
    "KY": "op de Kaaimaneilanden",
    "MK": "in Noord-Macedonië",
    "MM": "in Myanmar",
    "MV": "op de Malediven",
    "NL": "in Nederland",
    "PH": "in de Filipijnen",
    "PS": "in de Palestijnse gebieden",
    "SR": "in Suriname",
    "SX": "op Sint Maarten",
    "SZ": "in Eswatini",
    "TR": "in Turkije",
    "UA": "in Oekraïne",
    "US": "in de Verenigde Staten",
    "VA": "in Vaticaanstad",
    "VG": "op de Britse Maagdeneilanden",
}


@pytest.mark.parametrize(("code", "place"), RIGHT.items())
def test_a_country_is_said_as_the_dutch_say_it(code: str, place: str) -> None:
    """A country has the preposition, the article and the name that it has in Dutch."""
    assert Wording("nl").place(code) == place


@pytest.mark.parametrize(
    ("name", "parameters", "text"),
    [
        ("disclosure", ("PH",), "Uw gesprek wordt beantwoord door een medewerker in de Filipijnen."),
        (
            "offer",
            ("US", "1"),
            "Om met een medewerker in de Verenigde Staten te spreken, drukt u op 1. Blijf anders aan de lijn.",
        ),
        (
            "offer-right",
            ("US", "1", "*"),
            (
                "U hebt het recht om een medewerker in de Verenigde Staten te spreken: "
                "druk op 1, of op het sterretje om verder te gaan."
            ),
        ),
        ("wait", ("1",), "De verwachte wachttijd is ongeveer één minuut."),
        ("wait", ("21",), "De verwachte wachttijd is ongeveer 21 minuten."),
    ],
)
def test_a_dutch_prompt_says_this(name: str, parameters: tuple[str, ...], text: str) -> None:
    """The words of the prompts that matter most are these."""
    assert Wording("nl").text(name, *parameters) == text
