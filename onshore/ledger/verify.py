"""Whether anybody has changed the ledger since: every event is recomputed, and every call's row made anew."""

from __future__ import annotations

import gc
import json
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from itertools import starmap
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from onshore.ledger import projection
from onshore.ledger.schema import CHAIN_BITS, CODES, KINDS, calls, chains, events, prompts
from onshore.ledger.store import MANY, reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import URL, Connection, Engine, Row

    from onshore.ledger.seal import Seal

    _Event = tuple[Any, ...]  # as _EVENT has it

PART = 100_000  # events that are recomputed at a time: so many are in memory
SIDE_BY_SIDE = 4  # parts from which on it is worth starting processes
MOST = 100  # problems told of each part

_PROMPT = CODES["prompt"]
_EVENT = (events.c.id, events.c.at, events.c.call, events.c.kind, events.c.data, events.c.hash, events.c.digest)
_COMPARED = tuple(column.name for column in calls.c if column.name not in {"id", "call", "chain"})
_ROW = (calls.c.id, calls.c.call, *(calls.c[name] for name in _COMPARED))
REMEMBERED = 20_000  # of what events say: most of it is said often


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was written."""

    chain: str
    number: int  # the place in the chain; 0: not of one event
    what: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification has found."""

    events: int
    calls: int
    taken_out: int  # events whose words were taken out, and only their digest is left
    heads: dict[str, tuple[int, str]]  # chain → the number of its last event and that one's hash, in hexadecimal
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Part:
    """A stretch of a chain, and what was found in it."""

    chain: int
    name: str
    first: int  # the number of its first event
    last: int
    before: bytes  # the hash before its first event; b"": not known
    events: int = 0
    calls: int = 0
    taken_out: int = 0
    problems: list[Problem] = field(default_factory=list)
    said: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)  # language, id → text, milliseconds
    hashes: dict[int, bytes] = field(default_factory=dict)  # of the numbers that are sealed, and of the last

    def problem(self, number: int, what: str) -> None:
        if len(self.problems) < MOST:
            self.problems.append(Problem(self.name, number, what))


def verify(engine: Engine, seals: Sequence[Seal] = (), progress: Callable[[int, int], None] | None = None) -> Verified:
    """Recompute every chain; compare the calls' rows, the prompts and some seals with the events.

    A large ledger is recomputed by as many processes as there are processors: each event's hash is over the one before,
    which is kept with that one. `progress` is told how many events are done, of how many.
    """
    with reading(engine) as connection:
        heads = list(connection.execute(select(chains).order_by(chains.c.id)))
        parts = [part for head in heads for part in _parts(connection, head)]
        rows = connection.scalar(select(func.count()).select_from(calls)) or 0
    sealed = tuple(seal.number for seal in seals)
    url = engine.url
    total = sum(part.last - part.first + 1 for part in parts)
    done: list[_Part] = []
    for part in _recomputed(url, parts, sealed):
        done.append(part)
        if progress:
            progress(sum(one.last - one.first + 1 for one in done), total)
    problems = [problem for part in done for problem in part.problems]
    for head in heads:
        own = [part for part in done if part.chain == head.id]
        problems += _ends(head, own, [seal for seal in seals if seal.chain == head.name])
    with reading(engine) as connection:
        problems += [problem for head in heads for problem in _prompts(connection, head, done)]
    names = {head.name for head in heads}
    problems += [
        Problem(seal.chain, seal.number, "was sealed, and is not there") for seal in seals if seal.chain not in names
    ]
    seen = sum(part.calls for part in done)
    if seen != rows:
        problems.append(Problem("", 0, f"there are rows of {rows} calls, and events of {seen}"))
    return Verified(
        events=sum(part.events for part in done),
        calls=seen,
        taken_out=sum(part.taken_out for part in done),
        heads={head.name: (head.head, bytes(head.head_hash).hex()) for head in heads},
        problems=tuple(problems),
    )


def _parts(connection: Connection, head: Row[Any]) -> list[_Part]:
    """Cut a chain into parts, each with the hash of the event before it."""
    starts = range(head.base, head.head, PART)
    ids = [(head.id << CHAIN_BITS) + start for start in starts]
    found = {
        row.id: bytes(row.hash)
        for row in connection.execute(select(events.c.id, events.c.hash).where(events.c.id.in_(ids)))
    }
    found[(head.id << CHAIN_BITS) + head.base] = bytes(head.base_hash)
    return [
        _Part(head.id, head.name, start + 1, min(start + PART, head.head), found.get(identity, b""))
        for start, identity in zip(starts, ids, strict=True)
    ]


def _recomputed(url: URL, parts: list[_Part], sealed: tuple[int, ...]) -> Iterable[_Part]:
    workers = min(os.cpu_count() or 1, len(parts) // SIDE_BY_SIDE + 1)
    work = [(url, part, sealed) for part in parts]
    if workers == 1:
        yield from starmap(_recompute, work)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_recompute, *zip(*work, strict=True))


def _recompute(url: URL, part: _Part, sealed: tuple[int, ...]) -> _Part:
    """Recompute a part of a chain."""
    from onshore.ledger.store import connect  # noqa: PLC0415 - in the process that does the work

    engine = connect(url, read_only=True)
    collected = gc.isenabled()
    gc.disable()  # it would look through all the rows again and again, and there are no cycles in them
    try:
        with reading(engine) as connection:
            _Walk(connection, part, set(sealed)).go()
    finally:
        if collected:
            gc.enable()
        engine.dispose()
    return part


class _Walk:
    """Goes along a part of a chain."""

    def __init__(self, connection: Connection, part: _Part, sealed: set[int]) -> None:
        self._connection = connection
        self._part = part
        self._sealed = sealed
        self._first = part.chain << CHAIN_BITS

    def go(self) -> None:
        part, first = self._part, self._first
        ids = (first + part.first, first + part.last)
        wanted = select(*_EVENT).where(events.c.id.between(*ids)).order_by(events.c.id)
        found = [tuple(row) for row in self._connection.execute(wanted).all()]
        begun = self._connection.execute(select(*_ROW).where(calls.c.id.between(*ids)))
        rows: dict[int, tuple[Any, ...]] = {row[0]: tuple(row) for row in begun.all()}
        names: dict[int | None, str] = {None: "", **{identity: row[1] for identity, row in rows.items()}}
        names |= self._named({row[2] for row in found} - names.keys())
        part.events = len(found)
        part.taken_out = sum(row[4] is None for row in found)
        part.calls = len(rows)
        self._hashes(found, names)
        for row in found:
            if row[3] == _PROMPT and row[4] is not None:
                self._prompt(row[4])
        self._rows(found, rows)

    def _named(self, ids: set[int | None]) -> dict[int | None, str]:
        """Return the names of calls that began in another part."""
        each = sorted(identity for identity in ids if identity is not None)
        return {
            row[0]: row[1]
            for start in range(0, len(each), MANY)
            for row in self._connection.execute(
                select(calls.c.id, calls.c.call).where(calls.c.id.in_(each[start : start + MANY]))
            )
        }

    def _hashes(self, found: Sequence[_Event], names: dict[int | None, str]) -> None:
        part, first, sealed = self._part, self._first, self._sealed
        number, before = part.first - 1, part.before
        for identity, at, call, kind, data, kept_hash, digest in found:
            kept = bytes(kept_hash)
            if identity - first != number + 1:
                part.problem(number + 1, _missing(number + 1, identity - first - 1))
                before = b""  # the next one cannot be recomputed, only those after it
            number = identity - first
            content = bytes(digest or b"") if data is None else _digest(data)
            if call is not None and call not in names:
                part.problem(number, "the row of its call is not there")
            elif not 0 < kind <= len(KINDS):
                part.problem(number, f"{kind} is no kind of event")
            elif before:
                text = f"{number}|{at}|{names[call]}|{KINDS[kind - 1]}|".encode()
                if sha256(before + text + content).digest() != kept:
                    part.problem(number, "it was changed, or the one before it was")
            if number in sealed:
                part.hashes[number] = kept
            before = kept
        if number < part.last:
            part.problem(number + 1, _missing(number + 1, part.last))
        else:
            part.hashes[number] = before

    def _prompt(self, data: str) -> None:
        try:
            said = json.loads(data)
            self._part.said[said["language"], said["id"]] = (said["text"], said["of_ms"])
        except (ValueError, KeyError, TypeError):
            return  # the hash has told already

    def _rows(self, found: Sequence[_Event], rows: dict[int, tuple[Any, ...]]) -> None:
        """Make the rows of the calls that began here anew; what is different may only have events in a later part."""
        happened: dict[int, list[projection.Happening]] = {identity: [] for identity in rows}
        for _, at, call, kind, data, _, _ in found:
            if call in happened and 0 < kind <= len(KINDS):
                happened[call].append((at, KINDS[kind - 1], _loaded(data)))
        for identity, happenings in happened.items():
            if _different(rows[identity], happenings):
                self._look_again(identity)

    def _look_again(self, identity: int) -> None:
        row = self._connection.execute(select(*_ROW).where(calls.c.id == identity)).one()
        wanted = select(events.c.at, events.c.kind, events.c.data).where(events.c.call == identity)
        happenings: list[projection.Happening] = [
            (at, KINDS[kind - 1], _loaded(data))
            for at, kind, data in self._connection.execute(wanted)
            if 0 < kind <= len(KINDS)
        ]
        wrong = _different(tuple(row), happenings)
        if wrong:
            what = f"the row of call {row[1]} is not what its events say: {', '.join(wrong)}"
            self._part.problem(identity - self._first, what)


@lru_cache(REMEMBERED)
def _digest(data: str) -> bytes:
    return sha256(data.encode()).digest()


@lru_cache(REMEMBERED)
def _loaded(data: str | None) -> Mapping[str, Any]:
    if data is None:
        return {}
    try:
        loaded = json.loads(data)
    except ValueError:
        return {}  # the hash has told already
    return loaded if isinstance(loaded, dict) else {}


def _different(row: tuple[Any, ...], happenings: Sequence[projection.Happening]) -> list[str]:
    """Return the columns of a call's row (as in _ROW) that are not what its events make."""
    try:
        made = projection.row(happenings)
    except (TypeError, ValueError):
        return ["all"]
    wanted = tuple(made[name] for name in _COMPARED)
    if wanted == row[2:]:
        return []
    return [name for name, one, other in zip(_COMPARED, wanted, row[2:], strict=True) if one != other]


def _missing(first: int, last: int) -> str:
    return "it is not there" if first >= last else f"it and those up to {last} are not there"


def _ends(head: Row[Any], parts: list[_Part], seals: list[Seal]) -> list[Problem]:
    """Compare the end of a chain with what its head says, and with the seals."""
    hashes = {number: kept for part in parts for number, kept in part.hashes.items()}
    hashes[head.base] = bytes(head.base_hash)
    problems = []
    if head.head in hashes and hashes[head.head] != bytes(head.head_hash):
        problems.append(Problem(head.name, head.head, "it is not the event that the chain's head tells of"))
    for seal in seals:
        if seal.number > head.head:
            what = f"it was sealed on {seal.day}, and is not there: the tail was cut off"
            problems.append(Problem(head.name, seal.number, what))
        elif seal.number in hashes and hashes[seal.number] != seal.hash:
            problems.append(Problem(head.name, seal.number, f"it is not the event that was sealed on {seal.day}"))
    return problems


def _prompts(connection: Connection, head: Row[Any], parts: list[_Part]) -> list[Problem]:
    """Compare what the prompts say with the events that told it. Those whose event was purged cannot be compared."""
    said = {key: value for part in parts if part.chain == head.id for key, value in part.said.items()}
    problems = []
    there = set()
    for one in connection.execute(select(prompts).where(prompts.c.chain == head.id)):
        key = (one.language, one.id)
        there.add(key)
        if key not in said and not head.base:
            problems.append(Problem(head.name, 0, f"prompt {one.language} {one.id} is in no event"))
        elif key in said and said[key] != (one.text, one.milliseconds):
            problems.append(Problem(head.name, 0, f"prompt {one.language} {one.id} says something else than its event"))
    problems += [Problem(head.name, 0, f"prompt {language} {name} is gone") for language, name in said.keys() - there]
    return problems
