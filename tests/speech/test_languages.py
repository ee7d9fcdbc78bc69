"""Every language that comes with Onshore: nothing missing, nothing left in English."""

from __future__ import annotations

import re
import tomllib

import pytest

from onshore import countries, paths
from onshore.speech.catalogue import CATALOGUE, Parameter
from onshore.speech.wording import Wording, languages_available

LANGUAGES = languages_available()
SAMPLES = {"country": "PH", "key": "1", "minutes": "5"}


def keys_of(language: str) -> list[str]:
    """Return the keys of a language's file, in their order, to the first table."""
    text = (paths.share("prompts") / f"{language}.toml").read_text("utf-8")
    assert tomllib.loads(text)
    head = re.split(r"^\[", text, maxsplit=1, flags=re.MULTILINE)[0]
    return list(dict.fromkeys(re.findall(r"^([a-z-]+)(?:\.[a-z]+)? *=", head, re.MULTILINE)))


def said(wording: Wording, country: str = "PH") -> dict[str, str]:
    """Return every sentence, with each of its parameters, and again without those that may be left out."""

    def value(parameter: Parameter) -> str:
        return country if parameter.kind == "country" else SAMPLES[parameter.kind]

    found = {}
    for sentence in CATALOGUE.values():
        every = [value(parameter) for parameter in sentence.parameters]
        needed = [value(parameter) for parameter in sentence.parameters if not parameter.optional]
        found[sentence.name] = wording.text(sentence.name, *every)
        found[f"{sentence.name}, short"] = wording.text(sentence.name, *needed)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentences_are_those_of_the_catalogue_in_its_order(language: str) -> None:
    """Whoever compares two languages finds the same keys at the same places."""
    assert keys_of(language) == list(CATALOGUE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_said_of_every_country(language: str) -> None:
    """No gaps, no placeholder left over, no doubled space, none that is empty."""
    wording = Wording(language)
    for country in sorted(countries.codes()):
        for name, text in said(wording, country).items():
            assert text.strip() == text != "", f"{name} {country}: {text!r}"
            assert not re.search(r"[{}]|  |\bNone\b|\bUndefined\b", text), f"{name} {country}: {text!r}"


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_nothing_is_left_in_english(language: str) -> None:
    """A sentence that reads as the English one was forgotten."""
    english = said(Wording("en"))
    same = [name for name, text in said(Wording(language)).items() if text == english[name]]
    assert same == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wait_is_said_in_each_of_the_plural_forms(language: str) -> None:
    """One, two, five, eleven, twenty-one minutes: whatever CLDR tells apart has a sentence."""
    wording = Wording(language)
    for minutes in ("1", "2", "3", "5", "11", "20", "21", "100"):
        text = wording.text("wait", minutes)
        assert text, minutes


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_country_has_a_name_that_a_caller_would_say(language: str) -> None:
    """No brackets, and no "SAR" of Unicode's own."""
    wording = Wording(language)
    odd = {code: wording.country(code) for code in sorted(countries.codes())}
    assert {code: name for code, name in odd.items() if re.search(r"[()\[\]\uff08\uff09]|\bSAR\b", name)} == {}
