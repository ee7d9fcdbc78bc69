"""Arabic: countries as its speakers say them, and sentences whole."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

PLACES = {
    "PH": "في الفلبين",
    "CD": "في جمهورية الكونغو الديمقراطية",
    "CG": "في جمهورية الكونغو",
    "CI": "في ساحل العاج",
    "HK": "في هونغ كونغ",
    "KR": "في كوريا الجنوبية",
    "KP": "في كوريا الشمالية",
    "NL": "في هولندا",
    "GB": "في المملكة المتحدة",
    "US": "في الولايات المتحدة",
    "AE": "في الإمارات",
    "BS": "في جزر البهاما",
    "MV": "في جزر المالديف",
    "MK": "في مقدونيا الشمالية",
    "TR": "في تركيا",
    "CZ": "في التشيك",
    "SZ": "في إسواتيني",
    "MM": "في ميانمار",
    "PS": "في الأراضي الفلسطينية",
    "IN": "في الهند",
    "EG": "في مصر",
    "MO": "في ماكاو",
    "SA": "في السعودية",
    "HU": "في المجر",
    "SJ": "في سفالبارد ويان ماين",
}
SENTENCES = {
    ("disclosure", "PH"): "سيرد على مكالمتكم موظف في الفلبين.",
    ("language", "3"): "للغة العربية، اضغطوا 3.",
    ("offer", "US", "1", "*"): ("للتحدث إلى موظف في الولايات المتحدة، اضغطوا 1. للمتابعة، اضغطوا النجمة."),
    ("offer-right", "US", "1"): "يحق لكم التحدث إلى موظف في الولايات المتحدة: اضغطوا 1، أو ابقوا على الخط.",
    ("offer-right", "US", "1", "2"): "يحق لكم التحدث إلى موظف في الولايات المتحدة: اضغطوا 1، أو 2 للمتابعة.",
    ("welcome",): "شكرًا لاتصالكم. مرحبًا بكم في Acme Bank.",
    ("wait", "1"): "وقت الانتظار المتوقع حوالي دقيقة واحدة.",
    ("wait", "2"): "وقت الانتظار المتوقع حوالي دقيقتين.",
    ("wait", "5"): "وقت الانتظار المتوقع حوالي 5 دقائق.",
    ("wait", "11"): "وقت الانتظار المتوقع حوالي 11 دقيقة.",
    ("wait", "100"): "وقت الانتظار المتوقع حوالي 100 دقيقة.",
    ("wait", "103"): "وقت الانتظار المتوقع حوالي 103 دقائق.",
}


@pytest.mark.parametrize(("code", "place"), PLACES.items())
def test_a_country_is_said_as_its_callers_say_it(code: str, place: str) -> None:
    """A country has the name and the form that a speaker of Arabic gives it."""
    assert Wording("ar").place(code) == place


@pytest.mark.parametrize(("prompt", "text"), SENTENCES.items())
def test_a_prompt_says_this(prompt: tuple[str, ...], text: str) -> None:
    """Sentences of Arabic are whole, with the words that belong together."""
    assert Wording("ar", company="Acme Bank").text(*prompt) == text


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        (("disclosure", "US"), "سَيَرُدُّ على مُكالَمَتِكُم مُوَظَّف في الوِلاياتِ المُتَّحِدَه."),
        (("disclosure", "KY"), "سَيَرُدُّ على مُكالَمَتِكُم مُوَظَّف في جُزُر كايمان."),
    ],
)
def test_the_voice_is_given_the_short_vowels(prompt: tuple[str, ...], said: str) -> None:
    """What Arabic does not write, and the voice would drop, is written for the voice."""
    arabic = Wording("ar")
    assert arabic.spoken(arabic.text(*prompt)) == said
