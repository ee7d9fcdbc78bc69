"""The daemon's evidence: many calls share one commit, and no call waits for a database in trouble."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import threading
import time
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from onshore.evidence import Event, write_or_tell
from onshore.ledger.opening import append, short
from onshore.ledger.store import NotWantedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from onshore.evidence import Spool
    from onshore.ledger.privacy import Numbers
    from onshore.ledger.store import Store

log = logging.getLogger(__name__)

SLOW = 0.5  # seconds that a call waits for the database; then its events go into the spool
RETRY = 5.0  # seconds between two tries of a database in trouble
FROM_SPOOL = 500  # events taken in together: calls may be waiting
UNKEPT = 20_000  # events that are kept in memory when neither database nor spool takes any
QUIET = 60.0  # seconds between two lines of the log about the same trouble


class Rarely:
    """Tells the log of trouble, of the same at most once a minute."""

    def __init__(self, level: int = logging.ERROR) -> None:
        self._level = level
        self._told: dict[str, float] = {}

    def tell(self, problem: str) -> None:
        """Tell of a problem, unless that was done a short time ago."""
        now = time.monotonic()
        self._told = {said: at for said, at in self._told.items() if now - at < QUIET}
        if problem not in self._told:
            self._told[problem] = now
            log.log(self._level, "%s", problem)


@dataclass(eq=False, slots=True)
class _Batch:
    """Events that are made safe together."""

    events: list[Event] = field(default_factory=list)
    safe: Future[None] = field(default_factory=Future)
    spooled: bool = False  # by whoever did not want to wait any longer
    tried: bool = False  # the database has not answered, and may have it


class LedgerEvidence:
    """Evidence that goes into a ledger, from the event loop of a daemon.

    A thread of its own appends, in one transaction, whatever has come in while it made the last one safe. What the
    database does not take, or not in time, is written into the spool instead, and taken in from there when it is back.
    `open_store` may fail, and is tried again. `beside`: the database is on the spool's disk, and must not take the room
    that is kept there for the spool. `meanwhile` is called with the store, again and again, when there is nothing else
    to do: it returns in how many seconds it wants to be called again, and works for so short that a call can wait.
    """

    def __init__(
        self,
        open_store: Callable[[], Store],
        spool: Spool,
        numbers: Numbers,
        *,
        beside: bool,
        meanwhile: Callable[[Store], float] | None = None,
    ) -> None:
        self._open_store = open_store
        self._store: Store | None = None
        self._spool = spool
        self._numbers = numbers
        self._beside = beside
        self._meanwhile = meanwhile
        self._lock = threading.Lock()
        self._awake = threading.Event()
        self._next = _Batch()  # takes what comes in
        self._unkept: list[_Batch] = []  # came in before that, and could not be written into the spool
        self._now: list[_Batch] = []  # are being made safe
        self._stuck = False  # the database has let a call wait too long, and has not answered yet
        self._away_until = 0.0  # after trouble, the database is left alone for a while
        self._rarely = Rarely()
        self._back = [0, 0]  # events that were taken out of the spool, and how many of them were new
        self._rescuing = threading.Lock()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)

    def start(self) -> None:
        """Begin: what waits in the spool is taken in first of all."""
        self._spool.reserve()
        self._thread.start()

    def stop(self) -> None:
        """Make everything safe, and end."""
        self._stopping = True
        self._awake.set()
        self._thread.join(10 * SLOW)
        self._rescue()  # the thread hangs in the database

    def add(self, event: Event) -> None:
        """Take an event in. It is safe only after `commit`."""
        if event.kind == "caller":
            known = self._numbers.caller(str(event.data.get("number", "")))
            if not known:
                return
            event = replace(event, data=known)
        with self._lock:
            self._next.events.append(event)

    async def commit(self) -> None:
        """Return when every event taken in so far is on the disk, in the ledger or in the spool."""
        with self._lock:
            batch = self._next if self._next.events else self._now[-1] if self._now else None
            if batch is None:
                return
            stuck = self._stuck
        self._awake.set()
        if not stuck:
            try:
                await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(batch.safe)), SLOW)
            except TimeoutError:
                pass
            else:
                return
        await asyncio.to_thread(self._rescue)

    def _rescue(self) -> None:
        """Write into the spool what the database keeps waiting; the thread may yet append it, it counts once.

        What cannot be written is told the log, and stays with the thread: the database may take it.
        """
        with self._rescuing:  # one after the other: what is written is not written again
            with self._lock:
                batches = [batch for batch in (*self._now, *self._unkept) if not batch.spooled]
                if self._now:
                    self._stuck = True
                    self._tell(f"has not answered for {SLOW:g} s")
                if self._next.events:
                    batches.append(self._next)
                    self._unkept.append(self._next)
                    self._next = _Batch()
            for batch in batches:  # outside of that lock: a disk may take its time, and calls go on
                batch.spooled = write_or_tell(self._spool, batch.events)
                self._done(batch)
            with self._lock:
                self._unkept = [batch for batch in self._unkept if not batch.spooled]

    @staticmethod
    def _done(batch: _Batch) -> None:
        with contextlib.suppress(InvalidStateError):  # it was told by another
            batch.safe.set_result(None)

    def _run(self) -> None:
        retry = 0.0  # when to look at the spool again, or to try again what neither it nor the database took
        look = 0.0 if self._meanwhile else math.inf  # when to do what is done meanwhile
        while True:
            waits = bool(self._unkept) or not self._spool.empty
            until = min(look, retry if waits else math.inf)
            self._awake.wait(None if until == math.inf else max(0.0, until - time.monotonic()))
            self._awake.clear()
            stopping = self._stopping
            with self._lock:
                batches, self._unkept = self._unkept, []
                if self._next.events:
                    batches.append(self._next)
                    self._next = _Batch()
                self._now = batches
            if batches:
                self._keep(batches)
            if time.monotonic() >= retry and not stopping:
                retry = time.monotonic() + (0.0 if self._take_in() else RETRY)
            if time.monotonic() >= look and not stopping and self._spool.empty:  # else lines come before their call
                look = time.monotonic() + self._do_meanwhile()
            if stopping and not self._next.events:
                if self._store:
                    self._store.engine.dispose()
                return

    def _keep(self, batches: list[_Batch]) -> None:
        kept = False
        if time.monotonic() >= self._away_until and self._room():
            try:
                append(
                    self._opened(),
                    [event for batch in batches for event in batch.events],
                    self._spool,
                    again=any(batch.tried for batch in batches),
                    unless=lambda: all(batch.spooled for batch in batches),
                )
                kept = True
            except NotWantedError:
                pass  # it is in the spool
            except Exception as error:  # noqa: BLE001 - whatever it is, the events must be safe and the call go on
                self._in_trouble(error)
        lost = [
            batch
            for batch in batches
            if not kept and not batch.spooled and not write_or_tell(self._spool, batch.events)
        ]
        with self._lock:
            self._now, self._stuck = [], False
            for batch in lost:
                batch.tried = True
                if sum(len(one.events) for one in self._unkept) < UNKEPT:
                    self._unkept.append(batch)
        for batch in batches:
            self._done(batch)

    def _take_in(self) -> bool:
        """Take in some of what waits in the spool, if the database is there; return whether more of it can be."""
        waiting = self._spool.waiting
        if not waiting or not self._room():
            return False
        events: list[Event] = []
        new = 0
        try:
            with self._spool.taken(FROM_SPOOL) as events:
                new = append(self._opened(), events, self._spool)
        except OSError as error:  # of the spool: the database is not left alone for that
            self._rarely.tell(f"the spool is not taken in whole: {error}")
        except Exception as error:  # noqa: BLE001 - the next try is in RETRY seconds
            self._in_trouble(error)
            return False
        self._away_until = 0.0
        self._back = [self._back[0] + len(events), self._back[1] + new]
        more = self._spool.waiting not in ([], waiting)
        if self._back[0] and not more:
            log.info("the ledger is back: %s of %s events in the spool were new to it", self._back[1], self._back[0])
            self._back = [0, 0]
        return more

    def _do_meanwhile(self) -> float:
        """Return in how many seconds there is more to do."""
        if self._meanwhile is None or time.monotonic() < self._away_until or not self._room():
            return RETRY
        try:
            return self._meanwhile(self._opened())
        except Exception as error:  # noqa: BLE001 - the next try is in RETRY seconds
            self._in_trouble(error)
            return RETRY

    def _room(self) -> bool:
        """Return whether the database may be written to: not while the spool has no room for itself on a full disk."""
        if self._spool.reserve() or not self._beside:
            return True
        self._tell("the disk is full")
        return False

    def _opened(self) -> Store:
        if self._store is None:
            self._store = self._open_store()
        return self._store

    def _in_trouble(self, error: Exception) -> None:
        self._away_until = time.monotonic() + RETRY
        self._tell(short(error))

    def _tell(self, problem: str) -> None:
        """Tell the log what is wrong."""
        self._rarely.tell(f"the ledger: {problem}; events go into {self._spool.folder} meanwhile")
