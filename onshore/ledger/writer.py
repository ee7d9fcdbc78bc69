"""The daemon's evidence: many calls share one commit, and no call waits for a database in trouble."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlalchemy.exc import DataError, IntegrityError

from onshore.evidence import Event, spool_lines, write_or_tell
from onshore.ledger.store import NotWantedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from onshore.evidence import Spool
    from onshore.ledger.privacy import Numbers
    from onshore.ledger.store import Store

log = logging.getLogger(__name__)

REFUSED = (
    DataError,
    IntegrityError,
    ValueError,
    OverflowError,
    TypeError,
)  # it is the event's fault, not the database's

SLOW = 0.5  # seconds that a call waits for the database; then its events go into the spool
RETRY = 5.0  # seconds between two tries of a database in trouble


@dataclass(eq=False, slots=True)
class _Batch:
    """Events that are made safe together."""

    events: list[Event] = field(default_factory=list)
    safe: Future[None] = field(default_factory=Future)
    spooled: bool = False  # by whoever did not want to wait any longer


class LedgerEvidence:
    """Evidence that goes into a ledger, from the event loop of a daemon.

    A thread of its own appends, in one transaction, whatever has come in while it made the last one safe. What the
    database does not take, or not in time, is written into the spool instead, and taken in from there when it is back.
    `open_store` may fail, and is tried again. `beside`: the database is on the spool's disk, and must not take the room
    that is kept there for the spool. `at_start` is called once, with the store, when the spool was taken in.
    """

    def __init__(
        self,
        open_store: Callable[[], Store],
        spool: Spool,
        numbers: Numbers,
        *,
        beside: bool,
        at_start: Callable[[Store], None] | None = None,
    ) -> None:
        self._open_store = open_store
        self._store: Store | None = None
        self._spool = spool
        self._numbers = numbers
        self._beside = beside
        self._at_start = at_start
        self._lock = threading.Lock()
        self._awake = threading.Event()
        self._next = _Batch()  # takes what comes in
        self._now: _Batch | None = None  # is being made safe
        self._stuck = False  # the database has let a call wait too long, and has not answered yet
        self._away_until = 0.0  # after trouble, the database is left alone for a while
        self._trouble = ""  # told in the log once, until it is over
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
            batch = self._next if self._next.events else self._now
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
        """Write into the spool what the database keeps waiting; the thread may yet append it, it counts once."""
        with self._lock:
            batches = [batch for batch in (self._now, self._next) if batch and batch.events and not batch.spooled]
            if self._next.events:
                self._next = _Batch()
            if batches and self._now in batches:
                self._stuck = True
                self._tell(f"has not answered for {SLOW:g} s")
            for batch in batches:
                batch.spooled = True
                write_or_tell(self._spool, batch.events)
                batch.safe.set_result(None)

    def _run(self) -> None:
        retry = 0.0  # when to look at the spool again
        while True:
            waits = not self._spool.empty or self._at_start is not None
            self._awake.wait(max(0.0, retry - time.monotonic()) if waits else None)
            self._awake.clear()
            stopping = self._stopping
            with self._lock:
                batch, self._next = self._next, _Batch()
                self._now = batch if batch.events else None
            if batch.events:
                self._keep(batch)
            if time.monotonic() >= retry and not stopping:
                retry = time.monotonic() + RETRY
                self._take_in()
            if stopping and not self._next.events:
                if self._store:
                    self._store.engine.dispose()
                return

    def _keep(self, batch: _Batch) -> None:
        kept = False
        if time.monotonic() >= self._away_until and self._room():
            try:
                self._opened().append(batch.events, unless=lambda: batch.spooled)
                kept = True
            except NotWantedError:
                pass  # it is in the spool
            except Exception as error:  # noqa: BLE001 - whatever it is, the events must be safe and the call go on
                self._in_trouble(error)
        with self._lock:
            self._now, self._stuck = None, False
            if batch.spooled:
                return
            if not kept:
                write_or_tell(self._spool, batch.events)
            batch.safe.set_result(None)

    def _take_in(self) -> None:
        """Take the spool in, if the database is there."""
        if (self._spool.empty and not self._at_start) or not self._room():
            return
        try:
            if not self._spool.empty:
                with self._spool.taken() as events:
                    count = self._append(events)
                log.info("the ledger is back: %s of %s events in the spool were not in it yet", count, len(events))
            if self._at_start:
                self._at_start(self._opened())
                self._at_start = None
        except Exception as error:  # noqa: BLE001 - the next try is in RETRY seconds
            self._in_trouble(error)
            return
        self._trouble = ""
        self._away_until = 0.0

    def _append(self, events: list[Event]) -> int:
        """Append what waited in the spool; what the database refuses for itself is put aside, and stops no other."""
        try:
            return self._opened().append(events, again=True)
        except REFUSED:
            count = 0
            for event in events:
                try:
                    count += self._opened().append([event], again=True)
                except REFUSED as error:
                    self._spool.put_aside([spool_lines([event]).encode()])
                    log.error("the ledger does not take an event of call %s: %s", event.call, _short(error))  # noqa: TRY400 - the reason is what is wanted
            return count

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
        self._tell(_short(error))

    def _tell(self, problem: str) -> None:
        """Tell the log what is wrong, once."""
        if problem != self._trouble:
            self._trouble = problem
            log.error("the ledger: %s; events go into %s meanwhile", problem, self._spool.folder)


def _short(error: Exception) -> str:
    """Return what went wrong on one line, without the statement: it holds what is known of a caller."""
    return " ".join(str(getattr(error, "orig", None) or error).split()) or type(error).__name__
