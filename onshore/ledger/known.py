"""The calls of a ledger that lines of queue_log may be of: by the channel's UNIQUEID, or by an agent's answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import and_, or_, select

from onshore.ledger import attribution
from onshore.ledger.attribution import Known, Stay
from onshore.ledger.schema import CODES, calls, events

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection, Engine

    from onshore.ledger.queuelog import Line

_T = TypeVar("_T")

_MANY = 100  # conditions in one statement
_DAY = 86_400_000  # milliseconds: no call is longer
_NEAR = 3_000  # milliseconds between two accounts of an answer


def known_calls(engine: Engine, lines: Iterable[Line]) -> list[Known]:
    """Return the calls of a ledger that some lines may be of."""
    every = list(lines)
    if not every:
        return []
    with engine.connect() as connection:
        rows: dict[int, Any] = {}
        for where in _wanted(connection, every):
            wanted = select(calls.c.id, calls.c.call, calls.c.arrived, calls.c.center).where(where)
            rows |= {row.id: row for row in connection.execute(wanted)}
        found = {
            row.id: Known(row.call, row.call.rpartition("-")[0], row.arrived // 1000, center=row.center or "")
            for row in rows.values()
        }
        for part in _parts(list(found)):
            kinds = [CODES["routed"], CODES["connected"]]
            told = select(events.c.call, events.c.at, events.c.kind, events.c.data).where(
                events.c.call.in_(part), events.c.kind.in_(kinds), events.c.data.is_not(None)
            )
            for call, at, kind, data in connection.execute(told):
                _add(found[call], at // 1000, kind, json.loads(data))
    return list(found.values())


def _wanted(connection: Connection, lines: Sequence[Line]) -> Iterator[ColumnElement[bool]]:
    ids = sorted({line.unique_id for line in lines})
    if connection.dialect.name == "sqlite":
        ways: list[ColumnElement[bool]] = [
            and_(calls.c.call > f"{unique_id}-", calls.c.call < f"{unique_id}.") for unique_id in ids
        ]
        each: ColumnElement[bool] | None = None
    else:  # a server may sort by the rules of a language, where an index of names is of no use
        ways = [calls.c.call.startswith(f"{unique_id}-", autoescape=True) for unique_id in ids]
        moments = [line.at * 1000 for line in lines]
        each = calls.c.arrived.between(min(moments) - _DAY, max(moments) + _NEAR)
    for part in _parts(ways):
        yield or_(*part) if each is None else and_(each, or_(*part))
    answers = [
        and_(
            calls.c.arrived.between(1000 * at - _DAY, 1000 * at + _NEAR),
            calls.c.connected.between(1000 * at - _NEAR, 1000 * at + _NEAR),
        )
        for at in sorted(_answers(lines))
    ]
    for part in _parts(answers):
        yield or_(*part)


def _answers(lines: Iterable[Line]) -> set[int]:
    """Return when the agents answered who transferred a caller: on a channel of their own, perhaps."""
    times = [attribution.told(line) for line in lines if line.event in attribution.TRANSFERS]
    return {one.answered for one in times if one and one.answered is not None}


def _add(call: Known, at: int, kind: int, data: dict[str, Any]) -> None:
    queue = data.get("queue")
    if not isinstance(queue, str):
        return
    if kind == CODES["routed"]:
        call.stays.append(Stay(queue, at, str(data.get("center", "")), str(data.get("country", ""))))
    else:
        call.answers.append((queue, str(data.get("member", "")), at))


def _parts(each: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(each), _MANY):
        yield each[start : start + _MANY]
