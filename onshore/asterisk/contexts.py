"""What other dialplans have to do with Onshore's: what it includes, and what somebody made of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from onshore.asterisk.include import OWN, insists
from onshore.asterisk.writing import read_file
from onshore.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from onshore.asterisk.console import Console

VICIDIAL = Path("/etc/astguiclient.conf")
VICIDIAL_CONTEXT = "vicidial-auto"
VICIDIAL_PORT = 4577


def included(names: Sequence[str], console: Console) -> Iterator[Finding]:
    """Yield what is wrong with the contexts that the site has Onshore's include."""
    for name in names:
        if f"[ Context '{name}'" in console.run(f"dialplan show {name}"):
            yield Finding(f"context {name}")
        else:
            yield Finding(
                f"context {name}",
                f"Asterisk has no context {name!r}, which `include` under [asterisk] names",
                "add it to the dialplan, or take it out of the site",
            )


def vicidial(etc: Path) -> bool:
    """Tell whether this looks like a VICIdial box."""
    if VICIDIAL.exists():
        return True
    file = read_file(etc / "extensions-vicidial.conf")
    return file is not None


def vicidial_findings(etc: Path, listen: str, names: Sequence[str]) -> Iterator[Finding]:
    """Yield what a VICIdial box needs: its own port, and its `h` extension where calls may hang up."""
    if not vicidial(etc):
        return
    if listen.endswith(f":{VICIDIAL_PORT}"):
        yield Finding(
            "VICIdial",
            f"its own call log server has port {VICIDIAL_PORT}, and every call asks it there: the two cannot share it",
            'set `listen = "127.0.0.1:4583"` under [server] in the site, then `onshore build` and `onshore install`',
        )
    if not names:
        yield Finding(
            "VICIdial",
            "calls that end in Onshore's contexts do not run VICIdial's `h` extension: it takes them for live",
            f'set `include = ["{VICIDIAL_CONTEXT}"]` under [asterisk] in the site, or the context that has your `h`',
            serious=False,
        )


def pointer(etc: Path) -> Iterator[Finding]:
    """Yield what is wrong when another program turned the pointer's `#tryinclude` into `#include`."""
    path = etc / OWN
    try:
        file = read_file(path)
    except OSError:
        return
    for name in insists(file.content) if file else ():
        gone = not (etc / name).exists()
        yield Finding(
            str(path),
            f"it was written anew by another program, and now insists on {name}"
            + (", which is not there: Asterisk loads no dialplan at all when it next reads it" if gone else ""),
            "run `onshore build` and `onshore install`" if gone else "run `onshore install`",
            serious=gone,
        )
