"""Slovak as it is spoken: the forms are from knowledge of the language."""

from __future__ import annotations

import pytest

from onshore import countries
from onshore.speech.wording import Wording

RIGHT = """
    AE v Spojených arabských emirátoch
    AR v Argentíne
    BM na Bermudách
    BS na Bahamách
    CD v Konžskej demokratickej republike
    CG v Konžskej republike
    CH vo Švajčiarsku
    CI na Pobreží Slonoviny
    CN v Číne
    CY na Cypre
    CZ v Česku
    DE v Nemecku
    EG v Egypte
    ES v Španielsku
    FR vo Francúzsku
    GB v Spojenom kráľovstve
    GM v Gambii
    HK v Hongkongu
    IL v Izraeli
    IN v Indii
    IR v Iráne
    IS na Islande
    KE v Keni
    KP v Severnej Kórei
    KR v Južnej Kórei
    KY na Kajmaních ostrovoch
    MK v Severnom Macedónsku
    MM v Mjanmarsku
    MV na Maldivách
    MX v Mexiku
    NE v Nigeri
    NI v Nikarague
    NL v Holandsku
    NZ na Novom Zélande
    PE v Peru
    PH na Filipínach
    PS na Palestínskych územiach
    SD v Sudáne
    SK na Slovensku
    SZ v Eswatini
    TR v Turecku
    UA na Ukrajine
    US v Spojených štátoch
    VN vo Vietname
    ZA v Juhoafrickej republike
"""


@pytest.mark.parametrize("line", RIGHT.strip().splitlines())
def test_a_country_stands_in_the_locative_with_its_preposition(line: str) -> None:
    """A country has the ending and the preposition that a Slovak speaker gives it."""
    code, _, place = line.strip().partition(" ")
    assert Wording("sk").place(code) == place


@pytest.mark.parametrize(
    ("name", "parameters", "text"),
    [
        ("disclosure", ("PH",), "Váš hovor prijme operátor, ktorý je na Filipínach."),
        (
            "offer",
            ("US", "1", "*"),
            ("Ak chcete hovoriť s operátorom v Spojených štátoch, stlačte jednotku, inak stlačte hviezdičku."),
        ),
        (
            "offer-right",
            ("SK", "1"),
            "Máte právo hovoriť s operátorom na Slovensku: stlačte jednotku alebo zostaňte na linke.",
        ),
        ("language", ("0",), "Pre slovenčinu stlačte nulu."),
        ("wait", ("1",), "Predpokladaný čas čakania je približne jedna minúta."),
        ("wait", ("3",), "Predpokladaný čas čakania je približne 3 minúty."),
        ("wait", ("5",), "Predpokladaný čas čakania je približne 5 minút."),
        ("wait", ("23",), "Predpokladaný čas čakania je približne 23 minút."),
    ],
)
def test_a_prompt_says_this(name: str, parameters: tuple[str, ...], text: str) -> None:
    """The words of the prompts that matter most are these, with the right plural and the right case of a key."""
    assert Wording("sk").text(name, *parameters) == text


def test_two_minutes_are_feminine_to_the_voice() -> None:
    """The voice would read the number two as masculine; it is told otherwise, and only where the number is two."""
    wording = Wording("sk")
    assert "dve minúty" in wording.spoken(wording.text("wait", "2"))
    assert "22 minút" in wording.spoken(wording.text("wait", "22"))


def test_foreign_names_are_spoken_by_their_sound() -> None:
    """The voice is told how a name sounds where it would read it by other rules."""
    wording = Wording("sk")
    assert wording.spoken(wording.place("GT")) == "v Gvatemale"
    assert wording.spoken(wording.place("MO")) == "v Makau"
    assert wording.spoken(wording.place("IT")) == "v Taljansku"


def test_every_place_has_a_preposition_and_nothing_unspeakable() -> None:
    """All countries stand behind a preposition, and no name holds brackets, dashes of CLDR or abbreviations."""
    wording = Wording("sk")
    places = [wording.place(code) for code in countries.codes()]
    assert [place for place in places if place.split()[0] not in {"v", "vo", "na"}] == []
    names = [wording.country(code) for code in countries.codes()]
    assert [text for text in (*places, *names) if not set(text).isdisjoint("()&.,/\u2013")] == []
