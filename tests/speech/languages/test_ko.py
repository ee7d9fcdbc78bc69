"""Korean says countries and keys as its speakers do. The right forms are from knowledge of the language."""

from __future__ import annotations

import re

import pytest

from onshore import countries
from onshore.speech.wording import Wording

RIGHT = {
    "AE": "아랍에미리트에",
    "AU": "호주에",
    "BM": "버뮤다에",
    "BS": "바하마에",
    "CD": "콩고민주공화국에",
    "CG": "콩고공화국에",
    "CI": "코트디부아르에",
    "CN": "중국에",
    "CZ": "체코에",
    "DE": "독일에",
    "GB": "영국에",
    "GM": "감비아에",
    "HK": "홍콩에",
    "IN": "인도에",
    "JP": "일본에",
    "KP": "북한에",
    "KR": "한국에",
    "MK": "북마케도니아에",
    "MM": "미얀마에",
    "MO": "마카오에",
    "MV": "몰디브에",
    "NL": "네덜란드에",
    "PH": "필리핀에",
    "PS": "팔레스타인에",
    "SZ": "에스와티니에",
    "TH": "태국에",
    "TR": "튀르키예에",
    "US": "미국에",
    "ZA": "남아프리카공화국에",
}


@pytest.mark.parametrize(("code", "place"), RIGHT.items())
def test_a_country_is_said_as_a_caller_would(code: str, place: str) -> None:
    """A country has the name and the form that a speaker of the language gives it."""
    assert Wording("ko").place(code) == place


@pytest.mark.parametrize(
    ("name", "parameters", "text"),
    [
        ("disclosure", ("PH",), "고객님의 전화는 필리핀에 있는 상담원이 받습니다."),
        ("language", ("1",), "한국어 서비스는 1번을 눌러 주십시오."),
        ("offer", ("US", "1", "*"), "미국에 있는 상담원과 통화하시려면 1번을, 계속하시려면 별표를 눌러 주십시오."),
        ("offer", ("US", "1"), "미국에 있는 상담원과 통화하시려면 1번을 누르시고, 아니면 그대로 기다려 주십시오."),
        (
            "offer-right",
            ("US", "1", "#"),
            "미국에 있는 상담원과 통화하실 권리가 있습니다. 원하시면 1번을, 계속하시려면 우물 정자를 눌러 주십시오.",
        ),
    ],
)
def test_a_prompt_says_this(name: str, parameters: tuple[str, ...], text: str) -> None:
    """The words of the prompts that matter most are these."""
    assert Wording("ko").text(name, *parameters) == text


def test_names_of_countries_can_be_read_aloud() -> None:
    """Names of countries are written in Hangul alone."""
    wording = Wording("ko")
    wrong = [code for code in countries.codes() if not re.fullmatch(r"[\uac00-\ud7a3 ]+", wording.country(code))]
    assert wrong == []


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        (("goodbye",), "전화해 주셔서 감사함니다. 안녕히 계십시오."),
        (("language", "1"), "한국어 서비스는 일번을 눌러 주십시오."),
        (("agent-disclosure", "MK"), "고객님을 도와드릴 상담원은 붕마케도니아에 있슴니다."),
    ],
)
def test_the_voice_is_given_sounds_joined_as_speakers_join_them(prompt: tuple[str, ...], said: str) -> None:
    """The voice is given what is said, where it would say letter by letter."""
    korean = Wording("ko")
    assert korean.spoken(korean.text(*prompt)) == said
