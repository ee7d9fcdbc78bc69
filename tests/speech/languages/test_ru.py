# ruff: noqa: RUF001 - it is Cyrillic
"""Russian: countries and sentences as its speakers say them. From knowledge of the language."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

RIGHT = """
    AE в Объединённых Арабских Эмиратах; BM на Бермудских островах; BS на Багамских островах; BY в Беларуси
    CD в Демократической Республике Конго; CG в Республике Конго; CI в Кот-д'Ивуаре; CL в Чили; CN в Китае
    CU на Кубе; CY на Кипре; CZ в Чехии; EG в Египте; FR во Франции; GB в Великобритании; GM в Гамбии; HK в Гонконге
    IL в Израиле; IN в Индии; KP в Северной Корее; KR в Южной Корее; MA в Марокко; MK в Северной Македонии
    MM в Мьянме; MT на Мальте; MV на Мальдивах; NL в Нидерландах; NZ в Новой Зеландии; PH на Филиппинах; PL в Польше
    PS на Палестинских территориях; SZ в Эсватини; TR в Турции; TW на Тайване; US в Соединённых Штатах
    VN во Вьетнаме; UA в Украине; IM на острове Мэн
"""
CASES = [case.strip().split(" ", 1) for case in RIGHT.replace("\n", ";").split(";") if case.strip()]


@pytest.mark.parametrize(("code", "place"), CASES)
def test_a_country_is_said_as_in_russian(code: str, place: str) -> None:
    """A country has the preposition, the case and the name that a speaker of Russian gives it."""
    assert Wording("ru").place(code) == place


@pytest.mark.parametrize(
    ("prompt", "parameters", "text"),
    [
        ("disclosure", ("PH",), "На ваш звонок ответит оператор, который находится на Филиппинах."),
        (
            "offer",
            ("US", "1"),
            "Чтобы поговорить с оператором в Соединённых Штатах, нажмите 1. Или оставайтесь на линии.",
        ),
        (
            "offer",
            ("US", "1", "*"),
            "Чтобы поговорить с оператором в Соединённых Штатах, нажмите 1. Чтобы продолжить, нажмите звёздочку.",
        ),
        ("wait", ("1",), "Примерное время ожидания — 1 минута."),
        ("wait", ("3",), "Примерное время ожидания — 3 минуты."),
        ("wait", ("12",), "Примерное время ожидания — 12 минут."),
        ("wait", ("21",), "Примерное время ожидания — 21 минута."),
    ],
)
def test_a_sentence_is_said_as_in_russian(prompt: str, parameters: tuple[str, ...], text: str) -> None:
    """The sentences agree with the country, the key and the number of minutes."""
    assert Wording("ru").text(prompt, *parameters) == text


def test_the_voice_is_told_where_the_stress_is() -> None:
    """Togo is no "that one" to the voice, and Guatemala has its stress."""
    wording = Wording("ru")
    assert wording.spoken(wording.place("TG")) == "в То\u0301го"
    assert wording.spoken(wording.place("GT")) == "в Гвате-мале"
    assert wording.spoken(wording.place("GM")) == "в Гамбйи"
