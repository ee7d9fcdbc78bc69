"""Reads `prompts/LANG.toml`: sentences, voice, and how the language says countries. An admin's file goes over ours."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from onshore import countries
from onshore.errors import PromptError
from onshore.speech.catalogue import CATALOGUE, KEYS, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PLURALS = ("zero", "one", "two", "few", "many", "other")  # CLDR's
_TABLES = ("voice", "spoken", "keys", "names", "forms", "rules")
_VOICE = ("name", "rate", "locale")
_RULE = ("countries", "matches", "say")


@dataclass(frozen=True, slots=True)
class Text:
    """A template, and where it stands."""

    source: str
    file: Path
    key: str  # "disclosure", "wait.one", "rules.place[2].say"
    line: int  # where the key is; 0: not known
    first: int  # where the text begins, if not there

    def error(self, problem: str, line: int = 0) -> PromptError:
        """Return a PromptError that names the place; `line` is counted within the template, from 1."""
        at = f", line {self.first + line - 1 if line else self.line}" if self.line else ""
        return PromptError(f"{self.file}{at}: {self.key}: {problem}")


@dataclass(frozen=True, slots=True)
class Rule:
    """How some countries are said in one form."""

    countries: frozenset[str]  # none: any
    matches: re.Pattern[str] | None  # the country's name must; its named groups are variables of `say`
    say: Text


@dataclass(frozen=True, slots=True)
class LanguageFile:
    """What one file, or several over each other, say of a language."""

    files: tuple[Path, ...]
    sentences: Mapping[str, Mapping[str, Text]]  # name → plural category ("": the sentence has no plurals) → template
    voice: Mapping[str, str]
    spoken: Mapping[str, str]  # words → how to write them for the voice, where it reads them wrong
    keys: Mapping[str, str]  # a key as it is spoken
    names: Mapping[str, str]  # country code → name, where CLDR's will not do
    forms: Mapping[str, Mapping[str, str]]  # form ("place") → country code → the whole form
    rules: Mapping[str, tuple[Rule, ...]]  # form → the rest, first fit first

    def over(self, below: LanguageFile) -> LanguageFile:
        """Return the two as one: what is said here goes before what is said below."""
        forms = {*self.forms, *below.forms}
        rules = {*self.rules, *below.rules}
        return LanguageFile(
            (*self.files, *below.files),
            {**below.sentences, **self.sentences},
            {**below.voice, **self.voice},
            {**below.spoken, **self.spoken},
            {**below.keys, **self.keys},
            {**below.names, **self.names},
            {form: {**below.forms.get(form, {}), **self.forms.get(form, {})} for form in sorted(forms)},
            {form: (*self.rules.get(form, ()), *below.rules.get(form, ())) for form in sorted(rules)},
        )


def read(file: Path) -> LanguageFile:
    """Read one file; PromptError names the file and the key that is wrong."""
    try:
        text = file.read_text("utf-8")
        data = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise PromptError(f"{file} is not UTF-8 (byte {error.start}): save it as UTF-8") from None
    except OSError as error:
        raise PromptError(f"{file} cannot be read: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise PromptError(f'{file}: {error}. A sentence is written like: disclosure = "… {{{{ place }}}} …"') from None
    return _Reader(file, text).language(data)


class _Reader:
    """Checks what TOML gave, and turns it into a LanguageFile."""

    def __init__(self, file: Path, text: str) -> None:
        self.file = file
        self.lines = text.splitlines()

    def error(self, key: str, problem: str) -> PromptError:
        line = self.line_of(key.rpartition(".")[2]) or self.line_of(key)
        return PromptError(f"{self.file}{f', line {line}' if line else ''}: {key}: {problem}")

    def line_of(self, key: str, after: int = 0) -> int:
        """Return the number of the line where a key is set, from 1; 0: not found."""
        start = re.compile(rf'\s*"?{re.escape(key)}"?\s*=')
        return next((n for n, line in enumerate(self.lines, 1) if n > after and start.match(line)), 0)

    def language(self, data: dict[str, Any]) -> LanguageFile:
        for key in data:
            if key not in CATALOGUE and key not in _TABLES:
                raise self.error(key, f"there is no such sentence{nearest(key, [*CATALOGUE, *_TABLES])}")
        for table in _TABLES:
            self.table(table, data.get(table, {}))
        sentences = {name: self.sentence(name, data[name]) for name in CATALOGUE if name in data}
        return LanguageFile(
            (self.file,),
            sentences,
            self.strings("voice", data.get("voice", {}), _VOICE, "no such setting of a voice"),
            {words: self.string(f"spoken.{words}", said) for words, said in data.get("spoken", {}).items()},
            self.strings("keys", data.get("keys", {}), KEYS, "no such key"),
            self.countries("names", data.get("names", {})),
            {form: self.countries(f"forms.{form}", words) for form, words in data.get("forms", {}).items()},
            {form: self.rules(form, rules) for form, rules in data.get("rules", {}).items()},
        )

    def table(self, key: str, value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.error(key, f"must be a table: [{key}] on a line, and its keys below")
        return value

    def string(self, key: str, value: object) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, "must be a text in quotes, and not empty")
        return value.strip()

    def text(self, key: str, value: object, line: int) -> Text:
        below = line > 0 and self.lines[line - 1].rstrip().endswith(('= """', "= '''"))
        return Text(self.string(key, value), self.file, key, line, line + below)

    def strings(self, table: str, value: dict[str, Any], known: tuple[str, ...] | str, problem: str) -> dict[str, str]:
        for key in value:
            if key not in known:
                raise self.error(f"{table}.{key}", problem + nearest(key, list(known)))
        return {
            key: str(text) if table == "voice" and type(text) is int else self.string(f"{table}.{key}", text)
            for key, text in value.items()
        }

    def countries(self, table: str, value: object) -> dict[str, str]:
        entries = self.table(table, value)
        for code in entries:
            if code not in countries.codes():
                raise self.error(f"{table}.{code}", f"{code!r} is no country: two letters as in ISO 3166-1, like PH")
        return {code: self.string(f"{table}.{code}", name) for code, name in entries.items()}

    def sentence(self, name: str, value: object) -> dict[str, Text]:
        if isinstance(value, str):
            return {"": self.text(name, value, self.line_of(name))}
        plurals = self.table(name, value) if any(p.kind == "minutes" for p in CATALOGUE[name].parameters) else {}
        for plural in plurals:
            if plural not in PLURALS:
                raise self.error(f"{name}.{plural}", f"no plural category{nearest(plural, PLURALS)}")
        if "other" not in plurals:
            raise self.error(name, "must be a text in quotes" + (", or have at least .other" if plurals else ""))
        return {
            plural: self.text(f"{name}.{plural}", text, self.line_of(f"{name}.{plural}"))
            for plural, text in plurals.items()
        }

    def rules(self, form: str, value: object) -> tuple[Rule, ...]:
        if not isinstance(value, list):
            raise self.error(f"rules.{form}", f"must be a list of rules: [[rules.{form}]] above each")
        found = []
        line = 0
        for number, entry in enumerate(value, 1):
            line = self.line_of("say", line)
            found.append(self.rule(f"rules.{form}[{number}]", self.table(f"rules.{form}", entry), line))
        return tuple(found)

    def rule(self, key: str, entry: dict[str, Any], line: int) -> Rule:
        for name in entry:
            if name not in _RULE:
                raise self.error(f"{key}.{name}", f"no such part of a rule{nearest(name, _RULE)}")
        codes = frozenset(self.string(f"{key}.countries", entry.get("countries", "-")).split()) - {"-"}
        if wrong := codes - countries.codes():
            raise self.error(f"{key}.countries", f"no countries: {' '.join(sorted(wrong))}; write them like PH NL US")
        try:
            matches = re.compile(entry["matches"]) if "matches" in entry else None
        except (re.error, TypeError) as error:
            raise self.error(f"{key}.matches", f"no regular expression: {error}") from None
        say = self.text(f"{key}.say", entry.get("say"), line)
        return Rule(codes, matches, say)
