"""Telugu: countries as its speakers say them, and sentences whole."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

PLACES = {
    "PH": "ఫిలిప్పీన్స్\u200cలో",
    "CA": "కెనడాలో",
    "CD": "కాంగో ప్రజాస్వామ్య గణతంత్రంలో",
    "CG": "కాంగో గణతంత్రంలో",
    "CI": "ఐవరీ కోస్ట్\u200cలో",
    "HK": "హాంకాంగ్\u200cలో",
    "KR": "దక్షిణ కొరియాలో",
    "KP": "ఉత్తర కొరియాలో",
    "NL": "నెదర్లాండ్స్\u200cలో",
    "US": "అమెరికాలో",
    "AE": "యునైటెడ్ అరబ్ ఎమిరేట్స్\u200cలో",
    "BS": "బహామాస్\u200cలో",
    "FR": "ఫ్రాన్స్\u200cలో",
    "MV": "మాల్దీవుల్లో",
    "KY": "కేమాన్ దీవుల్లో",
    "CX": "క్రిస్మస్ దీవిలో",
    "TV": "టువాలులో",
    "TR": "టర్కీలో",
    "MM": "మయన్మార్\u200cలో",
    "PS": "పాలస్తీనా ప్రాంతాల్లో",
    "VN": "వియత్నాంలో",
    "IN": "భారతదేశంలో",
}
SENTENCES = {
    ("disclosure", "IN"): "భారతదేశంలో ఉన్న ఏజెంట్ మీ కాల్\u200cకు సమాధానం ఇస్తారు.",
    ("agent-disclosure", "IN"): "మీ ఏజెంట్ భారతదేశంలో ఉన్నారు.",
    ("language", "3"): "తెలుగు కోసం 3 నొక్కండి.",
    ("offer", "US", "1", "*"): ("అమెరికాలో ఉన్న ఏజెంట్\u200cతో మాట్లాడటానికి 1 నొక్కండి. కొనసాగడానికి స్టార్ నొక్కండి."),
    ("offer-right", "US", "1", "2"): ("అమెరికాలో ఉన్న ఏజెంట్\u200cతో మాట్లాడే హక్కు మీకు ఉంది: అందుకోసం 1, లేదా కొనసాగడానికి 2 నొక్కండి."),
    ("wait", "1"): "మీరు సుమారు ఒక నిమిషం వేచి ఉండాల్సి రావచ్చు.",
    ("wait", "2"): "మీరు సుమారు 2 నిమిషాలు వేచి ఉండాల్సి రావచ్చు.",
}


@pytest.mark.parametrize(("code", "place"), PLACES.items())
def test_a_country_is_said_as_its_callers_say_it(code: str, place: str) -> None:
    """A country has the name and the form that a speaker of Telugu gives it."""
    assert Wording("te").place(code) == place


@pytest.mark.parametrize(("prompt", "text"), SENTENCES.items())
def test_a_prompt_says_this(prompt: tuple[str, ...], text: str) -> None:
    """Sentences of Telugu are whole, with the words that belong together."""
    assert Wording("te", company="Acme Bank").text(*prompt) == text


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        (("disclosure", "IN"), "భారతదేశమ్\u200cలో ఉన్న ఏజెంట్ మీ కాల్\u200cకు సమాధానమ్ ఇస్తారు."),
    ],
)
def test_the_voice_is_given_m_where_it_would_say_n(prompt: tuple[str, ...], said: str) -> None:
    """A nasal that is m is written as m for the voice."""
    telugu = Wording("te")
    assert telugu.spoken(telugu.text(*prompt)) == said
