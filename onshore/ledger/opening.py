"""A ledger, opened to be written to, and what waited elsewhere taken in."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sqlalchemy.exc import DataError, DBAPIError, SQLAlchemyError, StatementError

from onshore.evidence import Spool, spool_lines
from onshore.ledger import keys, migrations
from onshore.ledger.store import NotWantedError, Store, connect

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from onshore.evidence import Event
    from onshore.ledger.settings import Settings

AT_ONCE = 2000  # events appended in one transaction: others may be waiting

log = logging.getLogger(__name__)


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
    """Append all that waits in the spool; return how many events were new to the ledger. SQLAlchemy's errors.

    What the ledger does not take of it is put aside, and told, and so is a file that cannot be read.
    """
    spool = Spool(settings.state)
    count = 0
    before: list[str] = []
    try:
        while (waiting := spool.waiting) != before:
            before = waiting
            with spool.taken(AT_ONCE) as events:
                count += append(store, events, spool)
    except OSError as error:
        log.error("the spool is not taken in whole: %s", error)  # noqa: TRY400 - the reason is what is wanted
    return count


def append(
    store: Store,
    events: Sequence[Event],
    spool: Spool,
    *,
    again: bool = True,
    unless: Callable[[], bool] | None = None,
) -> int:
    """Append events as `Store.append` does; those that the ledger refuses for themselves are put aside, one by one.

    Return how many were new. The errors of a database in trouble are raised: no event is at fault then.
    """
    count = 0
    for start in range(0, len(events), AT_ONCE):
        part = events[start : start + AT_ONCE]
        try:
            count += store.append(part, again=again, unless=unless)
        except Exception as error:
            if not refused(error):
                raise
            count += sum(_one(store, event, spool) for event in part)
    return count


def _one(store: Store, event: Event, spool: Spool) -> int:
    try:
        return store.append([event], again=True)
    except Exception as error:
        if not refused(error):
            raise
        log.error("the ledger does not take an event of call %s: %s", event.call, short(error))  # noqa: TRY400 - the reason is what is wanted
        spool.put_aside([spool_lines([event]).encode(errors="replace")])
        return 0


def refused(error: Exception) -> bool:
    """Return whether an error is the event's fault, not the database's. A row that is in the way is the database's."""
    if isinstance(error, SQLAlchemyError):
        return isinstance(error, DataError) or (isinstance(error, StatementError) and not isinstance(error, DBAPIError))
    return not isinstance(error, NotWantedError | OSError | MemoryError)


def short(error: Exception) -> str:
    """Return what went wrong on one line, without the statement: it holds what is known of a caller."""
    return " ".join(str(getattr(error, "orig", None) or error).split()) or type(error).__name__
