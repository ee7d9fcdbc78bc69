"""What is in a ledger, read back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from onshore.ledger.schema import CHAIN_BITS, KINDS, calls, events

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import ColumnElement, Connection

BLOCK = 10_000  # rows read at a time: so much is in memory


@dataclass(frozen=True, slots=True)
class Kept:
    """One event of the ledger."""

    chain: int
    number: int  # its place in the chain
    at: int  # milliseconds since 1970
    call: str  # "": of no call
    kind: str
    data: Mapping[str, Any] | None  # None: taken out


def read(connection: Connection, *where: ColumnElement[bool]) -> Iterator[Kept]:
    """Return events, chain by chain and in the order in which they were appended; conditions on `events` or `calls`."""
    wanted = (
        select(events.c.id, events.c.at, calls.c.call, events.c.kind, events.c.data)
        .select_from(events.outerjoin(calls, events.c.call == calls.c.id))
        .where(*where)
        .order_by(events.c.id)
    )
    streamed = connection.execution_options(yield_per=BLOCK).execute(wanted)
    for identity, at, call, kind, data in streamed:
        chain, number = divmod(identity, 1 << CHAIN_BITS)
        yield Kept(chain, number, at, call or "", KINDS[kind - 1], None if data is None else json.loads(data))
