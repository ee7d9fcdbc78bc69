"""Hindi: countries as its speakers say them, and sentences whole."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

PLACES = {
    "PH": "फ़िलिपींस में",
    "CD": "कांगो लोकतांत्रिक गणराज्य में",
    "CG": "कांगो गणराज्य में",
    "CI": "आइवरी कोस्ट में",
    "HK": "हांगकांग में",
    "KR": "दक्षिण कोरिया में",
    "KP": "उत्तर कोरिया में",
    "NL": "नीदरलैंड में",
    "GB": "यूनाइटेड किंगडम में",
    "US": "अमेरिका में",
    "AE": "संयुक्त अरब अमीरात में",
    "MV": "मालदीव में",
    "TR": "तुर्की में",
    "CZ": "चेक गणराज्य में",
    "SZ": "एस्वातिनी में",
    "MM": "म्यांमार में",
    "PS": "फ़िलिस्तीनी क्षेत्रों में",
    "CX": "क्रिसमस द्वीप पर",
    "MH": "मार्शल द्वीपसमूह में",
    "UM": "अमेरिका के दूरस्थ छोटे द्वीपों पर",
    "IN": "भारत में",
}
SENTENCES = {
    ("disclosure", "PH"): "आपकी कॉल का जवाब फ़िलिपींस में मौजूद एजेंट देंगे।",
    ("agent-disclosure", "IN"): "आपके एजेंट भारत में हैं।",
    ("language", "3"): "हिंदी के लिए, 3 दबाएँ।",
    ("offer", "US", "1", "*"): ("अमेरिका में मौजूद एजेंट से बात करने के लिए, 1 दबाएँ। जारी रखने के लिए, स्टार दबाएँ।"),
    ("offer-right", "US", "1", "2"): (
        "आपको अमेरिका में मौजूद एजेंट से बात करने का अधिकार है: इसके लिए 1, या जारी रखने के लिए 2 दबाएँ।"
    ),
    ("offer-right", "US", "1"): ("आपको अमेरिका में मौजूद एजेंट से बात करने का अधिकार है: इसके लिए 1 दबाएँ, या लाइन पर बने रहें।"),
    ("welcome",): "Acme Bank को कॉल करने के लिए धन्यवाद।",
    ("outbound", "IN"): "नमस्कार। यह कॉल Acme Bank की ओर से है। आपको कॉल करने वाले एजेंट भारत में हैं।",
    ("wait", "1"): "प्रतीक्षा का अनुमानित समय लगभग एक मिनट है।",
    ("wait", "2"): "प्रतीक्षा का अनुमानित समय लगभग 2 मिनट है।",
}


@pytest.mark.parametrize(("code", "place"), PLACES.items())
def test_a_country_is_said_as_its_callers_say_it(code: str, place: str) -> None:
    """A country has the name and the form that a speaker of Hindi gives it."""
    assert Wording("hi").place(code) == place


@pytest.mark.parametrize(("prompt", "text"), SENTENCES.items())
def test_a_prompt_says_this(prompt: tuple[str, ...], text: str) -> None:
    """Sentences of Hindi are whole, with the words that belong together."""
    assert Wording("hi", company="Acme Bank").text(*prompt) == text


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        (("language", "3"), "हिंदी के लिए, 3 दबाएं।"),
    ],
)
def test_the_voice_is_given_the_word_for_press_as_it_can_say_it(prompt: tuple[str, ...], said: str) -> None:
    """The word that says to press a key is whole, where the voice would drop its last vowel."""
    hindi = Wording("hi")
    assert hindi.spoken(hindi.text(*prompt)) == said
