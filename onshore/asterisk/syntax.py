"""Asterisk's configuration syntax: comments, `#include`, sections and templates.

pyst2 takes a line apart. What it does not know is here: comment blocks, escaped semicolons, includes, templates, and
files that are not UTF-8.
"""

from __future__ import annotations

import glob
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from asterisk.config import Category, Item, ParseError

from onshore.errors import AsteriskError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_INCLUDE = re.compile(r"#(include|tryinclude)\s+(.*)", re.IGNORECASE)
_SECTION = re.compile(r"(\[[^\]]*\])\s*(?:\((.*)\))?$")
_DEPTH = 16  # of files that include files, as far as Asterisk itself goes
_SEMICOLON = "\0"  # stands for an escaped semicolon while pyst2, which knows no escapes, looks at the line


class Line(NamedTuple):
    """A line without its comments."""

    file: Path
    number: int  # from 1
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A section `[name]`, as often as it is opened."""

    name: str
    file: Path
    line: int
    template: bool  # `[name](!)`: Asterisk itself does not use it
    items: tuple[tuple[str, str], ...]  # in their order; a name may come again
    bases: tuple[str, ...] = ()  # the sections whose items it takes first; `+`: those it has already


def read(file: Path, etc: Path) -> tuple[Section, ...]:
    """Return the sections of a file and of all that it includes; `etc` is where Asterisk looks for included files.

    AsteriskError names the file and the line that cannot be read.
    """
    sections: list[tuple[Line, str, tuple[str, ...], list[tuple[str, str]]]] = []
    for line in lines(file, etc):
        try:
            if line.text.startswith("["):
                name, options = _section(line)
                sections.append((line, name, options, []))
            else:
                item = Item(line.text.replace(";", _SEMICOLON), line.number)
                if sections:
                    value = item.value.strip().replace(_SEMICOLON, ";")
                    sections[-1][3].append((item.name.replace(_SEMICOLON, ";"), value))
        except ParseError as error:
            raise AsteriskError(f"{line.file}:{line.number}: {error.args[-1]}: {line.text!r}") from error
    return tuple(
        Section(
            name,
            line.file,
            line.number,
            "!" in options,
            tuple(items),
            tuple(option for option in options if option and option != "!"),
        )
        for line, name, options, items in sections
    )


def resolved(sections: Iterable[Section]) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    """Return the sections with their items as Asterisk has them: those of templates first, those added by `(+)` last.

    Templates are left out. A name may come again: to some of Asterisk's modules that is another thing.
    """
    found: list[tuple[str, tuple[tuple[str, str], ...], bool]] = []
    place: dict[str, int] = {}
    for section in sections:
        if "+" in section.bases and section.name in place:
            name, items, template = found[place[section.name]]
            found[place[section.name]] = (name, items + section.items, template)
            continue
        before = tuple(item for base in section.bases if base in place for item in found[place[base]][1])
        place[section.name] = len(found)
        found.append((section.name, before + section.items, section.template))
    return [(name, items) for name, items, template in found if not template]


def _section(line: Line) -> tuple[str, tuple[str, ...]]:
    found = _SECTION.match(line.text)
    category = Category(found[1] if found else line.text, line.number)
    options = (found[2] if found else None) or ""
    return category.name, tuple(option.strip() for option in options.split(","))


def lines(file: Path, etc: Path, depth: int = 0) -> Iterator[Line]:
    """Yield the lines of a file that say something, and in the place of each `#include` those of the included files.

    `#exec` is skipped: what it prints is not known. AsteriskError when a file cannot be read, or includes itself.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise AsteriskError(f"{file} cannot be read: {error.strerror}") from error
    # Names of files may have any bytes in them, and must come back as they were.
    texts, _ = uncomment(content.decode(errors="surrogateescape").split("\n"))
    for number, text in enumerate(texts, 1):
        if not text:
            continue
        if not text.startswith("#"):
            yield Line(file, number, text)
            continue
        name = included(text)
        if not name:
            continue
        if depth >= _DEPTH:
            raise AsteriskError(f"{file}:{number}: {name} is included more than {_DEPTH} files deep")
        found = _files(name, etc)
        if not found and text.lower().startswith("#include"):
            raise AsteriskError(f"{file}:{number}: includes {name}, which is not there")
        for inner in found:
            yield from lines(inner, etc, depth + 1)


def included(text: str) -> str:
    """Return the name of the file that a line without comments includes: of `#include "x.conf"`, `x.conf`; else ""."""
    found = _INCLUDE.match(text)
    return found[2].strip().strip('"<>').strip() if found else ""


def _files(name: str, etc: Path) -> list[Path]:
    path = etc / name
    if path.is_file():
        return [path]
    pattern = name if Path(name).is_absolute() else f"{glob.escape(str(etc))}/{name}"
    return [found for found in map(Path, sorted(glob.glob(pattern))) if found.is_file()]  # noqa: PTH207 - Path.glob takes no absolute pattern


def uncomment(texts: Iterable[str]) -> tuple[list[str], int]:
    r"""Return each line without comments and without space around it, and how many comment blocks are open at the end.

    `;--` begins a block (`;---` does not), `--;` ends it, and blocks nest; `\;` is a semicolon.
    """
    depth = 0
    result = []
    for text in texts:
        stripped, depth = _uncomment_line(text, depth)
        result.append(stripped.strip())
    return result, depth


def _uncomment_line(text: str, depth: int) -> tuple[str, int]:
    kept: list[str] = []
    position = 0
    while (found := text.find(";", position)) >= 0:
        start, before = position, text[position:found]
        if not depth:
            kept.append(before)
        position = found + 1
        if found and text[found - 1] == "\\":
            if not depth:
                kept[-1] = before[:-1] + ";"
        elif text.startswith("--", position) and not text.startswith("---", position):
            depth += 1
            position += 2
        elif depth and found >= start + 2 and before.endswith("--"):  # not the dashes that began the block
            depth -= 1
        elif not depth:
            return "".join(kept), depth
    if not depth:
        kept.append(text[position:])
    return "".join(kept), depth
