"""What a prompt says: one language's templates and grammar, rendered."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from babel.core import Locale, UnknownLocaleError
from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from onshore import paths
from onshore.errors import PromptError
from onshore.speech import catalogue, languagefile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from onshore.speech.catalogue import Sentence
    from onshore.speech.languagefile import LanguageFile, Rule, Text

_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Za-z0-9]{2,8})*")


def languages_available(site_folder: Path | None = None) -> list[str]:
    """Return the languages that there are sentences for: ours and the admin's own, sorted.

    A language with a region is there by its base too: `fr_CA` by `fr`.
    """
    folders = [paths.share("prompts"), *([site_folder / "prompts"] if site_folder else [])]
    found = {file.stem for folder in folders if folder.is_dir() for file in folder.glob("*.toml")}
    return sorted(name for name in found if _LANGUAGE.fullmatch(name))


def chain(language: str) -> list[str]:
    """Return a language and what it falls back to, itself first: `fr_CA` → `fr_CA`, `fr`."""
    parts = language.split("_")
    return ["_".join(parts[:n]) for n in range(len(parts), 0, -1)]


class Wording:
    """One language: the text of every prompt, and the names of countries.

    What the admin's own file of the language says goes before what ours says, sentence by sentence.
    """

    def __init__(self, language: str, site_folder: Path | None = None, company: str = "") -> None:
        """Read the language's files and check their templates; PromptError when one is wrong, or there is none."""
        self.language = language
        self.company = company
        self._file = _read(language, site_folder)
        self._locale = _locale(language)
        # The admin's file is a text to be rendered, not a program to be run.
        self._environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
        self._environment.globals.clear()
        self._templates: dict[Text, Template] = {}
        self._forms = sorted({*self._file.forms, *self._file.rules})
        for form in self._forms:
            if not self._file.rules.get(form):
                raise PromptError(f"{self._file.files[0]}: forms.{form}: add [[rules.{form}]] for the other countries")
        self._check()

    @property
    def voice(self) -> Mapping[str, str]:
        """The language's `[voice]`: `name`, `rate` (words a minute) and `locale` ("fr-FR")."""
        return self._file.voice

    def text(self, name: str, *parameters: str) -> str:
        """Return what a prompt says, as one line; PromptError when it cannot be said."""
        given = catalogue.values(name, parameters)
        sentence = catalogue.sentence(name)
        known: dict[str, str] = {"company": self.company}
        for parameter in sentence.parameters:
            value = given[parameter.name]
            if parameter.kind == "country":
                known |= self._said(parameter.name, value)
            else:
                known[parameter.name] = self._file.keys.get(value, value) if parameter.kind == "key" else value
        return self._render(self._template(sentence, given), known)

    def spoken(self, text: str) -> str:
        """Return a text as it is given to the voice: with `[spoken]`, which mends what the voice reads wrong."""
        for words, said in self._file.spoken.items():
            text = "".join(_replaced(text, words, said))
        return text

    def country(self, code: str) -> str:
        """Return a country's bare name."""
        name = self._file.names.get(code) or (self._locale.territories.get(code) if self._locale else "")
        if not name:
            raise PromptError(f"{self._file.files[0]}: names: {code} has no name in {self.language}; write it there")
        return str(name).replace("\u2019", "'")

    def place(self, code: str) -> str:
        """Return a country with its preposition: "in the Philippines"."""
        return self.form("place", code)

    def form(self, form: str, code: str) -> str:
        """Return a country in one of the language's forms; PromptError when the language has no such form."""
        if form not in self._forms:
            raise PromptError(f"{self._file.files[0]}: rules.{form} is not there{catalogue.nearest(form, self._forms)}")
        whole = self._file.forms.get(form, {}).get(code)
        return whole or self._by_rule(form, code)

    def _by_rule(self, form: str, code: str) -> str:
        name = self.country(code)
        rules = self._file.rules[form]
        for rule in rules:
            found = rule.matches.search(name) if rule.matches else None
            if (rule.countries and code not in rule.countries) or (rule.matches and not found):
                continue
            groups = {key: value or "" for key, value in found.groupdict().items()} if found else {}
            return self._render(rule.say, {"country": name, **groups})
        raise PromptError(
            f"{rules[-1].say.file}: rules.{form}: no rule fits {code} ({name}); end with one for the rest"
        )

    def _said(self, parameter: str, code: str) -> dict[str, str]:
        """Return the variables that a country gives: its name, and its forms. Those of `country` have no prefix."""
        prefix = "" if parameter == "country" else f"{parameter}_"
        forms = {prefix + form: self.form(form, code) if code else "" for form in self._forms}
        return {parameter: self.country(code) if code else "", **forms}

    def _template(self, sentence: Sentence, given: Mapping[str, str]) -> Text:
        try:
            texts = self._file.sentences[sentence.name]
        except KeyError:
            raise PromptError(
                f"{self._file.files[0]}: {sentence.name} is not there: add the sentence in {self.language}"
            ) from None
        if "" in texts:
            return texts[""]
        minutes = next(given[parameter.name] for parameter in sentence.parameters if parameter.kind == "minutes")
        category = self._locale.plural_form(int(minutes)) if self._locale else "other"
        return texts.get(category, texts["other"])

    def _render(self, text: Text, known: Mapping[str, str]) -> str:
        if text not in self._templates:
            self._templates[text] = self._environment.from_string(text.source)
        try:
            said = self._templates[text].render(known)
        except TemplateError as error:
            raise text.error(f"{error.message or error}") from error
        except Exception as error:
            raise text.error(f"cannot be rendered: {error}") from error
        said = re.sub(r"\s+", " ", said).strip()
        if not any(character.isalnum() for character in said):
            raise text.error("says nothing")
        if re.search(r"\{\{|\{%|\}\}|%\}", said):
            raise text.error(f"has a left-over placeholder: {said}")
        return said

    def _check(self) -> None:
        """Find the mistakes of all templates, also of those that this site does not use."""
        for name, texts in self._file.sentences.items():
            for text in texts.values():
                self._check_template(text, self._variables(catalogue.sentence(name)))
        for rules in self._file.rules.values():
            for rule in rules:
                self._check_template(rule.say, _rule_variables(rule))

    def _variables(self, sentence: Sentence) -> set[str]:
        known = {"company", *(parameter.name for parameter in sentence.parameters)}
        for parameter in sentence.parameters:
            if parameter.kind == "country":
                prefix = "" if parameter.name == "country" else f"{parameter.name}_"
                known |= {prefix + form for form in self._forms}
        return known

    def _check_template(self, text: Text, known: set[str]) -> None:
        try:
            used = meta.find_undeclared_variables(self._environment.parse(text.source))
        except TemplateSyntaxError as error:
            raise text.error(f"{error.message}", error.lineno) from None
        for variable in sorted(used - known):
            line = next((n for n, part in enumerate(text.source.splitlines(), 1) if variable in part), 0)
            raise text.error(f"unknown variable {variable!r}{catalogue.nearest(variable, sorted(known))}", line)


def _replaced(text: str, words: str, said: str) -> Iterator[str]:
    """Yield the parts of a text, with other words for some that stand alone: not for a piece of a longer word."""
    done = 0
    for found in re.finditer(re.escape(words), text):
        before, after = text[: found.start()][-1:], text[found.end() :][:1]
        alone = not _in_one_word(before, words[:1]) and not _in_one_word(words[-1:], after)
        yield text[done : found.start()] + (said if alone else words)
        done = found.end()
    yield text[done:]


def _in_one_word(left: str, right: str) -> bool:
    r"""Return whether two neighbours belong to one word: letters and vowel signs do, but for scripts without spaces.

    A regular expression's `\b` does not know vowel signs: it would see an end of a word within many of Hindi.
    """
    return all(
        (one.isalnum() or unicodedata.category(one) in {"Mn", "Mc"})
        and unicodedata.east_asian_width(one) not in {"W", "F"}
        for one in (left or " ", right or " ")
    )


def _rule_variables(rule: Rule) -> set[str]:
    return {"country", *(rule.matches.groupindex if rule.matches else ())}


def _read(language: str, site_folder: Path | None) -> LanguageFile:
    if not _LANGUAGE.fullmatch(language):
        raise PromptError(f"{language!r} is no language: write it like 'en' or 'fr_CA'")
    files = [file for name in chain(language) for file in paths.candidates("prompts", f"{name}.toml", site_folder)]
    if not files:
        own = f"{site_folder or '/etc/onshore'}/prompts/{language}.toml"
        known = ", ".join(languages_available(site_folder))
        raise PromptError(f"there are no prompts in {language!r}; known languages: {known}. One of your own: {own}")
    return _merged(files)


def _merged(files: list[Path]) -> LanguageFile:
    whole = languagefile.read(files[-1])
    for file in reversed(files[:-1]):
        whole = languagefile.read(file).over(whole)
    return whole


@cache
def _locale(language: str) -> Locale | None:
    for name in chain(language):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return None
