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
    IM na otoku Manu; BA u Bosni i Hercegovini; ME u Crnoj Gori; AT u Austriji
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
            "Za razgovor s agentom u Ujedinjenom Kraljevstvu pritisnite 1. Inače ostanite na liniji.",
        ),
        (
            "offer",
            ("GB", "1", "*"),
            "Za razgovor s agentom u Ujedinjenom Kraljevstvu pritisnite 1. Za nastavak pritisnite zvjezdicu.",
        ),
        ("wait", ("1",), "Predviđeno vrijeme čekanja: 1 minuta."),
        ("wait", ("3",), "Predviđeno vrijeme čekanja: 3 minute."),
        ("wait", ("12",), "Predviđeno vrijeme čekanja: 12 minuta."),
        ("wait", ("22",), "Predviđeno vrijeme čekanja: 22 minute."),
    ],
)
def test_a_sentence_is_said_as_in_croatian(prompt: str, parameters: tuple[str, ...], text: str) -> None:
    """The sentences agree with the country, the key and the number of minutes."""
    assert Wording("hr").text(prompt, *parameters) == text
