"""Chinese says countries and keys as its speakers do. The right forms are from knowledge of the language."""

# ruff: noqa: RUF001 - Chinese has a comma of its own

from __future__ import annotations

import re

import pytest

from onshore import countries
from onshore.speech.wording import Wording

RIGHT = {
    "AE": "位于阿联酋",
    "BM": "位于百慕大",
    "BS": "位于巴哈马",
    "CD": "位于刚果民主共和国",
    "CG": "位于刚果共和国",
    "CI": "位于科特迪瓦",
    "CZ": "位于捷克",
    "GB": "位于英国",
    "GM": "位于冈比亚",
    "HK": "位于香港",
    "IM": "位于马恩岛",
    "IN": "位于印度",
    "KP": "位于朝鲜",
    "KR": "位于韩国",
    "MK": "位于北马其顿",
    "MM": "位于缅甸",
    "MO": "位于澳门",
    "MV": "位于马尔代夫",
    "NL": "位于荷兰",
    "PH": "位于菲律宾",
    "PS": "位于巴勒斯坦",
    "SZ": "位于斯威士兰",
    "TR": "位于土耳其",
    "TW": "位于台湾",
    "US": "位于美国",
    "VN": "位于越南",
    "ZA": "位于南非",
    "NZ": "位于新西兰",
}


@pytest.mark.parametrize(("code", "place"), RIGHT.items())
def test_a_country_is_said_as_a_caller_would(code: str, place: str) -> None:
    """A country has the name and the form that a speaker of the language gives it."""
    assert Wording("zh").place(code) == place


@pytest.mark.parametrize(
    ("name", "parameters", "text"),
    [
        ("disclosure", ("PH",), "您的电话将由位于菲律宾的客服人员接听。"),
        ("offer", ("US", "1"), "转接位于美国的客服人员，请按1。否则，请不要挂机。"),
        ("offer", ("US", "1", "*"), "转接位于美国的客服人员，请按1。如需继续，请按星号键。"),
        ("offer-right", ("US", "1", "2"), "您有权要求转接位于美国的客服人员：转接请按1，继续请按2。"),
        ("wait", ("2",), "预计等候时间约两分钟。"),
        ("wait", ("12",), "预计等候时间约12分钟。"),
    ],
)
def test_a_prompt_says_this(name: str, parameters: tuple[str, ...], text: str) -> None:
    """The words of the prompts that matter most are these."""
    assert Wording("zh").text(name, *parameters) == text


def test_names_of_countries_can_be_read_aloud() -> None:
    """Names of countries are written in Chinese characters alone."""
    wording = Wording("zh")
    wrong = [code for code in countries.codes() if not re.fullmatch(r"[\u4e00-\u9fff]+", wording.country(code))]
    assert wrong == []
