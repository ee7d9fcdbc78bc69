"""What `onshore check` looks at so that nothing is missing from the ledger: queue_log, and what was put aside."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from onshore.asterisk.queuelog import LOGGER, REALTIME, queue_log
from onshore.errors import AsteriskError, LedgerError
from onshore.evidence import DAMAGED, FOLDER
from onshore.finding import Finding
from onshore.ledger import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from onshore.site import Site

_TAIL = 4 * 1024 * 1024  # bytes of queue_log that are looked through


def findings(site: Site) -> Iterator[Finding]:
    """Look whether what happens on calls comes into the ledger."""
    yield from _queue_log(site)
    yield from _put_aside(site)


def _queue_log(site: Site) -> Iterator[Finding]:
    etc = site.asterisk.etc
    try:
        there = queue_log(etc)
    except AsteriskError as error:
        if (etc / "asterisk.conf").is_file():  # else there is no Asterisk yet, which others tell
            yield Finding("queue_log", str(error), "mend the file")
        return
    what = f"queue_log {there.file}"
    own = settings.own_log(site.asterisk.state)
    lost = f"who answered, who left and transfers are lost to the ledger; only what the dialplan does is kept, in {own}"
    reload = "then type `logger reload` in Asterisk's console"
    if there.off:
        yield Finding(
            what,
            f"{etc / LOGGER} says `queue_log = no`: {lost}",
            f"write `queue_log = yes` under [general] in {etc / LOGGER}, {reload}",
        )
    elif there.elsewhere:
        yield Finding(
            what,
            f"{etc / REALTIME} sends queue_log to {there.elsewhere}, and it is written into no file: {lost}",
            f"add `queue_log_to_file = yes` under [general] in {etc / LOGGER}, {reload}; the database gets it, too",
        )
    elif _renamed(site, there.file):
        yield Finding(
            what, "Asterisk writes it there since the last build", "run `onshore build`, and restart the daemon"
        )
    else:
        yield _written(what, there.file)


def _renamed(site: Site, file: Path) -> bool:
    try:
        return settings.load(site.asterisk.state).queue_log not in {"", str(file)}
    except LedgerError:
        return False  # told by others


def _written(what: str, file: Path) -> Finding:
    """Tell whether the file is there, can be read, and holds anything of Onshore's."""
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - _TAIL))
            ours = any(b"|ONSHORE" in line for line in stream)
    except FileNotFoundError:
        remedy = "Asterisk makes it as it starts; if it runs, type `logger reload` in its console"
        return Finding(what, "it is not there", remedy, serious=False)
    except OSError as error:
        remedy = "run this as a user who may read it; the daemon's user must, too"
        return Finding(what, f"it cannot be read: {error.strerror}", remedy, serious=False)
    if not ours:
        remedy = "phone a service once; each call leaves its end there"
        return Finding(what, "no line of Onshore's is in it (or not among its last)", remedy, serious=False)
    return Finding(what)


def _put_aside(site: Site) -> Iterator[Finding]:
    file = site.asterisk.state / FOLDER / DAMAGED
    if file.is_file():
        yield Finding(
            "spool",
            f"{file} has events that the ledger did not take",
            'see docs/ledger.md, "What the ledger did not take": look at them, and take them in again, or away',
            serious=False,
        )
