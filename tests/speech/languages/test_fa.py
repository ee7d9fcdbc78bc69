"""Persian: one preposition, and the names that callers use."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

RIGHT = {
    "AE": "در امارات متحدهٔ عربی",
    "CD": "در جمهوری دموکراتیک کنگو",
    "CG": "در جمهوری کنگو",
    "CI": "در ساحل عاج",
    "CZ": "در جمهوری چک",
    "DE": "در آلمان",
    "GB": "در بریتانیا",
    "HK": "در هنگ‌کنگ",
    "KP": "در کرهٔ شمالی",
    "KR": "در کرهٔ جنوبی",
    "MK": "در مقدونیهٔ شمالی",
    "MM": "در میانمار",
    "MO": "در ماکائو",
    "NL": "در هلند",
    "PH": "در فیلیپین",
    "PS": "در سرزمین‌های فلسطینی",
    "TL": "در تیمور شرقی",
    "TR": "در ترکیه",
    "US": "در آمریکا",
    "ZA": "در آفریقای جنوبی",
    "IN": "در هند",
    "SZ": "در اسواتینی",
}


@pytest.mark.parametrize(("code", "place"), RIGHT.items())
def test_a_country_is_said_as_persian_speakers_say_it(code: str, place: str) -> None:
    """A country has its preposition and the name in daily use."""
    assert Wording("fa").place(code) == place


def test_a_disclosure_names_the_country() -> None:
    """The disclosure is one whole sentence with the country in it."""
    assert Wording("fa").text("disclosure", "PH") == "کارشناسی در فیلیپین به تماس شما پاسخ خواهد داد."


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        (("language", "2"), "برای فارسی، کلید 2 را بزنید."),
        (("offer", "US", "1"), "برای گفتگو با کارشناسی در آمریکا، کلید 1 را بزنید. یا پشت خط بمانید."),
        (
            ("offer-right", "US", "1", "*"),
            "حق دارید با کارشناسی در آمریکا گفتگو کنید: برای این کار کلید 1 و برای ادامه کلید ستاره را بزنید.",
        ),
    ],
)
def test_a_prompt_says_this(prompt: tuple[str, ...], text: str) -> None:
    """A key is called a key and is struck, and one stays "behind the line", as Persian has it."""
    assert Wording("fa").text(*prompt) == text


@pytest.mark.parametrize(("minutes", "text"), [("1", "یک دقیقه"), ("5", "5 دقیقه")])
def test_the_wait_is_said_in_the_plural_form_of_its_number(minutes: str, text: str) -> None:
    """The estimate of the wait takes the form of the noun that goes with its number."""
    assert text in Wording("fa").text("wait", minutes)


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        (("disclosure", "PE"), "کارشناسی در پِرو به تماسِ شما پاسخ خواهد داد."),
        (("disclosure", "CD"), "کارشناسی در جمهوریِ دموکراتیکِ کنگو به تماسِ شما پاسخ خواهد داد."),
        (("disclosure", "CZ"), "کارشناسی در جمهوریِ چک به تماسِ شما پاسخ خواهد داد."),
    ],
)
def test_the_voice_is_given_the_vowel_that_joins_two_words(prompt: tuple[str, ...], said: str) -> None:
    """What Persian does not write, and the voice would leave out, is written for the voice."""
    persian = Wording("fa")
    assert persian.spoken(persian.text(*prompt)) == said
