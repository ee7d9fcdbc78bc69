# ruff: noqa: RUF001 - it is Cyrillic
"""Ukrainian: countries and sentences as its speakers say them. From knowledge of the language."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

RIGHT = """
    AE в Об'єднаних Арабських Еміратах; BM на Бермудських островах; BS на Багамських островах; BY у Білорусі
    CD у Демократичній Республіці Конго; CG у Республіці Конго; CI у Кот-д'Івуарі; CL у Чилі; CN у Китаї; CU на Кубі
    CY на Кіпрі; CZ у Чехії; EG в Єгипті; FR у Франції; GB у Великій Британії; GM у Гамбії; HK у Гонконзі
    IL в Ізраїлі; IN в Індії; IQ в Іраку; KP у Північній Кореї; KR у Південній Кореї; LU у Люксембурзі; MA у Марокко
    MX у Мексиці; MK у Північній Македонії; MM у М'янмі; MT на Мальті; JM на Ямайці; JP в Японії; UY в Уругваї
    DE у Німеччині; MV на Мальдівах; NL у Нідерландах; NZ у Новій Зеландії; PH на Філіппінах; PL у Польщі
    PS на Палестинських територіях; SZ в Есватіні; TR у Туреччині; TW на Тайвані; US у Сполучених Штатах
    VN у В'єтнамі; UA в Україні; IM на острові Мен
"""
CASES = [case.strip().split(" ", 1) for case in RIGHT.replace("\n", ";").split(";") if case.strip()]


@pytest.mark.parametrize(("code", "place"), CASES)
def test_a_country_is_said_as_in_ukrainian(code: str, place: str) -> None:
    """A country has the preposition, the case and the name that a speaker of Ukrainian gives it."""
    assert Wording("uk").place(code) == place


@pytest.mark.parametrize(
    ("prompt", "parameters", "text"),
    [
        ("disclosure", ("PH",), "На ваш дзвінок відповість оператор на Філіппінах."),
        (
            "offer",
            ("US", "1"),
            "Щоб поговорити з оператором у Сполучених Штатах, натисніть 1. Або залишайтеся на лінії.",
        ),
        (
            "offer",
            ("US", "1", "*"),
            "Щоб поговорити з оператором у Сполучених Штатах, натисніть 1. Щоб продовжити, натисніть зірочку.",
        ),
        ("wait", ("1",), "Орієнтовний час очікування — 1 хвилина."),
        ("wait", ("3",), "Орієнтовний час очікування — 3 хвилини."),
        ("wait", ("12",), "Орієнтовний час очікування — 12 хвилин."),
        ("wait", ("22",), "Орієнтовний час очікування — 22 хвилини."),
    ],
)
def test_a_sentence_is_said_as_in_ukrainian(prompt: str, parameters: tuple[str, ...], text: str) -> None:
    """The sentences agree with the country, the key and the number of minutes."""
    assert Wording("uk").text(prompt, *parameters) == text


def test_the_voice_is_told_where_the_stress_is() -> None:
    """Names in -ія are stressed before the ending, which the voice does only for another spelling."""
    wording = Wording("uk")
    assert wording.spoken(wording.place("IT")) == "в Італйі"
    assert wording.spoken(wording.place("RU")) == "у Росії"


def test_the_key_one_is_said_with_its_stress() -> None:
    """The voice would say the digit 1 as no Ukrainian does; a minute is feminine still."""
    wording = Wording("uk")
    assert wording.spoken(wording.text("language", "1")) == "Щоб говорити українською, натисніть одиин."
    assert "одна хвилина" in wording.spoken(wording.text("wait", "1"))
