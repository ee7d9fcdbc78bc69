"""Cantonese says countries and keys as its speakers do. The right forms are from knowledge of the language."""

# ruff: noqa: RUF001 - Chinese has a comma of its own

from __future__ import annotations

import re

import pytest

from onshore import countries
from onshore.speech.wording import Wording

RIGHT = {
    "AE": "身處阿聯酋",
    "BM": "身處百慕達",
    "BS": "身處巴哈馬",
    "CD": "身處剛果民主共和國",
    "CG": "身處剛果共和國",
    "CI": "身處科特迪瓦",
    "CZ": "身處捷克",
    "GB": "身處英國",
    "GM": "身處岡比亞",
    "HK": "身處香港",
    "IN": "身處印度",
    "KE": "身處肯尼亞",
    "KP": "身處北韓",
    "KR": "身處南韓",
    "MK": "身處北馬其頓",
    "MM": "身處緬甸",
    "MO": "身處澳門",
    "MV": "身處馬爾代夫",
    "NG": "身處尼日利亞",
    "NL": "身處荷蘭",
    "NZ": "身處紐西蘭",
    "PH": "身處菲律賓",
    "PS": "身處巴勒斯坦",
    "PW": "身處帕勞",
    "SA": "身處沙地阿拉伯",
    "SZ": "身處斯威士蘭",
    "TR": "身處土耳其",
    "TT": "身處千里達同多巴哥",
    "TW": "身處台灣",
    "US": "身處美國",
    "ZW": "身處津巴布韋",
}


@pytest.mark.parametrize(("code", "place"), RIGHT.items())
def test_a_country_is_said_as_a_caller_would(code: str, place: str) -> None:
    """A country has the name and the form that a speaker of the language gives it."""
    assert Wording("yue").place(code) == place


@pytest.mark.parametrize(
    ("name", "parameters", "text"),
    [
        ("disclosure", ("PH",), "您嘅電話會由身處菲律賓嘅客戶服務員接聽。"),
        ("offer", ("US", "1"), "轉駁身處美國嘅客戶服務員，請按1。否則，請唔好收線。"),
        ("wait", ("2",), "預計等候時間大約兩分鐘。"),
    ],
)
def test_a_prompt_says_this(name: str, parameters: tuple[str, ...], text: str) -> None:
    """The words of the prompts that matter most are these."""
    assert Wording("yue").text(name, *parameters) == text


def test_names_of_countries_can_be_read_aloud() -> None:
    """Names of countries are written in Chinese characters alone."""
    wording = Wording("yue")
    wrong = [code for code in countries.codes() if not re.fullmatch(r"[\u4e00-\u9fff]+", wording.country(code))]
    assert wrong == []


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        (("disclosure", "PH"), "您嘅電畫會由身處菲律賓嘅客戶服務員接廳。"),
        (("language", "1"), "廣東畫請按1。"),
    ],
)
def test_the_voice_is_given_characters_of_the_right_tone(prompt: tuple[str, ...], said: str) -> None:
    """A character that the voice reads in another tone is replaced by one of the right tone."""
    cantonese = Wording("yue")
    assert cantonese.spoken(cantonese.text(*prompt)) == said
