"""queues.conf: what the site's queues tell of a call, and the two lines by which they tell it.

Without them Queue() says neither who answered nor how long the caller waited, and the ledger cannot say it either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from onshore.asterisk.config import TRUE
from onshore.asterisk.include import includes
from onshore.asterisk.syntax import read, resolved
from onshore.errors import InstallError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

MAIN = "queues.conf"
OWN = "queues_onshore.conf"
CUSTOM = "queues_post_custom.conf"  # what FreePBX reads after the queues that it writes, and never writes itself
VARIABLES = ("setinterfacevar", "setqueueentryvar")


class Queue(NamedTuple):
    """What a queue is told, as far as Onshore has to know it."""

    missing: tuple[str, ...]  # of VARIABLES
    context: str  # where a key leads callers who wait; "": nowhere


def queue(items: Mapping[str, str]) -> Queue:
    """Return what a queue's settings come to; names are small letters."""
    missing = tuple(name for name in VARIABLES if items.get(name, "no").lower() not in TRUE)
    return Queue(missing, items.get("context", ""))


def queues(etc: Path) -> dict[str, Queue]:
    """Return the queues of queues.conf and of all that it includes; AsteriskError when it cannot be read."""
    return {
        name: queue({key.lower(): value for key, value in items})
        for name, items in reversed(resolved(read(etc / MAIN, etc)))  # of two with one name the first counts
        if name.lower() != "general"
    }


def realtime(output: str) -> Queue | None:
    """Return a queue out of what `realtime load queues name …` prints; None when there is no such row."""
    rows = (line.split("|", 1) if "|" in line else line.split(None, 1) for line in output.splitlines())
    items = {row[0].strip().lower(): row[1].strip() for row in rows if len(row) == 2}
    return queue(items) if "name" in items or "strategy" in items else None


def added(etc: Path, names: Sequence[str]) -> bytes:
    """Return the file that adds the two lines to each of these queues that queues.conf has, and to no other.

    An addition to a queue that is not there costs the additions after it: Asterisk reads no further in that file.
    """
    there = {section.name for section in read(etc / MAIN, etc) if section.file.name != OWN and not section.template}
    lines = "".join(f"{name} = yes\n" for name in VARIABLES)
    sections = "".join(f"\n[{name}](+)\n{lines}" for name in sorted(names) if name in there)
    return (
        "; Written by `onshore install --queue-variables`, removed by `onshore uninstall`. Queue() says who\n"
        f"; answered, and after how long. When a queue goes, run `onshore install` again.\n{sections}"
    ).encode()


def entry(etc: Path) -> Path:
    """Return the file that gets the line: queues.conf, or what FreePBX reads last; InstallError when it has none."""
    main = etc / MAIN
    try:
        content = main.read_bytes()
    except OSError as error:
        raise InstallError(f"{main} cannot be read: {error.strerror}") from error
    if includes(content, CUSTOM):
        return etc / CUSTOM
    if (etc.parent / "freepbx.conf").exists():
        raise InstallError(
            f"{main} does not include {CUSTOM}, where FreePBX has what it does not write itself: add to each queue, "
            f"as FreePBX lets you, {' and '.join(f'`{name} = yes`' for name in VARIABLES)}"
        )
    return main
