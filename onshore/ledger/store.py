"""The ledger in its database: events are appended to a chain, and one row a call is kept beside them."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, select, update

from onshore.evidence import checked
from onshore.ledger import chain, projection
from onshore.ledger.database import connect, reading, writing
from onshore.ledger.schema import CHAIN_BITS, CODES, KINDS, TEXTS, WHOLE_NUMBERS, calls, chains, events, prompts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Engine, Row

    from onshore.evidence import Event
    from onshore.ledger.projection import Happening

__all__ = ["NotWantedError", "Store", "connect", "reading", "writing"]

REMEMBERED = 20_000  # calls whose events are kept in memory, so that they need not be read back
NEW = -1  # instead of the id of a call that has no row yet
MANY = 500  # values in one IN (…): SQLite takes some thousands, and plans for few are the same as for many

_SAID = ("disclosed", "offered")  # the kinds that hand over what a prompt says


class NotWantedError(Exception):
    """What was to be appended has been written elsewhere meanwhile."""


def _same(call: str, at: int, kind: str, content: bytes) -> tuple[str, int, str, bytes]:
    """Return what tells an event from others. A call has one caller, and what is kept of it is never twice alike."""
    return (call, 0, kind, b"") if kind == "caller" else (call, at, kind, bytes(content))


def _known_kind(event: Event) -> Event:
    """Return an event that this version can keep; ValueError when it cannot: it may be of a newer one."""
    if event.kind not in CODES:
        raise ValueError(f"{event.kind!r} is no kind of event that this version of Onshore knows")
    for name in event.data.keys() & WHOLE_NUMBERS:
        found = event.data[name]
        if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found < 1 << 31:
            raise ValueError(f"{name} is no whole number")
    for name in event.data.keys() & TEXTS:
        if not isinstance(event.data[name], str):
            raise ValueError(f"{name} is no text")  # noqa: TRY004 - of the event
    return checked(event)


def _ask(unless: Callable[[], bool] | None) -> None:
    if unless and unless():
        raise NotWantedError


@dataclass(slots=True)
class _Known:
    """What is remembered of a call."""

    id: int
    happenings: list[Happening]


class Store:
    """One chain of a ledger, to append to. For one thread at a time."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine = engine
        self._memory = _Memory(name)

    def append(
        self, happened: Sequence[Event], *, again: bool = False, unless: Callable[[], bool] | None = None
    ) -> int:
        """Append events, all of them or none, in one transaction; return how many. ValueError: one is none.

        `again`: they may have been appended before; those that were are left out. `unless` is asked once nobody else
        can append: NotWantedError, and nothing is done, when it says so. After an error of SQLAlchemy's nobody knows
        whether they are there: append them `again`.
        """
        try:
            with writing(self.engine) as connection:
                appending = _Appending(connection, self._memory)
                _ask(unless)
                appending.take(happened, again=again)
                appending.write()
        except BaseException:
            self._memory.forget()  # it may be of what was rolled back
            raise
        self._memory.tidy()
        return len(appending.rows)


@dataclass(slots=True)
class _Memory:
    """What one process knows of its chain, so that it need not be read back for each event."""

    name: str
    hash: bytes = b""  # of the last event; another one there means that somebody else has appended, too
    calls: OrderedDict[str, _Known] = field(default_factory=OrderedDict)
    said: set[tuple[str, str, str]] = field(default_factory=set)  # language, id and text of prompts that are there

    def forget(self) -> None:
        self.calls.clear()
        self.said.clear()

    def tidy(self) -> None:
        while len(self.calls) > REMEMBERED:
            self.calls.popitem(last=False)


class _Appending:
    """One transaction's work."""

    def __init__(self, connection: Connection, memory: _Memory) -> None:
        self.rows: list[dict[str, Any]] = []  # of events
        self._spoken: list[dict[str, Any]] = []  # of prompts
        self._new: set[str] = set()  # calls that have no row yet
        self._connection = connection
        self._memory = memory
        head = self._head()
        self._chain = int(head.id)
        self._number, self._hash = int(head.head), bytes(head.head_hash)
        if self._hash != memory.hash:
            memory.forget()

    def _head(self) -> Row[Any]:
        wanted = select(chains).where(chains.c.name == self._memory.name).with_for_update()
        found = self._connection.execute(wanted).one_or_none()
        if found:
            return found
        # From 0: the first chain's ids are small, and take little room in SQLite.
        last = self._connection.scalar(select(func.max(chains.c.id)))
        begun = {"id": 0 if last is None else last + 1, "name": self._memory.name}
        start = {"head": 0, "head_hash": chain.START, "base": 0, "base_hash": chain.START}
        self._connection.execute(insert(chains).values(**begun, **start))
        return self._connection.execute(wanted).one()

    def take(self, happened: Sequence[Event], *, again: bool) -> None:
        """Chain events to the end."""
        known = self._recalled({event.call for event in happened if event.call})
        there = self._there({call.id: name for name, call in known.items() if call.id != NEW}) if again else set()
        for event in map(_known_kind, happened):
            at, call = round(event.at * 1000), known.get(event.call)
            data = {name: value for name, value in event.data.items() if value != ""}
            if call and event.kind in _SAID:
                self._speak(at, call, data)
            said = chain.encoded(data)
            content = chain.digest(said)
            if again:
                same = _same(event.call, at, event.kind, content)
                if same in there:
                    continue
                there.add(same)
            self._add(at, event.call, event.kind, said, content)
            if call:
                call.happenings.append((at, event.kind, data))
        self._touched = known

    def _there(self, names: dict[int, str]) -> set[tuple[str, int, str, bytes]]:
        """Return what tells the events of calls that are in the ledger; `names` has the calls by their ids."""
        columns = (events.c.call, events.c.at, events.c.kind, events.c.data, events.c.digest)
        ids = list(names)
        return {
            _same(names[call], at, KINDS[kind - 1], digest if data is None else chain.digest(data))
            for start in range(0, len(ids), MANY)
            for call, at, kind, data, digest in self._connection.execute(
                select(*columns).where(events.c.call.in_(ids[start : start + MANY]))
            )
        }

    def _recalled(self, names: set[str]) -> dict[str, _Known]:
        """Return what is known of calls, from memory or from the database; of one that is new, nothing yet."""
        memory = self._memory.calls
        missing = sorted(name for name in names if name not in memory)
        for start in range(0, len(missing), MANY):
            part = missing[start : start + MANY]
            rows = self._connection.execute(select(calls.c.id, calls.c.call).where(calls.c.call.in_(part)))
            found = {row.id: row.call for row in rows}
            for identity, name in found.items():
                memory[name] = _Known(identity, [])
            if found:
                for row in self._connection.execute(
                    select(events.c.call, events.c.at, events.c.kind, events.c.data).where(events.c.call.in_(found))
                ):
                    if row.data is not None:
                        memory[found[row.call]].happenings.append((row.at, KINDS[row.kind - 1], json.loads(row.data)))
        for name in names - memory.keys():
            memory[name] = _Known(NEW, [])
            self._new.add(name)
        for name in names:
            memory.move_to_end(name)
        return {name: memory[name] for name in names}

    def _speak(self, at: int, call: _Known, data: dict[str, Any]) -> None:
        """Keep what a prompt says once in the chain, and take it out of what the event says."""
        text, language = data.pop("text", ""), data.pop("language", "")
        spoken = next((one["language"] for _, kind, one in reversed(call.happenings) if kind == "language"), "")
        if language and (language != spoken or "source" in data):  # what is imported may come before its language
            data["language"] = language
        said = (language, str(data.get("prompt", "")), text)
        if not text or said in self._memory.said:
            return
        key = {"chain": self._chain, "language": language, "id": said[1]}
        there = self._connection.scalar(select(prompts.c.text).filter_by(**key))
        self._memory.said.add(said)
        if there is not None:
            if there != text:  # the same id says something else: then the event itself tells what
                data["text"] = text
            return
        content = {"id": said[1], "language": language, "text": text, "of_ms": data.get("of_ms", 0)}
        encoded = chain.encoded(content)
        self._add(at, "", "prompt", encoded, chain.digest(encoded))
        self._spoken.append({**key, "text": text, "milliseconds": content["of_ms"]})

    def _add(self, at: int, call: str, kind: str, said: str, content: bytes) -> None:
        self._number += 1
        self._hash = chain.link(self._hash, self._number, at, call, kind, content)
        identity = (self._chain << CHAIN_BITS) + self._number
        known = self._memory.calls.get(call)
        if known and known.id == NEW:
            known.id = identity  # a call has the id of its first event
        self.rows.append(
            {
                "id": identity,
                "at": at,
                "call": known.id if known else None,
                "kind": CODES[kind],
                "data": said,
                "hash": self._hash,
            }
        )

    def write(self) -> None:
        """Write all that was taken."""
        if not self.rows:
            return
        run = self._connection.execute
        new = [name for name in self._touched if name in self._new]
        rows = {name: projection.row(call.happenings) for name, call in self._touched.items()}
        begun = [{"id": self._touched[name].id, "call": name, "chain": self._chain, **rows[name]} for name in new]
        if begun:
            run(insert(calls), begun)
        changed = [{"row": call.id, **rows[name]} for name, call in self._touched.items() if name not in self._new]
        if changed:
            run(update(calls).where(calls.c.id == bindparam("row")), changed)
        run(insert(events), self.rows)
        if self._spoken:
            run(insert(prompts), self._spoken)
        run(update(chains).where(chains.c.id == self._chain).values(head=self._number, head_hash=self._hash))
        self._memory.hash = self._hash
