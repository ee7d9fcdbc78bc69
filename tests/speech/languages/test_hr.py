"""Croatian: countries and sentences as its speakers say them. From knowledge of the language."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

RIGHT = """
    AE u Ujedinjenim Arapskim Emiratima; BM na Bermudima; BS na Bahamima; BR u Brazilu; CL u Čileu; CN u Kini
    CU na Kubi; CD u Demokratskoj Republici Kongu; CG u Republici Kongu; CI u Obali Bjelokosti; CY na Cipru
    CZ u Češkoj; DE u Njemačkoj; EG u Egiptu; FR u Francuskoj; GB u Ujedinjenom Kraljevstvu; GM u Gambiji
    HK u Hong Kongu; HR u Hrvatskoj; HT na Haitiju; IN u Indiji; IS na Islandu; JM na Jamajci; KP u Sjevernoj Koreji
    KR u Južnoj Koreji; MA u Maroku; MX u Meksiku; MK u Sjevernoj Makedoniji; MM u Mjanmaru; MT na Malti
    MV na Maldivima; NL u Nizozemskoj; NZ na Novom Zelandu; PH na Filipinima; PL u Poljskoj
    PS na palestinskim područjima; SZ u Esvatiniju; TR u Turskoj; XK na Kosovu; US u Sjedinjenim Američkim Državama
    IM na otoku Manu; BA u Bosni i Hercegovini; ME u Crnoj Gori; AT u Austriji; TO na Tongi; TV na Tuvaluu
    VU na Vanuatuu
"""
CASES = [case.strip().split(" ", 1) for case in RIGHT.replace("\n", ";").split(";") if case.strip()]


@pytest.mark.parametrize(("code", "place"), CASES)
def test_a_country_is_said_as_in_croatian(code: str, place: str) -> None:
    """A country has the preposition, the case and the name that a speaker of Croatian gives it."""
    assert Wording("hr").place(code) == place


@pytest.mark.parametrize(
    ("prompt", "parameters", "text"),
    [
        ("disclosure", ("PH",), "Na vaš će poziv odgovoriti agent koji se nalazi na Filipinima."),
        (
            "offer",
            ("GB", "1"),
            "Za razgovor s agentom u Ujedinjenom Kraljevstvu pritisnite 1 ili ostanite na liniji.",
        ),
        (
            "offer",
            ("GB", "1", "*"),
            "Za razgovor s agentom u Ujedinjenom Kraljevstvu pritisnite 1. Za nastavak pritisnite zvjezdicu.",
        ),
        (
            "offer-right",
            ("HR", "1"),
            "Imate pravo na razgovor s agentom u Hrvatskoj: pritisnite 1 ili ostanite na liniji.",
        ),
        ("language", ("0",), "Za hrvatski pritisnite nulu."),
        ("language", ("#",), "Za hrvatski pritisnite ljestve."),
        ("wait", ("1",), "Predviđeno vrijeme čekanja: 1 minuta."),
        ("wait", ("3",), "Predviđeno vrijeme čekanja: 3 minute."),
        ("wait", ("12",), "Predviđeno vrijeme čekanja: 12 minuta."),
        ("wait", ("22",), "Predviđeno vrijeme čekanja: 22 minute."),
    ],
)
def test_a_sentence_is_said_as_in_croatian(prompt: str, parameters: tuple[str, ...], text: str) -> None:
    """The sentences agree with the country, the key and the number of minutes."""
    assert Wording("hr").text(prompt, *parameters) == text


@pytest.mark.parametrize("company", ["Zagrebačka banka", "Podravka"])
def test_a_company_is_named_in_the_nominative(company: str) -> None:
    """A company's name stands as the site has it, in a sentence in which that is its right form."""
    wording = Wording("hr", company=company)
    assert wording.text("welcome") == f"Dobar dan, ovdje {company}. Hvala na pozivu."


@pytest.mark.parametrize(
    ("minutes", "spoken"),
    [
        ("2", ": dvije minute."),
        ("21", ": dvadeset jedna minuta."),
        ("62", ": šezdeset dvije minute."),
        ("5", ": 5 minuta."),
    ],
)
def test_minutes_are_feminine_to_the_voice(minutes: str, spoken: str) -> None:
    """The voice, which counts in the masculine, is given the feminine number of minutes in words."""
    wording = Wording("hr")
    assert wording.spoken(wording.text("wait", minutes)).endswith(spoken)
