"""The ledger as a daemon has it: open for as long as it runs."""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from onshore.errors import LedgerError
from onshore.evidence import Spool
from onshore.ledger import keys, settings
from onshore.ledger.importing import BITE_SECONDS, Following
from onshore.ledger.opening import open_store
from onshore.ledger.writer import LedgerEvidence, Rarely

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from onshore.ledger.store import Store

LOOK = 1.0  # seconds between two looks at queue_log
AROUND = 3600.0  # seconds between two looks at the files that it was rotated to
TROUBLED = 10.0  # seconds until a queue_log that cannot be read is tried again

log = logging.getLogger(__name__)


@contextmanager
def evidence(state: Path) -> Iterator[LedgerEvidence]:
    """Give the evidence that goes into the ledger of a state folder; all is safe when the block has ended.

    LedgerError when its settings cannot be had. A database that cannot be had is waited for; without the key of
    callers' numbers, none is kept.
    """
    found = settings.load(state)

    numbers = keys.numbers(found)
    numbers.caller("+12025550100")  # loads the world's numbering plans now, not while the first call ends
    beside = found.database.startswith("sqlite")

    following = _Following(found) if found.queue_log else None
    writer = LedgerEvidence(
        lambda: open_store(found),
        Spool(state),
        numbers,
        beside=beside,
        meanwhile=following.go_on if following else None,
    )
    writer.start()
    try:
        yield writer
    finally:
        writer.stop()
        if following:
            following.close()


class _Following:
    """Takes queue_log in while the daemon runs, in bites for which a call can wait.

    Once a second it looks whether the file has changed, and by the hour at what it was rotated to. What it did is
    written into the ledger as it starts, then by the hour.
    """

    def __init__(self, found: settings.Settings) -> None:
        self._following = Following(found)
        self._around = 0.0  # when to look around
        self._tell = 0.0  # when to write down what was done
        self._rarely = Rarely(logging.WARNING)

    def close(self) -> None:
        """Close all files."""
        self._following.close()

    def go_on(self, store: Store) -> float:
        """Take in a bite; return in how many seconds to go on. SQLAlchemy's errors."""
        now = time.monotonic()
        try:
            if not self._following.waiting:
                around = now >= self._around
                self._following.look(around=around)
                self._around = now + AROUND if around else self._around
            if self._following.waiting:
                self._following.bite(store, seconds=BITE_SECONDS)
        except (LedgerError, OSError) as error:  # calls go on without it
            self._around = now
            self._rarely.tell(f"what queue_log says is not taken in: {error}")
            return TROUBLED
        for problem in self._following.found.problems:
            self._rarely.tell(f"queue_log: {problem}")
        self._following.found.problems.clear()
        if self._following.waiting:
            return 0.0
        if now >= self._tell:
            self._tell = now + AROUND
            done = self._following.found
            if done.lines:
                log.info("%s events taken in from %s lines of queue_log", done.events, done.lines)
            self._following.tell(store)
        return LOOK
