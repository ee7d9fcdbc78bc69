"""Punjabi: countries as its speakers say them, and sentences whole."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

PLACES = {
    "PH": "ਫ਼ਿਲੀਪੀਨਜ਼ ਵਿੱਚ",
    "CA": "ਕੈਨੇਡਾ ਵਿੱਚ",
    "CD": "ਕਾਂਗੋ ਲੋਕਤੰਤਰੀ ਗਣਰਾਜ ਵਿੱਚ",
    "CG": "ਕਾਂਗੋ ਗਣਰਾਜ ਵਿੱਚ",
    "CI": "ਆਈਵਰੀ ਕੋਸਟ ਵਿੱਚ",
    "HK": "ਹਾਂਗ ਕਾਂਗ ਵਿੱਚ",
    "KR": "ਦੱਖਣੀ ਕੋਰੀਆ ਵਿੱਚ",
    "KP": "ਉੱਤਰੀ ਕੋਰੀਆ ਵਿੱਚ",
    "NL": "ਨੀਦਰਲੈਂਡ ਵਿੱਚ",
    "GB": "ਯੂਨਾਈਟਿਡ ਕਿੰਗਡਮ ਵਿੱਚ",
    "US": "ਅਮਰੀਕਾ ਵਿੱਚ",
    "AE": "ਸੰਯੁਕਤ ਅਰਬ ਅਮੀਰਾਤ ਵਿੱਚ",
    "MH": "ਮਾਰਸ਼ਲ ਟਾਪੂਆਂ ਵਿੱਚ",
    "CX": "ਕ੍ਰਿਸਮਿਸ ਟਾਪੂ ਉੱਤੇ",
    "MV": "ਮਾਲਦੀਵ ਵਿੱਚ",
    "TR": "ਤੁਰਕੀ ਵਿੱਚ",
    "CZ": "ਚੈੱਕ ਗਣਰਾਜ ਵਿੱਚ",
    "MM": "ਮਿਆਂਮਾਰ ਵਿੱਚ",
    "PS": "ਫ਼ਲਸਤੀਨੀ ਇਲਾਕਿਆਂ ਵਿੱਚ",
    "IO": "ਹਿੰਦ ਮਹਾਂਸਾਗਰ ਦੇ ਬਰਤਾਨਵੀ ਖਿੱਤੇ ਵਿੱਚ",
    "KN": "ਸੇਂਟ ਕਿਟਸ ਅਤੇ ਨੇਵਿਸ ਵਿੱਚ",
    "IN": "ਭਾਰਤ ਵਿੱਚ",
}
SENTENCES = {
    ("disclosure", "PH"): "ਤੁਹਾਡੀ ਕਾਲ ਦਾ ਜਵਾਬ ਫ਼ਿਲੀਪੀਨਜ਼ ਵਿੱਚ ਮੌਜੂਦ ਏਜੰਟ ਦੇਣਗੇ।",
    ("agent-disclosure", "IN"): "ਤੁਹਾਡੇ ਏਜੰਟ ਭਾਰਤ ਵਿੱਚ ਹਨ।",
    ("language", "3"): "ਪੰਜਾਬੀ ਲਈ, 3 ਦਬਾਓ।",
    ("offer", "US", "1", "*"): ("ਅਮਰੀਕਾ ਵਿੱਚ ਮੌਜੂਦ ਏਜੰਟ ਨਾਲ ਗੱਲ ਕਰਨ ਲਈ, 1 ਦਬਾਓ। ਜਾਰੀ ਰੱਖਣ ਲਈ, ਸਟਾਰ ਦਬਾਓ।"),
    ("wait", "1"): "ਉਡੀਕ ਦਾ ਅਨੁਮਾਨਿਤ ਸਮਾਂ ਲਗਭਗ ਇੱਕ ਮਿੰਟ ਹੈ।",
    ("wait", "2"): "ਉਡੀਕ ਦਾ ਅਨੁਮਾਨਿਤ ਸਮਾਂ ਲਗਭਗ 2 ਮਿੰਟ ਹੈ।",
}


@pytest.mark.parametrize(("code", "place"), PLACES.items())
def test_a_country_is_said_as_its_callers_say_it(code: str, place: str) -> None:
    """A country has the name and the form that a speaker of Punjabi gives it."""
    assert Wording("pa").place(code) == place


@pytest.mark.parametrize(("prompt", "text"), SENTENCES.items())
def test_a_prompt_says_this(prompt: tuple[str, ...], text: str) -> None:
    """Sentences of Punjabi are whole, with the words that belong together."""
    assert Wording("pa", company="Acme Bank").text(*prompt) == text
