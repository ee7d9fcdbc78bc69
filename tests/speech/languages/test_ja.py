"""Japanese says countries and keys as its speakers do. The right forms are from knowledge of the language."""

from __future__ import annotations

import re

import pytest

from onshore import countries
from onshore.speech.wording import Wording

RIGHT = {
    "AE": "アラブ首長国連邦に",
    "BM": "バミューダに",
    "BS": "バハマに",
    "CD": "コンゴ民主共和国に",
    "CG": "コンゴ共和国に",
    "CI": "コートジボワールに",
    "CN": "中国に",
    "CZ": "チェコに",
    "DE": "ドイツに",
    "GB": "イギリスに",
    "GM": "ガンビアに",
    "HK": "香港に",
    "IN": "インドに",
    "KP": "北朝鮮に",
    "KR": "韓国に",
    "MK": "北マケドニアに",
    "MM": "ミャンマーに",
    "MO": "マカオに",
    "MV": "モルディブに",
    "NL": "オランダに",
    "PH": "フィリピンに",
    "PS": "パレスチナに",
    "SZ": "エスワティニに",
    "TR": "トルコに",
    "US": "アメリカに",
    "VC": "セントビンセントおよびグレナディーン諸島に",
}


@pytest.mark.parametrize(("code", "place"), RIGHT.items())
def test_a_country_is_said_as_a_caller_would(code: str, place: str) -> None:
    """A country has the name and the form that a speaker of the language gives it."""
    assert Wording("ja").place(code) == place


@pytest.mark.parametrize(
    ("name", "parameters", "text"),
    [
        ("disclosure", ("PH",), "お電話は、フィリピンにいる担当者が承ります。"),
        ("agent-disclosure", ("IN",), "お客様の担当者は、インドにおります。"),
        (
            "offer",
            ("US", "1", "#"),
            "アメリカにいる担当者をご希望の方は、1を押してください。このまま続ける方は、シャープを押してください。",
        ),
        ("wait", ("12",), "お待ちいただく時間は、およそ12分の見込みです。"),
    ],
)
def test_a_prompt_says_this(name: str, parameters: tuple[str, ...], text: str) -> None:
    """The words of the prompts that matter most are these."""
    assert Wording("ja").text(name, *parameters) == text


def test_names_of_countries_can_be_read_aloud() -> None:
    """Names of countries are written in kanji and kana alone."""
    wording = Wording("ja")
    wrong = [
        code
        for code in countries.codes()
        if not re.fullmatch(r"[\u4e00-\u9fff\u3040-\u30ff・ー]+", wording.country(code))
    ]
    assert wrong == []
