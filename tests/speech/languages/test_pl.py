"""Polish as it is spoken: the forms are from knowledge of the language."""

from __future__ import annotations

import pytest

from onshore import countries
from onshore.speech.wording import Wording

RIGHT = """
    AE w Zjednoczonych Emiratach Arabskich
    AF w Afganistanie
    BM na Bermudach
    BR w Brazylii
    BS na Bahamach
    BY na Białorusi
    CD w Demokratycznej Republice Konga
    CG w Republice Konga
    CI na Wybrzeżu Kości Słoniowej
    CY na Cyprze
    CZ w Czechach
    DE w Niemczech
    FR we Francji
    GB w Wielkiej Brytanii
    GM w Gambii
    HK w Hongkongu
    HU na Węgrzech
    IN w Indiach
    IT we Włoszech
    KP w Korei Północnej
    KR w Korei Południowej
    LT na Litwie
    LU w Luksemburgu
    MK w Macedonii Północnej
    MM w Birmie
    MV na Malediwach
    MX w Meksyku
    NE w Nigrze
    NL w Holandii
    PE w Peru
    PH na Filipinach
    PL w Polsce
    PS na Terytoriach Palestyńskich
    SK na Słowacji
    SZ w Eswatini
    TR w Turcji
    UA w Ukrainie
    US w Stanach Zjednoczonych
    VN w Wietnamie
    ZA w Republice Południowej Afryki
"""


@pytest.mark.parametrize("line", RIGHT.strip().splitlines())
def test_a_country_stands_in_the_locative_with_its_preposition(line: str) -> None:
    """A country has the ending and the preposition that a Polish speaker gives it."""
    code, _, place = line.strip().partition(" ")
    assert Wording("pl").place(code) == place


@pytest.mark.parametrize(
    ("name", "parameters", "text"),
    [
        ("disclosure", ("PH",), "Państwa połączenie odbierze konsultant pracujący na Filipinach."),
        (
            "offer",
            ("US", "1", "*"),
            ("Aby rozmawiać z konsultantem w Stanach Zjednoczonych, proszę wybrać 1, a żeby kontynuować, gwiazdkę."),
        ),
        (
            "offer-right",
            ("PL", "1"),
            "Mają Państwo prawo rozmawiać z konsultantem w Polsce: proszę wybrać 1 lub pozostać na linii.",
        ),
        (
            "offer-right",
            ("PL", "1", "2"),
            "Mają Państwo prawo rozmawiać z konsultantem w Polsce: proszę wybrać 1, a jeśli nie, 2.",
        ),
        ("wait", ("1",), "Szacowany czas oczekiwania to mniej więcej jedna minuta."),
        ("wait", ("3",), "Szacowany czas oczekiwania to mniej więcej 3 minuty."),
        ("wait", ("12",), "Szacowany czas oczekiwania to mniej więcej 12 minut."),
        ("wait", ("23",), "Szacowany czas oczekiwania to mniej więcej 23 minuty."),
    ],
)
def test_a_prompt_says_this(name: str, parameters: tuple[str, ...], text: str) -> None:
    """The words of the prompts that matter most are these, with the right plural and the right case of a key."""
    assert Wording("pl").text(name, *parameters) == text


def test_two_minutes_are_feminine_to_the_voice() -> None:
    """The voice would read the number two as masculine; it is told otherwise, and only where the number is two."""
    wording = Wording("pl")
    assert "dwie minuty" in wording.spoken(wording.text("wait", "2"))
    assert "dwadzieścia dwie minuty" in wording.spoken(wording.text("wait", "22"))


def test_w_is_written_on_to_its_word_for_the_voice() -> None:
    """The voice reads a "w" that stands alone as another letter; "we" and "na" are right as they are."""
    wording = Wording("pl")
    assert wording.spoken(wording.place("IN")) == "w'Indiach"
    assert wording.spoken(wording.place("IT")) == "we Włoszech"


def test_every_place_has_a_preposition_and_nothing_unspeakable() -> None:
    """All countries stand behind a preposition, and no name holds brackets, dashes of CLDR or abbreviations."""
    wording = Wording("pl")
    places = [wording.place(code) for code in countries.codes()]
    assert [place for place in places if place.split()[0] not in {"w", "we", "na"}] == []
    names = [wording.country(code) for code in countries.codes()]
    assert [text for text in (*places, *names) if not set(text).isdisjoint("()&.,/\u2013")] == []
