"""The one line that Onshore adds to a dialplan of the admin's, and takes out again: bytes in, bytes out."""

from __future__ import annotations

import re
from pathlib import PurePath

from onshore.asterisk.syntax import included, uncomment

OWN = "extensions_onshore.conf"
LINE = f"#include {OWN}".encode()

_ALIKE = re.compile(rb"^[ \t]*#include[ \t]+extensions_onshore\.conf[ \t]*(?:\r?\n|\r?\Z)", re.MULTILINE)


def includes(content: bytes, name: str = OWN) -> bool:
    """Tell whether a file includes another one of that name (in whatever folder), not counting comments."""
    return any(PurePath(included(text)).name == name for text in _texts(content)[0])


def open_comment(content: bytes) -> bool:
    """Tell whether a comment block `;--` is still open at the end of a file: what is added there would not count."""
    return _texts(content)[1] > 0


def _texts(content: bytes) -> tuple[list[str], int]:
    return uncomment(content.decode("latin-1").split("\n"))  # every byte is a character there, and none is lost


def addition(content: bytes, line: bytes = LINE) -> bytes:
    """Return what to put at a file's end, so that the line stands alone and ends like the others there."""
    ending = b"\r\n" if content.rpartition(b"\n")[0].endswith(b"\r") else b"\n"
    return (ending if content and not content.endswith(b"\n") else b"") + line + ending


def without(content: bytes, added: bytes) -> bytes:
    """Return a file without what was added to it, and with everything else that somebody has written there since.

    A program that wrote the whole file anew may have written our line in its own way. The file comes back as it is when
    the line is not in it any more.
    """
    at = content.rfind(added)
    if at >= 0 and (at == 0 or added[:1] in b"\r\n" or content[at - 1 : at] == b"\n"):
        rest = content[at + len(added) :]
        # The line end before ours was ours as well, but now it keeps two of the admin's lines apart.
        joint = added[: added.index(b"#")] if rest else b""
        return content[:at] + joint + rest
    found = list(_ALIKE.finditer(content)) if LINE in added else []
    return content[: found[-1].start()] + content[found[-1].end() :] if found else _without_meaning(content, added)


def _without_meaning(content: bytes, added: bytes) -> bytes:
    """Take the last line out that includes what was added, whatever it looks like: `#include "x.conf"`, `<x.conf>`."""
    name = included(added.decode("latin-1").strip())
    lines = content.split(b"\n")
    texts = _texts(content)[0]
    ours = [number for number, text in enumerate(texts) if included(text) == name]
    if not ours:
        return content
    line = lines[ours[-1]]
    comment = line.partition(b";")[2]
    lines[ours[-1] : ours[-1] + 1] = [b";" + comment] if comment else []
    return b"\n".join(lines)


def pointed(content: bytes, name: str = OWN) -> str:
    """Return the file of that name that a file includes, if it does nothing else, however it is written; else ""."""
    texts = [text for text in _texts(content)[0] if text]
    leads = included(texts[0]) if len(texts) == 1 else ""
    return leads if PurePath(leads).name == name else ""


def insists(content: bytes, name: str = OWN) -> list[str]:
    """Return the files of that name that a file includes by `#include`: Asterisk does not do without them."""
    return [
        included(text)
        for text in _texts(content)[0]
        if text.lower().startswith("#include") and PurePath(included(text)).name == name
    ]


def copies(content: bytes) -> list[str]:
    """Return the contexts of Onshore's that a dialplan has itself, as `dialplan save` writes them: stale copies."""
    names = [text[1:].partition("]")[0] for text in _texts(content)[0] if text.startswith("[")]
    return [name for name in names if name.startswith("onshore")] if "onshore-call" in names else []
