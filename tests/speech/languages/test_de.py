"""German: the dative, its articles, and "auf" for islands."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

RIGHT = {
    "AE": "in den Vereinigten Arabischen Emiraten",
    "BM": "auf Bermuda",
    "BS": "auf den Bahamas",
    "CD": "in der Demokratischen Republik Kongo",
    "CF": "in der Zentralafrikanischen Republik",
    "CG": "in der Republik Kongo",
    "CH": "in der Schweiz",
    "CI": "in der Elfenbeinküste",
    "CU": "auf Kuba",
    "CZ": "in Tschechien",
    "DO": "in der Dominikanischen Republik",
    "FO": "auf den Färöern",
    "GB": "im Vereinigten Königreich",
    "GM": "in Gambia",
    "HK": "in Hongkong",
    "IM": "auf der Isle of Man",
    "IN": "in Indien",
    "IR": "im Iran",
    "KP": "in Nordkorea",
    "KR": "in Südkorea",
    "KY": "auf den Kaimaninseln",
    "LB": "im Libanon",
    "MK": "in Nordmazedonien",
    "MM": "in Myanmar",
    "MN": "in der Mongolei",
    "MV": "auf den Malediven",
    "NL": "in den Niederlanden",
    "PH": "auf den Philippinen",
    "PS": "in den palästinensischen Gebieten",
    "SD": "im Sudan",
    "SK": "in der Slowakei",
    "SZ": "in Eswatini",
    "TR": "in der Türkei",
    "UA": "in der Ukraine",
    "US": "in den USA",
    "VA": "im Vatikan",
    "VC": "auf Saint Vincent und den Grenadinen",
    "VI": "auf den Amerikanischen Jungferninseln",
}


@pytest.mark.parametrize(("code", "place"), RIGHT.items())
def test_a_country_is_said_as_germans_say_it(code: str, place: str) -> None:
    """A country has the preposition, the article and the dative that it has in German."""
    assert Wording("de").place(code) == place


@pytest.mark.parametrize(
    ("name", "parameters", "text"),
    [
        ("disclosure", ("PH",), "Ihr Anruf wird von einem Mitarbeiter auf den Philippinen entgegengenommen."),
        (
            "offer",
            ("US", "1"),
            "Für einen Mitarbeiter in den USA drücken Sie die 1. Andernfalls bleiben Sie bitte in der Leitung.",
        ),
        (
            "offer-right",
            ("US", "1", "*"),
            (
                "Sie haben das Recht, einen Mitarbeiter in den USA zu sprechen: "
                "Drücken Sie die 1, zum Fortfahren die Sterntaste."
            ),
        ),
        ("wait", ("1",), "Die voraussichtliche Wartezeit beträgt etwa eine Minute."),
        ("wait", ("21",), "Die voraussichtliche Wartezeit beträgt etwa 21 Minuten."),
    ],
)
def test_a_german_prompt_says_this(name: str, parameters: tuple[str, ...], text: str) -> None:
    """The words of the prompts that matter most are these."""
    assert Wording("de").text(name, *parameters) == text
