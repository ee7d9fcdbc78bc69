"""Each language says countries as its speakers do. The right forms are from knowledge of the languages."""

from __future__ import annotations

import pytest

from onshore import countries
from onshore.errors import PromptError
from onshore.speech import catalogue
from onshore.speech.wording import Wording, languages_available

RIGHT = {
    "en": """
        AE in the United Arab Emirates; BM in Bermuda; BS in the Bahamas; CD in the Democratic Republic of the Congo
        CF in the Central African Republic; CG in the Republic of the Congo; CI in Ivory Coast; CZ in the Czech Republic
        DO in the Dominican Republic; GB in the United Kingdom; GM in the Gambia; HK in Hong Kong; IM on the Isle of Man
        IN in India
        KP in North Korea; KR in South Korea; KY in the Cayman Islands; MK in North Macedonia; MM in Myanmar
        MV in the Maldives; NL in the Netherlands; NF on Norfolk Island; PH in the Philippines; PR in Puerto Rico
        PS in the Palestinian Territories; SZ in Eswatini; TR in Turkey; TT in Trinidad and Tobago; UA in Ukraine
        US in the United States; VC in Saint Vincent and the Grenadines; VI in the United States Virgin Islands
        LB in Lebanon; SD in Sudan; VA in Vatican City; MO in Macau
    """,
    "es": """
        AE en los Emiratos Árabes Unidos; BM en las Bermudas; BS en las Bahamas; BR en Brasil; CI en Costa de Marfil
        CD en la República Democrática del Congo; CG en la República del Congo; CZ en la República Checa
        CR en Costa Rica
        DO en la República Dominicana; GB en el Reino Unido; GM en Gambia; HK en Hong Kong; IN en la India; JP en Japón
        KP en Corea del Norte; KR en Corea del Sur; KY en las Islas Caimán; LB en el Líbano; MK en Macedonia del Norte
        MM en Birmania; MV en las Maldivas; MX en México; NL en los Países Bajos; PH en Filipinas; PR en Puerto Rico
        PS en los Territorios Palestinos; SV en El Salvador; SZ en Esuatini; TR en Turquía; US en Estados Unidos
        VA en la Ciudad del Vaticano; ZA en Sudáfrica; IM en la Isla de Man; EH en el Sáhara Occidental
    """,
    "fr": """
        AE aux Émirats arabes unis; AF en Afghanistan; BM aux Bermudes; BS aux Bahamas; BZ au Belize; CA au Canada
        CD en République démocratique du Congo; CG au Congo-Brazzaville; CI en Côte d'Ivoire; CU à Cuba; CY à Chypre
        CZ en République tchèque; DJ à Djibouti; FR en France; GB au Royaume-Uni; GM en Gambie; HK à Hong Kong
        HT en Haïti; HN au Honduras; HU en Hongrie; IL en Israël; IM sur l'île de Man; IN en Inde; IR en Iran
        JP au Japon
        KH au Cambodge; KP en Corée du Nord; KR en Corée du Sud; LB au Liban; MA au Maroc; MG à Madagascar;
        MT à Malte
        MK en Macédoine du Nord; MM en Birmanie; MU à Maurice; MV aux Maldives; MX au Mexique; MZ au Mozambique
        NL aux Pays-Bas; NZ en Nouvelle-Zélande; OM à Oman; PH aux Philippines; PS dans les Territoires palestiniens
        PT au Portugal; RE à La Réunion; SG à Singapour; SL en Sierra Leone; SN au Sénégal; SR au Suriname;
        TN en Tunisie
        SZ en Eswatini; TR en Turquie; TT à Trinité-et-Tobago; US aux États-Unis; UY en Uruguay; YE au Yémen
        ZW au Zimbabwe; BB à la Barbade; GY au Guyana; GF en Guyane française; GW en Guinée-Bissau; VA au Vatican
        MQ en Martinique; AO en Angola; EC en Équateur; UG en Ouganda; SS au Soudan du Sud; AD en Andorre
    """,
}
CASES = [
    (language, *case.strip().split(" ", 1))
    for language, cases in RIGHT.items()
    for case in cases.replace("\n", ";").split(";")
    if case.strip()
]


@pytest.mark.parametrize(("language", "code", "place"), CASES)
def test_a_country_is_said_with_the_preposition_and_the_name_that_callers_use(
    language: str, code: str, place: str
) -> None:
    """A country has the preposition, the article and the name that a speaker of the language gives it."""
    assert Wording(language).place(code) == place


@pytest.mark.parametrize("language", languages_available())
def test_every_prompt_can_be_said_of_every_country(language: str) -> None:
    """No prompt of our files is missing or fails, whatever its parameters, and none leaves anything open."""
    wording = Wording(language, company="Acme Bank")
    for sentence in catalogue.CATALOGUE.values():
        kinds = [parameter.kind for parameter in sentence.parameters]
        for code in countries.codes() if "country" in kinds else ["US"]:
            values = {"country": code, "key": "1", "minutes": "2"}
            text = wording.text(sentence.name, *(values[kind] for kind in kinds))
            required = [values[p.kind] for p in sentence.parameters if not p.optional]
            for said in (text, wording.text(sentence.name, *required)):
                assert said[-1] in ".!?。।۔"  # noqa: RUF001 - Chinese, Hindi and Urdu have full stops of their own
                assert not set(said) & set("{}()[]&<>_")
                assert "  " not in said
                assert " ." not in said


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_no_name_holds_what_cannot_be_spoken(language: str) -> None:
    """Names of countries hold no brackets, ampersands or abbreviations."""
    wording = Wording(language)
    wrong = [name for code in countries.codes() if not set(name := wording.country(code)).isdisjoint("()&.,/")]
    assert wrong == []


def test_languages_share_their_sentences_in_the_same_order() -> None:
    """The files of all languages have the same sentences in the order of the catalogue."""
    for language in languages_available():
        assert list(Wording(language)._file.sentences) == list(catalogue.CATALOGUE), language  # noqa: SLF001 - as read


@pytest.mark.parametrize(
    ("language", "name", "parameters", "text"),
    [
        ("en", "disclosure", ("PH",), "Your call will be answered by an agent in the Philippines."),
        (
            "en",
            "offer",
            ("US", "1"),
            "To speak with an agent in the United States, press 1. Otherwise, please stay on the line.",
        ),
        (
            "en",
            "offer",
            ("US", "1", "*"),
            "To speak with an agent in the United States, press 1. To continue, press star.",
        ),
        (
            "en",
            "unavailable",
            ("US", "PH", "1"),
            (
                "We are sorry: no agent in the United States can take your call at the moment. "
                "To speak with an agent in the Philippines, press 1. To wait, please stay on the line."
            ),
        ),
        (
            "en",
            "unavailable",
            ("US",),
            (
                "We are sorry: no agent in the United States can take your call at the moment. "
                "To wait, please stay on the line."
            ),
        ),
        ("en", "wait", ("1",), "The estimated wait is about one minute."),
        ("en", "wait", ("12",), "The estimated wait is about 12 minutes."),
        ("es", "disclosure", ("PH",), "Su llamada será atendida por un agente en Filipinas."),
        (
            "es",
            "offer",
            ("US", "#"),
            "Para hablar con un agente en Estados Unidos, marque numeral. Si no, permanezca en la línea.",
        ),
        (
            "es",
            "offer-right",
            ("US", "1", "2"),
            "Tiene derecho a hablar con un agente en Estados Unidos: marque 1; para continuar, marque 2.",
        ),
        ("fr", "disclosure", ("PH",), "Votre appel sera pris en charge par un conseiller situé aux Philippines."),
        (
            "fr",
            "offer",
            ("US", "1"),
            "Pour parler à un conseiller situé aux États-Unis, tapez 1. Sinon, restez en ligne.",
        ),
        ("fr", "wait", ("1",), "Le temps d'attente estimé est d'environ une minute."),
    ],
)
def test_a_prompt_says_this(language: str, name: str, parameters: tuple[str, ...], text: str) -> None:
    """The words of the prompts that matter most are these."""
    assert Wording(language).text(name, *parameters) == text


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("disclosre", (), "there is no prompt 'disclosre'; did you mean 'disclosure'?"),
        ("disclosure", (), "country is missing"),
        ("disclosure", ("UK",), "'UK' is no country"),
        ("disclosure", ("PH", "1"), "too many parameters"),
        ("offer", ("US", "11"), "'11' is no key"),
        ("wait", ("0",), "no number of minutes"),
        ("unavailable", ("US", "PH"), "other and key go together"),
    ],
)
def test_parameters_that_do_not_fit_are_named(name: str, parameters: tuple[str, ...], message: str) -> None:
    """What a prompt is told must fit it; the error says what does not."""
    with pytest.raises(PromptError, match=message.replace("?", r"\?")):
        Wording("en").text(name, *parameters)
