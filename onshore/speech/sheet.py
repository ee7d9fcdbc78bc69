"""A sheet of texts for a voice studio: a table for a spreadsheet, and a page to print."""

from __future__ import annotations

import csv
import io
import tempfile
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from babel.core import Locale, UnknownLocaleError
from jinja2 import Environment, StrictUndefined

from onshore import files, planning
from onshore.build import studio
from onshore.errors import PromptError
from onshore.speech import catalogue
from onshore.speech.studio import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from onshore.site import Site

MINUTES = ("1", "2", "3", "4", "5", "10", "15", "20", "25", "30", "45", "60")  # of `wait`, with --all

_HEAD = ("file", "language", "prompt", "text", "longest", "notes")
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Texts to record{% if company %} for {{ company }}{% endif %}</title>
<style>
body { font: 11pt/1.35 sans-serif; margin: 2em; max-width: 60em; color: #111 }
section + section { page-break-before: always }
table { border-collapse: collapse; width: 100% }
th { text-align: start; font-weight: normal; color: #555; font-size: 9pt; padding: .3em .6em }
td { border-top: 1px solid #bbb; padding: .5em .6em; vertical-align: top }
tr { page-break-inside: avoid }
td.text { font-size: 13pt; width: 55% }
td.file { font-family: monospace; font-size: 9pt; white-space: nowrap }
td.about { font-size: 9pt; color: #444 }
</style>
</head>
<body>
{% for language in languages %}
<section>
<h1>{{ language.name }}{% if company %}, for {{ company }}{% endif %}</h1>
<p>{{ language.lines | length }} recordings. One sentence a file, under the name given, mono, 16 kHz or better, WAV or
FLAC; the same voice, room and distance for all. Silence at the ends and loudness are taken care of afterwards.</p>
<table>
<tr><th>file</th><th>text</th><th>at most</th><th>notes</th></tr>
{% for line in language.lines %}
<tr>
<td class="file">{{ line.file }}</td>
<td class="text" lang="{{ language.code }}" dir="{{ language.direction }}">{{ line.text }}</td>
<td class="about">{% if line.longest %}{{ "%g" | format(line.longest) }} s{% endif %}</td>
<td class="about">{{ line.notes }}</td>
</tr>
{% endfor %}
</table>
</section>
{% endfor %}
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One recording to be made."""

    file: str  # to deliver
    language: str
    prompt: str
    text: str
    longest: float  # seconds; 0: any
    notes: str


def lines(site: Site, languages: Sequence[str], *, every: bool = False) -> list[Line]:
    """Return what is to be recorded for a site: what it plays, or every sentence there is; PromptError."""
    making = studio(site)
    found = []
    for wanted in dict.fromkeys(_wanted(site, languages, every=every)):
        text = making.wording(wanted.language).text(wanted.name, *wanted.parameters)
        key = catalogue.file_key(wanted.name, *wanted.parameters)
        sentence = catalogue.sentence(wanted.name)
        file = f"{wanted.language}/{key}.wav"
        found.append(Line(file, wanted.language, key, text, sentence.limit, sentence.use))
    return found


def _wanted(site: Site, languages: Sequence[str], *, every: bool) -> Iterator[Wanted]:
    played = [Wanted(*one) for one in planning.wanted(site)]
    for language in languages:
        yield from (one for one in played if one.language == language)
        if every:
            named = {one.name for one in played if one.language == language}
            yield from (one for one in _others(site, language) if one.name not in named or one.name == "wait")


def _others(site: Site, language: str) -> Iterator[Wanted]:
    """Return every sentence, with the site's countries and keys."""
    abroad = list(dict.fromkeys(center.country for center in site.centers.values()))
    key = next(iter(site.services.values())).key
    values: dict[str, Iterable[str]] = {"country": abroad, "key": [key], "minutes": MINUTES}
    for sentence in catalogue.CATALOGUE.values():
        needed = [parameter.kind for parameter in sentence.parameters if not parameter.optional]
        varied = next((kind for kind in needed if kind in ("country", "minutes")), "")
        for value in values.get(varied, [""]):
            yield Wanted(language, sentence.name, tuple(value if kind == varied else key for kind in needed))


def write(sheet: Sequence[Line], folder: Path, company: str = "") -> list[Path]:
    """Write prompts.csv and prompts.html into a folder; return them. PromptError when they cannot be written."""
    texts = {folder / "prompts.csv": to_csv(sheet), folder / "prompts.html": to_html(sheet, company)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".writing-", dir=folder) as staging:
            moves = [(Path(staging, file.name), file) for file in texts]
            for new, file in moves:
                new.write_bytes(texts[file].encode())
            files.put(moves)
    except OSError as error:
        raise PromptError(f"{error.filename or folder} cannot be written: {error.strerror}") from None
    return list(texts)


def to_csv(sheet: Sequence[Line]) -> str:
    """Return a table for a spreadsheet; the mark at its beginning tells it that this is UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_HEAD)
    for line in sheet:
        longest = f"{line.longest:g} s" if line.longest else ""
        writer.writerow((line.file, line.language, line.prompt, line.text, longest, line.notes))
    return "\ufeff" + text.getvalue()


def to_html(sheet: Sequence[Line], company: str = "") -> str:
    """Return a page to print, each language on a page of its own; it needs no network."""
    languages = []
    for code, group in groupby(sheet, key=lambda line: line.language):
        try:
            locale = Locale.parse(code)
            name, direction = f"{locale.english_name} ({code})", locale.text_direction
        except (UnknownLocaleError, ValueError):
            name, direction = code, "ltr"
        tag = code.replace("_", "-")
        languages.append({"code": tag, "name": name, "direction": direction, "lines": list(group)})
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_PAGE).render(languages=languages, company=company)
