"""Bengali: countries as its speakers say them, and sentences whole."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

PLACES = {
    "PH": "ফিলিপাইনে",
    "CA": "কানাডায়",
    "CD": "গণতান্ত্রিক কঙ্গো প্রজাতন্ত্রে",
    "CG": "কঙ্গো প্রজাতন্ত্রে",
    "CI": "আইভরি কোস্টে",
    "DE": "জার্মানিতে",
    "HK": "হংকংয়ে",
    "IN": "ভারতে",
    "KR": "দক্ষিণ কোরিয়ায়",
    "KP": "উত্তর কোরিয়ায়",
    "NL": "নেদারল্যান্ডসে",
    "GB": "যুক্তরাজ্যে",
    "US": "যুক্তরাষ্ট্রে",
    "AE": "সংযুক্ত আরব আমিরাতে",
    "BS": "বাহামা দ্বীপপুঞ্জে",
    "MX": "মেক্সিকোতে",
    "MV": "মালদ্বীপে",
    "MK": "উত্তর ম্যাসেডোনিয়ায়",
    "TR": "তুরস্কে",
    "CZ": "চেক প্রজাতন্ত্রে",
    "MM": "মিয়ানমারে",
    "PS": "ফিলিস্তিনি ভূখণ্ডে",
    "PE": "পেরুতে",
    "NO": "নরওয়েতে",
    "MO": "ম্যাকাওতে",
    "MW": "মালাউইতে",
    "SC": "সেশেলসে",
}
SENTENCES = {
    ("disclosure", "PH"): "ফিলিপাইনে কর্মরত একজন এজেন্ট আপনার কলের উত্তর দেবেন।",
    ("agent-disclosure", "CA"): "আপনার এজেন্ট কানাডায় আছেন।",
    ("language", "3"): "বাংলার জন্য 3 চাপুন।",
    ("offer", "US", "1", "*"): ("যুক্তরাষ্ট্রে কর্মরত এজেন্টের সঙ্গে কথা বলতে 1 চাপুন। এগিয়ে যেতে স্টার চাপুন।"),
    ("offer-right", "US", "1", "2"): (
        "যুক্তরাষ্ট্রে কর্মরত এজেন্টের সঙ্গে কথা বলার অধিকার আপনার আছে: এজন্য 1, অথবা এগিয়ে যেতে 2 চাপুন।"
    ),
    ("wait", "1"): "অপেক্ষার আনুমানিক সময় প্রায় এক মিনিট।",
    ("wait", "2"): "অপেক্ষার আনুমানিক সময় প্রায় 2 মিনিট।",
}


@pytest.mark.parametrize(("code", "place"), PLACES.items())
def test_a_country_is_said_as_its_callers_say_it(code: str, place: str) -> None:
    """A country has the name and the form that a speaker of Bengali gives it."""
    assert Wording("bn").place(code) == place


@pytest.mark.parametrize(("prompt", "text"), SENTENCES.items())
def test_a_prompt_says_this(prompt: tuple[str, ...], text: str) -> None:
    """Sentences of Bengali are whole, with the words that belong together."""
    assert Wording("bn", company="Acme Bank").text(*prompt) == text


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        (("disclosure", "CO"), "কলম্বিআয় কর্মরত একজন এজেন্ট্ আপনার কলের উত্তর দেবেন।"),
        (("language", "4"), "বাংলার জন্য চার চাপুন।"),
    ],
)
def test_the_voice_is_given_what_it_reads_right(prompt: tuple[str, ...], said: str) -> None:
    """The voice is given a word that it reads in full, where it would drop or add a vowel."""
    bengali = Wording("bn")
    assert bengali.spoken(bengali.text(*prompt)) == said
