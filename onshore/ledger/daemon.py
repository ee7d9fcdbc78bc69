"""The ledger as a daemon has it: open for as long as it runs."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from onshore.errors import LedgerError
from onshore.evidence import Spool
from onshore.ledger import keys, settings
from onshore.ledger.importing import import_queue_log
from onshore.ledger.opening import open_store
from onshore.ledger.writer import REFUSED, LedgerEvidence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from onshore.ledger.store import Store

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

    def at_start(store: Store) -> None:
        try:
            imported = import_queue_log(store, found)
        except (LedgerError, *REFUSED) as error:  # calls go on without it
            log.warning("what the dialplan did by itself is not taken in: %s", error)
        else:
            log.info("%s events taken in from %s lines of queue_log", imported.events, imported.lines)

    writer = LedgerEvidence(lambda: open_store(found), Spool(state), numbers, beside=beside, at_start=at_start)
    writer.start()
    try:
        yield writer
    finally:
        writer.stop()
