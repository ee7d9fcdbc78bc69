"""Czech as it is spoken: the forms are from knowledge of the language."""

from __future__ import annotations

import pytest

from onshore import countries
from onshore.speech.wording import Wording

RIGHT = """
    AE ve Spojených arabských emirátech
    BM na Bermudách
    BS na Bahamách
    CA v Kanadě
    CD v Demokratické republice Kongo
    CG v Konžské republice
    CI na Pobřeží slonoviny
    CN v Číně
    CY na Kypru
    CZ v Česku
    DE v Německu
    EG v Egyptě
    ES ve Španělsku
    FI ve Finsku
    FO na Faerských ostrovech
    FR ve Francii
    GB ve Spojeném království
    GM v Gambii
    HK v Hongkongu
    IL v Izraeli
    IN v Indii
    IR v Íránu
    IS na Islandu
    KE v Keni
    KP v Severní Koreji
    KR v Jižní Koreji
    KY na Kajmanských ostrovech
    LY v Libyi
    MK v Severní Makedonii
    MM v Barmě
    MV na Maledivách
    NL v Nizozemsku
    NZ na Novém Zélandu
    PH na Filipínách
    PS na Palestinských územích
    SE ve Švédsku
    SI ve Slovinsku
    SK na Slovensku
    SZ v Eswatini
    TR v Turecku
    TW na Tchaj-wanu
    UA na Ukrajině
    US ve Spojených státech
    VN ve Vietnamu
    ZA v Jihoafrické republice
"""


@pytest.mark.parametrize("line", RIGHT.strip().splitlines())
def test_a_country_stands_in_the_locative_with_its_preposition(line: str) -> None:
    """A country has the ending and the preposition that a Czech speaker gives it."""
    code, _, place = line.strip().partition(" ")
    assert Wording("cs").place(code) == place


@pytest.mark.parametrize(
    ("name", "parameters", "text"),
    [
        ("disclosure", ("PH",), "Váš hovor přijme operátor, který je na Filipínách."),
        (
            "offer",
            ("US", "1", "*"),
            ("Chcete-li mluvit s operátorem ve Spojených státech, stiskněte jedničku, jinak stiskněte hvězdičku."),
        ),
        (
            "offer-right",
            ("CZ", "1"),
            "Máte právo mluvit s operátorem v Česku: stiskněte jedničku, nebo zůstaňte na lince.",
        ),
        ("language", ("0",), "Pro češtinu stiskněte nulu."),
        ("wait", ("1",), "Předpokládaná doba čekání je přibližně jedna minuta."),
        ("wait", ("3",), "Předpokládaná doba čekání je přibližně 3 minuty."),
        ("wait", ("5",), "Předpokládaná doba čekání je přibližně 5 minut."),
        ("wait", ("23",), "Předpokládaná doba čekání je přibližně 23 minut."),
    ],
)
def test_a_prompt_says_this(name: str, parameters: tuple[str, ...], text: str) -> None:
    """The words of the prompts that matter most are these, with the right plural and the right case of a key."""
    assert Wording("cs").text(name, *parameters) == text


def test_two_minutes_are_feminine_to_the_voice() -> None:
    """The voice would read the number two as masculine; it is told otherwise, and only where the number is two."""
    wording = Wording("cs")
    assert "dvě minuty" in wording.spoken(wording.text("wait", "2"))
    assert "22 minut" in wording.spoken(wording.text("wait", "22"))


def test_foreign_names_are_spoken_by_their_sound() -> None:
    """The voice is told how a foreign name sounds where it would read it by Czech rules."""
    wording = Wording("cs")
    assert wording.spoken(wording.place("CL")) == "v Čile"
    assert wording.spoken(wording.place("GT")) == "v Gvatemale"
    assert wording.spoken(wording.place("MO")) == "v Makau"


def test_every_place_has_a_preposition_and_nothing_unspeakable() -> None:
    """All countries stand behind a preposition, and no name holds brackets, dashes of CLDR or abbreviations."""
    wording = Wording("cs")
    places = [wording.place(code) for code in countries.codes()]
    assert [place for place in places if place.split()[0] not in {"v", "ve", "na"}] == []
    names = [wording.country(code) for code in countries.codes()]
    assert [text for text in (*places, *names) if not set(text).isdisjoint("()&.,/\u2013")] == []
