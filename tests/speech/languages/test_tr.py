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


@pytest.mark.parametrize(
    ("name", "parameters", "text"),
    [
        ("language", ("0",), "Türkçe için 0 tuşuna basın."),
        (
            "offer",
            ("TR", "1"),
            "Türkiye'deki bir temsilciyle görüşmek için 1 tuşuna basın ya da hatta kalın.",
        ),
        (
            "offer",
            ("US", "1", "*"),
            (
                "Amerika Birleşik Devletleri'ndeki bir temsilciyle görüşmek için 1 tuşuna basın. "
                "Devam için yıldız tuşuna basın."
            ),
        ),
        (
            "offer-right",
            ("TR", "#"),
            "Türkiye'deki bir temsilciyle görüşme hakkınız var: kare tuşuna basın ya da hatta kalın.",
        ),
    ],
)
def test_a_sentence_is_said_as_in_turkish(name: str, parameters: tuple[str, ...], text: str) -> None:
    """The sentences join the country with -ki, and name the key to press."""
    assert Wording("tr").text(name, *parameters) == text


@pytest.mark.parametrize(
    ("code", "spoken"),
    [
        ("CK", "Kuk Adaları'nda"),
        ("KY", "Kayman Adaları'nda"),
        ("CV", "Kabo Verde'de"),
        ("CW", "Kurasao'da"),
        ("LC", "Sent Lusya'da"),
        ("NP", "Nepâl'de"),
        ("YT", "Mayot'ta"),
    ],
)
def test_a_foreign_name_is_spoken_by_its_sound(code: str, spoken: str) -> None:
    """The voice is given a foreign name in letters that it reads as the name sounds; the ending stays."""
    wording = Wording("tr")
    assert wording.spoken(wording.place(code)) == spoken
