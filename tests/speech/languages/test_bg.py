# ruff: noqa: RUF001 - it is Cyrillic
"""Bulgarian: countries and sentences as its speakers say them. From knowledge of the language."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

RIGHT = """
    AE в Обединените арабски емирства; BM на Бермудските острови; BS на Бахамските острови; BG в България; CL в Чили
    CD в Демократична република Конго; CG в Република Конго; CI в Кот д'Ивоар; CU на Куба; CY на Кипър; CZ в Чехия
    DO в Доминиканската република; CF в Централноафриканската република; FI във Финландия; FR във Франция
    GB във Великобритания; GM в Гамбия; HK в Хонконг; IM на остров Ман; IN в Индия; KP в Северна Корея
    KR в Южна Корея; MK в Северна Македония; MM в Мианмар; MT на Малта; MV на Малдивите; NL в Нидерландия
    NZ в Нова Зеландия; PH във Филипините; PS в Палестинските територии; SZ в Есватини; TR в Турция
    US в Съединените щати; VA във Ватикана; VE във Венецуела; VN във Виетнам; SC на Сейшелските острови
    VI на Американските Вирджински острови; CK на островите Кук
"""
CASES = [case.strip().split(" ", 1) for case in RIGHT.replace("\n", ";").split(";") if case.strip()]


@pytest.mark.parametrize(("code", "place"), CASES)
def test_a_country_is_said_as_in_bulgarian(code: str, place: str) -> None:
    """A country has the preposition, the case and the name that a speaker of Bulgarian gives it."""
    assert Wording("bg").place(code) == place


@pytest.mark.parametrize(
    ("prompt", "parameters", "text"),
    [
        ("disclosure", ("PH",), "На Вашето обаждане ще отговори служител, който се намира във Филипините."),
        ("offer", ("US", "1"), "За разговор със служител в Съединените щати натиснете 1. Или останете на линията."),
        (
            "offer",
            ("US", "1", "*"),
            "За разговор със служител в Съединените щати натиснете 1. За да продължите, натиснете звездичка.",
        ),
        ("wait", ("1",), "Очакваното време за изчакване е около една минута."),
        ("wait", ("12",), "Очакваното време за изчакване е около 12 минути."),
    ],
)
def test_a_sentence_is_said_as_in_bulgarian(prompt: str, parameters: tuple[str, ...], text: str) -> None:
    """The sentences agree with the country, the key and the number of minutes."""
    assert Wording("bg").text(prompt, *parameters) == text


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("PH", "във Филипи\u0300ните"),
        ("RO", "в Румъ\u0300ния"),
        ("PK", "в Пакиста\u0300н"),
        ("US", "в Съедине\u0300ните щати"),
        ("RU", "в Русия"),
    ],
)
def test_the_voice_is_told_where_the_stress_is(code: str, place: str) -> None:
    """A word that the voice would stress on another syllable bears the accent of dictionaries."""
    wording = Wording("bg")
    assert wording.spoken(wording.place(code)) == place


def test_minutes_are_feminine_to_the_voice() -> None:
    """The voice would read the one of twenty-one as neuter; it is told otherwise."""
    wording = Wording("bg")
    assert "двадесет и една\u0300 минути" in wording.spoken(wording.text("wait", "21"))
