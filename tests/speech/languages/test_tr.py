# ruff: noqa: RUF001 - the dotless i of Turkish
"""Turkish: the locative, by vowel harmony and with its consonants."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

RIGHT = {
    "AE": "Birleşik Arap Emirlikleri'nde",
    "BS": "Bahamalar'da",
    "CD": "Demokratik Kongo Cumhuriyeti'nde",
    "CI": "Fildişi Sahili'nde",
    "CZ": "Çekya'da",
    "CY": "Kıbrıs'ta",
    "DE": "Almanya'da",
    "GB": "Birleşik Krallık'ta",
    "GM": "Gambiya'da",
    "HK": "Hong Kong'da",
    "IM": "Man Adası'nda",
    "IQ": "Irak'ta",
    "KP": "Kuzey Kore'de",
    "KR": "Güney Kore'de",
    "LI": "Lihtenştayn'da",
    "MK": "Kuzey Makedonya'da",
    "MV": "Maldivler'de",
    "MZ": "Mozambik'te",
    "NL": "Hollanda'da",
    "NO": "Norveç'te",
    "NP": "Nepal'de",
    "PH": "Filipinler'de",
    "PT": "Portekiz'de",
    "SN": "Senegal'de",
    "TR": "Türkiye'de",
    "US": "Amerika Birleşik Devletleri'nde",
    "GQ": "Ekvator Ginesi'nde",
    "KY": "Cayman Adaları'nda",
    "MA": "Fas'ta",
    "BD": "Bangladeş'te",
    "KW": "Kuveyt'te",
    "ES": "İspanya'da",
    "EG": "Mısır'da",
}


@pytest.mark.parametrize(("code", "place"), RIGHT.items())
def test_a_country_is_said_as_turkish_speakers_say_it(code: str, place: str) -> None:
    """A country has the locative ending that its sound asks for, after an apostrophe."""
    assert Wording("tr").place(code) == place


def test_a_disclosure_names_the_country() -> None:
    """The disclosure is one whole sentence with the country in it."""
    assert Wording("tr").text("disclosure", "PH") == "Çağrınızı Filipinler'deki bir temsilci yanıtlayacaktır."


@pytest.mark.parametrize(("minutes", "text"), [("1", "bir dakikadır"), ("5", "5 dakikadır")])
def test_the_wait_is_said_in_the_plural_form_of_its_number(minutes: str, text: str) -> None:
    """The estimate of the wait takes the form of the noun that goes with its number."""
    assert text in Wording("tr").text("wait", minutes)
