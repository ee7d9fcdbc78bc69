"""Gujarati: countries as its speakers say them, and sentences whole."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

PLACES = {
    "PH": "ફિલિપિન્સમાં",
    "CA": "કેનેડામાં",
    "CD": "કોંગો લોકશાહી પ્રજાસત્તાકમાં",
    "CG": "કોંગો પ્રજાસત્તાકમાં",
    "CI": "આઇવરી કોસ્ટમાં",
    "HK": "હોંગકોંગમાં",
    "KR": "દક્ષિણ કોરિયામાં",
    "KP": "ઉત્તર કોરિયામાં",
    "NL": "નેધરલેન્ડ્સમાં",
    "GB": "યુનાઇટેડ કિંગડમમાં",
    "US": "અમેરિકામાં",
    "AE": "સંયુક્ત આરબ અમીરાતમાં",
    "AG": "એન્ટિગુઆ અને બાર્બુડામાં",
    "BS": "બહામાસમાં",
    "CX": "ક્રિસમસ ટાપુ પર",
    "KY": "કેમેન ટાપુઓમાં",
    "MV": "માલદીવમાં",
    "TR": "તુર્કીમાં",
    "CZ": "ચેક પ્રજાસત્તાકમાં",
    "MM": "મ્યાનમારમાં",
    "PS": "પેલેસ્ટિનિયન પ્રદેશોમાં",
    "NC": "ન્યૂ કેલેડોનિયામાં",
    "IN": "ભારતમાં",
}
SENTENCES = {
    ("disclosure", "PH"): "આપના કૉલનો જવાબ ફિલિપિન્સમાં સ્થિત એજન્ટ આપશે.",
    ("agent-disclosure", "IN"): "આપના એજન્ટ ભારતમાં છે.",
    ("language", "3"): "ગુજરાતી માટે 3 દબાવો.",
    ("offer", "US", "1", "*"): ("અમેરિકામાં સ્થિત એજન્ટ સાથે વાત કરવા માટે 1 દબાવો. આગળ વધવા માટે સ્ટાર દબાવો."),
    ("offer-right", "US", "1", "2"): (
        "આપને અમેરિકામાં સ્થિત એજન્ટ સાથે વાત કરવાનો અધિકાર છે: તે માટે 1, અથવા આગળ વધવા માટે 2 દબાવો."
    ),
    ("wait", "1"): "રાહ જોવાનો અંદાજિત સમય લગભગ એક મિનિટ છે.",
    ("wait", "2"): "રાહ જોવાનો અંદાજિત સમય લગભગ 2 મિનિટ છે.",
}


@pytest.mark.parametrize(("code", "place"), PLACES.items())
def test_a_country_is_said_as_its_callers_say_it(code: str, place: str) -> None:
    """A country has the name and the form that a speaker of Gujarati gives it."""
    assert Wording("gu").place(code) == place


@pytest.mark.parametrize(("prompt", "text"), SENTENCES.items())
def test_a_prompt_says_this(prompt: tuple[str, ...], text: str) -> None:
    """Sentences of Gujarati are whole, with the words that belong together."""
    assert Wording("gu", company="Acme Bank").text(*prompt) == text


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        (("agent-disclosure", "IN"), "આપ્ના એજન્ટ ભારત્માં છે."),
    ],
)
def test_the_voice_is_not_given_vowels_that_nobody_says(prompt: tuple[str, ...], said: str) -> None:
    """A short a that is written, but not said before an ending, is taken away for the voice."""
    gujarati = Wording("gu")
    assert gujarati.spoken(gujarati.text(*prompt)) == said
