"""Vietnamese says countries and keys as its speakers do. The right forms are from knowledge of the language."""

from __future__ import annotations

import re

import pytest

from onshore import countries
from onshore.speech.wording import Wording

RIGHT = {
    "AE": "ở các Tiểu vương quốc Ả Rập Thống nhất",
    "AU": "ở Úc",
    "BM": "ở Bermuda",
    "BS": "ở Bahamas",
    "CD": "ở Cộng hòa Dân chủ Congo",
    "CG": "ở Cộng hòa Congo",
    "CI": "ở Bờ Biển Ngà",
    "CN": "ở Trung Quốc",
    "CZ": "ở Cộng hòa Séc",
    "DE": "ở Đức",
    "ES": "ở Tây Ban Nha",
    "FR": "ở Pháp",
    "GB": "ở Vương quốc Anh",
    "GE": "ở Gruzia",
    "HK": "ở Hồng Kông",
    "IN": "ở Ấn Độ",
    "IT": "ở Ý",
    "KP": "ở Bắc Triều Tiên",
    "KR": "ở Hàn Quốc",
    "MK": "ở Bắc Macedonia",
    "MM": "ở Myanmar",
    "NL": "ở Hà Lan",
    "PH": "ở Philippines",
    "PS": "ở Lãnh thổ Palestine",
    "SZ": "ở Eswatini",
    "TL": "ở Đông Timor",
    "TR": "ở Thổ Nhĩ Kỳ",
    "US": "ở Hoa Kỳ",
    "VN": "ở Việt Nam",
}


@pytest.mark.parametrize(("code", "place"), RIGHT.items())
def test_a_country_is_said_as_a_caller_would(code: str, place: str) -> None:
    """A country has the name and the form that a speaker of the language gives it."""
    assert Wording("vi").place(code) == place


@pytest.mark.parametrize(
    ("name", "parameters", "text"),
    [
        ("disclosure", ("PH",), "Cuộc gọi của quý khách sẽ do nhân viên ở Philippines trả lời."),
        ("agent-disclosure", ("IN",), "Nhân viên phục vụ quý khách hiện đang ở Ấn Độ."),
        (
            "offer",
            ("US", "*"),
            "Để nói chuyện với nhân viên ở Hoa Kỳ, vui lòng nhấn phím sao. Nếu không, vui lòng giữ máy.",
        ),
        ("wait", ("12",), "Thời gian chờ dự kiến là khoảng 12 phút."),
    ],
)
def test_a_prompt_says_this(name: str, parameters: tuple[str, ...], text: str) -> None:
    """The words of the prompts that matter most are these."""
    assert Wording("vi").text(name, *parameters) == text


def test_names_of_countries_can_be_read_aloud() -> None:
    """Names of countries are written in letters alone, without brackets, commas or ampersands."""
    wording = Wording("vi")
    wrong = [
        code for code in countries.codes() if not re.fullmatch(r"[^\W\d_]+(?:[ '-][^\W\d_]+)*", wording.country(code))
    ]
    assert wrong == []
