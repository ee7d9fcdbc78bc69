"""Portuguese: countries and sentences as its speakers say them. From knowledge of the language."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

RIGHT = """
    AE nos Emirados Árabes Unidos; AO em Angola; BR no Brasil; BS nas Bahamas; BF no Burquina Faso; CA no Canadá
    CD na República Democrática do Congo; CG na República do Congo; CI na Costa do Marfim; CM nos Camarões; CU em Cuba
    CV em Cabo Verde; CY em Chipre; CZ na República Checa; EH no Saara Ocidental; GB no Reino Unido; GM na Gâmbia
    GN na Guiné; HK em Hong Kong; IL em Israel; GH no Gana; IM na Ilha de Man; KH no Camboja
    IN na Índia; IR no Irão; JP no Japão; KE no Quénia
    KP na Coreia do Norte; KR na Coreia do Sul; MA em Marrocos; MK na Macedónia do Norte; MM em Mianmar; MT em Malta
    MV nas Maldivas; MZ em Moçambique; NL nos Países Baixos; PH nas Filipinas; PL na Polónia
    PS nos Territórios Palestinianos; PT em Portugal; RW no Ruanda; SB nas Ilhas Salomão; SL na Serra Leoa
    SZ em Essuatíni; TR na Turquia; US nos Estados Unidos; ZA na África do Sul
"""
CASES = [case.strip().split(" ", 1) for case in RIGHT.replace("\n", ";").split(";") if case.strip()]


@pytest.mark.parametrize(("code", "place"), CASES)
def test_a_country_is_said_as_in_portuguese(code: str, place: str) -> None:
    """A country has the preposition, joined to the article, and the name that a speaker of Portuguese gives it."""
    assert Wording("pt").place(code) == place


@pytest.mark.parametrize(
    ("prompt", "parameters", "text"),
    [
        ("disclosure", ("PH",), "A sua chamada será atendida por um operador nas Filipinas."),
        (
            "offer",
            ("US", "1", "*"),
            "Para falar com um operador nos Estados Unidos, pressione 1. Para continuar, pressione asterisco.",
        ),
        ("wait", ("1",), "O tempo de espera estimado é de cerca de um minuto."),
        ("wait", ("12",), "O tempo de espera estimado é de cerca de 12 minutos."),
    ],
)
def test_a_prompt_says_this_in_portuguese(prompt: str, parameters: tuple[str, ...], text: str) -> None:
    """The words that matter most are these."""
    assert Wording("pt").text(prompt, *parameters) == text
