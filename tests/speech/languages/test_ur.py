# ruff: noqa: RUF001 - the full stop of Urdu
"""Urdu: countries as its speakers say them, and sentences whole."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

PLACES = {
    "PH": "فلپائن میں",
    "CG": "جمہوریہ کانگو میں",
    "CD": "جمہوری جمہوریہ کانگو میں",
    "CI": "آئیوری کوسٹ میں",
    "HK": "ہانگ کانگ میں",
    "KR": "جنوبی کوریا میں",
    "KP": "شمالی کوریا میں",
    "NL": "نیدرلینڈز میں",
    "GB": "برطانیہ میں",
    "US": "امریکہ میں",
    "AE": "متحدہ عرب امارات میں",
    "MV": "مالدیپ میں",
    "MK": "شمالی مقدونیہ میں",
    "TR": "ترکی میں",
    "CZ": "جمہوریہ چیک میں",
    "MM": "میانمار میں",
    "PS": "فلسطینی علاقوں میں",
    "IO": "بحر ہند کے برطانوی علاقے میں",
    "CX": "جزیرۂ کرسمس پر",
    "GQ": "استوائی گنی میں",
    "AR": "ارجنٹائن میں",
    "IN": "بھارت میں",
    "SY": "شام میں",
}
SENTENCES = {
    ("disclosure", "PH"): "آپ کی کال کا جواب فلپائن میں موجود نمائندہ دے گا۔",
    ("language", "3"): "اردو کے لیے 3 دبائیں۔",
    ("offer", "US", "1", "*"): (
        "امریکہ میں موجود نمائندے سے بات کرنے کے لیے 1 دبائیں۔ جاری رکھنے کے لیے اسٹار دبائیں۔"
    ),
    ("offer-right", "US", "1", "2"): (
        "آپ کو امریکہ میں موجود نمائندے سے بات کرنے کا حق ہے: اس کے لیے 1، یا جاری رکھنے کے لیے 2 دبائیں۔"
    ),
    ("offer-right", "US", "1"): (
        "آپ کو امریکہ میں موجود نمائندے سے بات کرنے کا حق ہے: اس کے لیے 1 دبائیں، یا لائن پر رہیں۔"
    ),
    ("welcome",): "Acme Bank کو کال کرنے کا شکریہ۔",
    ("wait", "1"): "انتظار کا متوقع وقت تقریباً ایک منٹ ہے۔",
    ("wait", "2"): "انتظار کا متوقع وقت تقریباً 2 منٹ ہے۔",
}


@pytest.mark.parametrize(("code", "place"), PLACES.items())
def test_a_country_is_said_as_its_callers_say_it(code: str, place: str) -> None:
    """A country has the name and the form that a speaker of Urdu gives it."""
    assert Wording("ur").place(code) == place


@pytest.mark.parametrize(("prompt", "text"), SENTENCES.items())
def test_a_prompt_says_this(prompt: tuple[str, ...], text: str) -> None:
    """Sentences of Urdu are whole, with the words that belong together."""
    assert Wording("ur", company="Acme Bank").text(*prompt) == text


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        (("agent-disclosure", "CN"), "آپ کا نمائندہ چِین میں موجود ہے۔"),
        (("agent-disclosure", "NZ"), "آپ کا نمائندہ نِیُوزی لَینڈ میں موجود ہے۔"),
    ],
)
def test_the_voice_is_given_the_vowels_of_names(prompt: tuple[str, ...], said: str) -> None:
    """A name that the voice reads by the wrong rule is written for it with its vowels."""
    urdu = Wording("ur")
    assert urdu.spoken(urdu.text(*prompt)) == said
