"""A ledger, opened to be written to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onshore.evidence import Spool
from onshore.ledger import keys, migrations
from onshore.ledger.store import Store, connect

if TYPE_CHECKING:
    from onshore.ledger.settings import Settings


def open_store(settings: Settings) -> Store:
    """Open a ledger's own chain, its tables made where there are none; LedgerError when they are of another version."""
    engine = connect(settings.database)
    try:
        migrations.ensure(engine)
        keys.note(engine, settings)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine, settings.chain)


def take_in(store: Store, settings: Settings) -> int:
    """Append what waits in the spool; return how many events were new to the ledger. OSError, SQLAlchemy's errors."""
    spool = Spool(settings.state)
    if spool.empty:
        return 0
    with spool.taken() as events:
        return store.append(events, again=True)
