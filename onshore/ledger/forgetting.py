"""Taking out what must not be kept any longer, in such a way that the rest can still be verified.

What an event says is taken out and its digest kept; or, from the beginning of a chain, whole events, and the hash of
the last of them kept: the chain begins there then.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, or_, select, update

from onshore.evidence import Event
from onshore.ledger import chain, projection
from onshore.ledger.schema import CHAIN_BITS, CODES, KINDS, calls, chains, events
from onshore.ledger.store import MANY, writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection, Engine, Row

    from onshore.ledger.store import Store


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken out."""

    calls: int
    events_deleted: int  # whole
    events_emptied: int  # only what they said


def forget(store: Store, caller: bytes) -> Taken:
    """Take out what is known of a caller, by the keyed hash of the number. The calls stay, as those of nobody."""
    with writing(store.engine) as connection:
        ids = list(connection.scalars(select(calls.c.id).where(calls.c.caller == caller)))
        emptied = _empty(connection, ids, CODES["caller"])
        _project(connection, ids)
    _wipe(store.engine)
    if ids:
        store.append([Event("", "forgotten", {"calls": len(ids)})])
    return Taken(len(ids), 0, emptied)


def purge(store: Store, before: int) -> Taken:
    """Take out every call that arrived before a moment (milliseconds since 1970)."""
    deleted = emptied = 0
    with writing(store.engine) as connection:
        ids = list(connection.scalars(select(calls.c.id).where(calls.c.arrived < before).order_by(calls.c.id)))
        for head in connection.execute(select(chains).with_for_update()).all():
            deleted += _behead(connection, head, before)
        emptied = _empty(connection, ids)
        left = {
            call
            for part in _parts(ids)
            for call in connection.scalars(select(events.c.call).where(events.c.call.in_(part)).distinct())
        }
        for part in _parts([identity for identity in ids if identity not in left]):
            connection.execute(delete(calls).where(calls.c.id.in_(part)))
        _project(connection, sorted(left))
    _wipe(store.engine)
    if ids:
        store.append([Event("", "purged", {"before": before, "calls": len(ids), "events": deleted + emptied})])
    return Taken(len(ids), deleted, emptied)


def _behead(connection: Connection, head: Row[Any], before: int) -> int:
    """Delete the events of a chain up to the first that is to stay; return how many."""
    first, last = head.id << CHAIN_BITS, (head.id << CHAIN_BITS) + head.head
    joined = events.outerjoin(calls, events.c.call == calls.c.id)
    stays = (
        select(func.min(events.c.id))
        .select_from(joined)
        .where(
            events.c.id.between(first, last),
            or_(calls.c.arrived >= before, events.c.call.is_(None) & (events.c.at >= before)),
        )
    )
    end = (connection.scalar(stays) or last + 1) - 1
    if end <= first + head.base:
        return 0
    base_hash = connection.scalar(select(events.c.hash).where(events.c.id == end))
    done = connection.execute(delete(events).where(events.c.id.between(first, end)))
    connection.execute(update(chains).where(chains.c.id == head.id).values(base=end - first, base_hash=base_hash))
    return done.rowcount


def _empty(connection: Connection, ids: Sequence[int], kind: int | None = None) -> int:
    """Take out what the events of some calls say; return of how many."""
    count = 0
    for part in _parts(ids):
        wanted = select(events.c.id, events.c.data).where(events.c.call.in_(part), events.c.data.is_not(None))
        if kind is not None:
            wanted = wanted.where(events.c.kind == kind)
        found = [{"row": identity, "kept": chain.digest(data)} for identity, data in connection.execute(wanted)]
        if found:
            change = update(events).where(events.c.id == bindparam("row")).values(data=None, digest=bindparam("kept"))
            connection.execute(change, found)
        count += len(found)
    return count


def _project(connection: Connection, ids: Sequence[int]) -> None:
    """Make the rows of some calls anew from what is left of their events."""
    for part in _parts(ids):
        happened: dict[int, list[projection.Happening]] = {identity: [] for identity in part}
        wanted = select(events.c.call, events.c.at, events.c.kind, events.c.data).where(events.c.call.in_(part))
        for call, at, kind, data in connection.execute(wanted):
            happened[call].append((at, KINDS[kind - 1], json.loads(data) if data is not None else {}))
        rows = [{"row": identity, **projection.row(found)} for identity, found in happened.items()]
        if rows:
            connection.execute(update(calls).where(calls.c.id == bindparam("row")), rows)


def _parts(ids: Iterable[int]) -> Iterator[list[int]]:
    each = list(ids)
    for start in range(0, len(each), MANY):
        yield each[start : start + MANY]


def _wipe(engine: Engine) -> None:
    """Have the database's files hold nothing any more of what was taken out."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM events, calls")
