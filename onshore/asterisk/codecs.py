"""Endpoints whose callers could hear no prompt: none of their codecs is one of ours, or has a way from one of ours."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from onshore.asterisk.syntax import read, resolved
from onshore.errors import AsteriskError
from onshore.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from onshore.asterisk.console import Console

# Onshore's formats, as Asterisk calls the codecs of them.
OURS = frozenset({"ulaw", "alaw", "g722", "slin16"})
_NAMES = {"slin": "slin8", "mulaw": "ulaw", "g711u": "ulaw", "g711a": "alaw", "speex": "speex8"}
_NOT_AUDIO = frozenset(
    (
        *("h261", "h263", "h263p", "h264", "h265", "vp8", "vp9", "mpeg4"),
        *("jpeg", "png", "red", "t140", "t140red", "t38", "none"),
    )
)
_ASKED = 50  # endpoints of a database, at most: each is a question to the console
_SHOWN = 5


def findings(etc: Path, console: Console) -> Iterator[Finding]:
    """Yield what is wrong with the endpoints of pjsip.conf, sip.conf and iax.conf, and with those of a database."""
    playable = OURS | translated(console.run("core show translation"))
    silent: dict[str, list[str]] = defaultdict(list)
    for name, codecs in endpoints(etc, console):
        audio = [codec for codec in codecs if codec not in _NOT_AUDIO]
        if audio and not playable.intersection(audio):
            silent[", ".join(audio)].append(name)
    for only, names in silent.items():
        shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
        yield Finding(
            f"codecs of {shown}",
            f"only {only} allowed, and this Asterisk cannot translate to it: callers from there hear no prompt, and "
            "are sent home untold",
            f"load the codec's module (codec_{only.partition(',')[0]}.so), or add `allow = ulaw` or `allow = alaw` "
            "there; a recording in that codec is not enough, Onshore has ulaw, alaw, g722 and sln16",
        )
    if not silent:
        yield Finding("codecs")


def translated(table: str) -> frozenset[str]:
    """Return the codecs that the console's table has a way to, from one of ours."""
    lines = [line.split() for line in table.splitlines()]
    columns: list[str] = next((words for words in lines if {"ulaw", "alaw"} & {*words[:6]}), [])
    return frozenset(
        column
        for words in lines
        if words and words[0] in OURS and len(words) == len(columns) + 1
        for column, cost in zip(columns, words[1:], strict=True)
        if cost.isdecimal()
    )


def endpoints(etc: Path, console: Console) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each endpoint with its codecs, in the order of preference; none: any."""
    known = set()
    for file in ("pjsip.conf", "sip.conf", "iax.conf"):
        try:
            sections = resolved(read(etc / file, etc))
        except AsteriskError:
            continue  # not in use, or Asterisk's own to tell
        general = allowed((), dict(sections).get("general", ())) if file != "pjsip.conf" else ()
        for name, items in sections:
            kind = next((value.lower() for key, value in items if key.lower() == "type"), "")
            if kind in {"endpoint", "peer", "friend", "user"}:
                known.add(name)
                yield name, allowed(general, items)
    yield from _of_database(console, known)


def _of_database(console: Console, known: set[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    try:
        shown = console.run("pjsip show endpoints")
    except AsteriskError:
        return  # no PJSIP
    names = re.findall(r"^ Endpoint:  ([^\s/<]+)", shown, re.MULTILINE)
    for name in [name for name in names if name not in known][:_ASKED]:
        found = re.search(r"^ allow +: \(([^)]*)\)", console.run(f"pjsip show endpoint {name}"), re.MULTILINE)
        yield name, tuple(map(_name, found[1].split("|"))) if found and found[1] != "nothing" else ()


def allowed(before: Iterable[str], items: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the codecs that `allow` and `disallow` come to, one after the other; `all` gives every codec: ()."""
    found = list(before)
    every = False
    for key, value in items:
        if key.lower() not in {"allow", "disallow"}:
            continue
        for word in re.split(r"[,|&\s]+", value.strip().lower()):
            codec = _name(word.lstrip("!").partition(":")[0])
            gone = (key.lower() == "disallow") != word.startswith("!")
            if codec == "all":
                found, every = [], not gone
            elif gone:
                found = [one for one in found if one != codec]
            elif codec and codec not in found:
                found.append(codec)
    return () if every else tuple(found)


def _name(codec: str) -> str:
    return _NAMES.get(codec, codec)
