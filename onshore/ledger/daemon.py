"""The ledger as a daemon has it: open for as long as it runs."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from onshore.evidence import Spool
from onshore.ledger import settings
from onshore.ledger.opening import open_store
from onshore.ledger.privacy import Numbers
from onshore.ledger.writer import LedgerEvidence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def evidence(state: Path) -> Iterator[LedgerEvidence]:
    """Give the evidence that goes into the ledger of a state folder; all is safe when the block has ended.

    LedgerError when its settings or its key cannot be had. A database that cannot be had is waited for.
    """
    found = settings.load(state)

    numbers = Numbers(settings.key_of(found), found.home, found.keep_numbers)
    beside = found.database.startswith("sqlite")
    writer = LedgerEvidence(lambda: open_store(found), Spool(state), numbers, beside=beside)
    writer.start()
    try:
        yield writer
    finally:
        writer.stop()
