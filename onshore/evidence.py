"""What a call flow tells about a call, and the spool, where it is safe until the ledger has it.

Read during calls: imports the standard library alone.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import time
from dataclasses import dataclass, field

from onshore import owner

TYPE_CHECKING = False  # type checkers know better; importing `typing` takes 6 ms, and a call may wait for it
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from os import PathLike
    from typing import Protocol
else:
    Protocol = object

FOLDER = "spool"  # in the state folder
RESERVED = 4 * 1024 * 1024  # bytes kept free on the disk for the spool: some 20,000 events

_WRITTEN = "events.jsonl"
_TAKEN = "taken-"  # begins the names of files that are being taken out
_DAMAGED = "damaged.jsonl"
_RESERVE = "reserve"
_APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
_FULL = {errno.ENOSPC, errno.EDQUOT}

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened on a call."""

    call: str  # ONSHORE_CALL; "": of no call
    kind: str  # "arrived", "language", "disclosed", "offered", "key", "choice", "routed", "ended", "fallback", …
    data: Mapping[str, str | int | bool]
    at: float = field(default_factory=time.time)  # seconds since the epoch


class Evidence(Protocol):
    """Where events go."""

    def add(self, event: Event) -> None:
        """Take an event in. It is safe only after `commit`."""

    async def commit(self) -> None:
        """Return when every event taken in so far is safe. Never raises: a call must go on."""


class Spool:
    """Events in a file, a JSON line each, on the disk when `write` returns.

    One process per call writes there always, the daemon while its database is locked, slow, full or gone. Any number of
    processes may write and take out at the same time. A last line that was cut off, by a full disk or a power cut,
    stays alone: the next begins below it.
    """

    def __init__(self, state: str | PathLike[str]) -> None:
        self.folder = f"{os.fspath(state)}/{FOLDER}"
        self._file = f"{self.folder}/{_WRITTEN}"

    def write(self, events: Sequence[Event]) -> None:
        """Append events; OSError when they are not on the disk. A full disk gives up the room that is kept for it."""
        lines = spool_lines(events).encode()
        try:
            self._append(lines)
        except OSError as error:
            if error.errno not in _FULL or not self._give_room():
                raise
            self._append(lines)

    def reserve(self) -> bool:
        """Keep room on the disk for the spool, unless some is kept already; return whether there is now."""
        place = f"{self.folder}/{_RESERVE}"
        new = f"{place}.new"
        if os.path.exists(place):  # noqa: PTH110 - importing pathlib takes 5 ms, and a call may wait for it
            return True
        try:
            self._folder()
            file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                owner.give(file, self.folder)
                os.posix_fallocate(file, 0, RESERVED)
            finally:
                os.close(file)
            os.rename(new, place)  # noqa: PTH104 - the same
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(new)  # noqa: PTH108 - the same; it may have taken all that was free
            return False
        return True

    def _give_room(self) -> bool:
        try:
            os.unlink(f"{self.folder}/{_RESERVE}")  # noqa: PTH108 - the same
        except OSError:
            return False
        return True

    @property
    def empty(self) -> bool:
        """Whether nothing waits."""
        try:
            names = os.listdir(self.folder)  # noqa: PTH208 - the same
        except OSError:
            return True
        return not any(name == _WRITTEN or name.startswith(_TAKEN) for name in names)

    def since(self) -> float | None:
        """Return since when the oldest event waits, in seconds since the epoch; None: none that can be read does."""
        found = []
        try:
            names = [name for name in os.listdir(self.folder) if name == _WRITTEN or name.startswith(_TAKEN)]  # noqa: PTH208 - the same
            for name in names:
                with open(f"{self.folder}/{name}", "rb") as file:  # noqa: PTH123 - the same
                    event = _event_of(file.readline(65536))
                    found.append(max(0.0, event.at) if event else os.fstat(file.fileno()).st_mtime)
        except OSError:
            return None
        return min(found, default=None)

    @contextlib.contextmanager
    def taken(self) -> Iterator[list[Event]]:
        """Take out all that waits: it is gone when the block ends, and there again when the block raises.

        Lines that are no events are put aside into damaged.jsonl, and told. OSError when the spool cannot be read.
        """
        with self._one_taker():
            files = self._set_apart()
            events, damaged = [], []
            for file in files:
                with open(file, "rb") as lines:  # noqa: PTH123 - the same
                    for line in lines:
                        event = _event_of(line)
                        events += [event] if event else []
                        damaged += [line] if not event and line.strip() else []
            yield events
            if damaged:
                self.put_aside(damaged)
            for file in files:
                os.unlink(file)  # noqa: PTH108 - the same

    @contextlib.contextmanager
    def _one_taker(self) -> Iterator[None]:
        self._folder()
        lock = os.open(self.folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _set_apart(self) -> list[str]:
        """Rename what has been written, so that it grows no more; return this and what an earlier taker left."""
        with contextlib.suppress(FileNotFoundError):
            file = os.open(self._file, os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)  # nobody is writing in it now, and nobody will: see _append
                os.rename(self._file, f"{self.folder}/{_TAKEN}{time.time_ns()}.jsonl")  # noqa: PTH104 - the same
            finally:
                os.close(file)
        return sorted(f"{self.folder}/{name}" for name in os.listdir(self.folder) if name.startswith(_TAKEN))  # noqa: PTH208 - the same

    def put_aside(self, damaged: list[bytes]) -> None:
        """Keep lines that cannot be taken in, in a file of their own, and tell the log."""
        with open(f"{self.folder}/{_DAMAGED}", "ab") as file:  # noqa: PTH123 - the same
            owner.give(file.fileno(), self.folder)
            file.writelines(line.rstrip(b"\n") + b"\n" for line in damaged)
        complain(f"{len(damaged)} lines of the spool cannot be read; they are in {self.folder}/{_DAMAGED}")

    def _append(self, lines: bytes) -> None:
        file = self._open()
        try:
            size = os.fstat(file).st_size
            if size and os.pread(file, 1, size - 1) != b"\n":
                lines = b"\n" + lines
            written = os.write(file, lines)
            if written < len(lines):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self._file)
            os.fsync(file)
        finally:
            os.close(file)

    def _open(self) -> int:
        """Open the file to write, locked; one that a taker has just renamed is not the file any more."""
        while True:
            try:
                file = os.open(self._file, _APPEND, 0o600)
            except FileNotFoundError:
                self._folder()
                continue
            fcntl.flock(file, fcntl.LOCK_EX)
            with contextlib.suppress(FileNotFoundError):
                if os.stat(self._file).st_ino == os.fstat(file).st_ino:  # noqa: PTH116 - the same
                    owner.give(file, self.folder)
                    return file
            os.close(file)

    def _folder(self) -> None:
        """Make the folder, for whoever has the folder above: Asterisk's user goes on where root began."""
        if not os.path.isdir(self.folder):  # noqa: PTH112 - the same
            os.makedirs(self.folder, mode=0o700, exist_ok=True)  # noqa: PTH103 - the same
            owner.give(self.folder, f"{self.folder}/..")


class SpoolEvidence:
    """Evidence of a process that has nothing but the spool: the ledger takes it in later.

    `caller` returns what is kept of a caller, by number: a number is never written as it is.
    """

    def __init__(self, spool: Spool, caller: Callable[[str], Mapping[str, str]]) -> None:
        self._spool = spool
        self._caller = caller
        self._waiting: list[Event] = []

    def add(self, event: Event) -> None:
        """Take an event in. It is safe only after `commit`."""
        if event.kind == "caller":
            kept = self._caller(str(event.data["number"]))
            event = Event(event.call, event.kind, kept, event.at)
        if event.data:
            self._waiting.append(event)

    async def commit(self) -> None:
        """Write every event taken in so far into the spool. Never raises: a call must go on."""
        events, self._waiting = self._waiting, []
        if events:
            write_or_tell(self._spool, events)


def write_or_tell(spool: Spool, events: Sequence[Event]) -> None:
    """Write events into the spool; what cannot be written goes to the log, with the reason. Never raises."""
    try:
        spool.write(events)
    except OSError as error:
        lines = spool_lines(events).rstrip()
        complain(f"{spool.folder} cannot be written ({error}); its lines follow here:\n{lines}")


def spool_lines(events: Sequence[Event]) -> str:
    """Return events as lines of the spool: `at` in milliseconds since the epoch, `call`, `kind`, `data`."""
    return "".join(
        _encode({"at": round(event.at * 1000), "call": event.call, "kind": event.kind, "data": dict(event.data)}) + "\n"
        for event in events
    )


def _event_of(line: bytes) -> Event | None:
    try:
        found = json.loads(line)
        return Event(str(found["call"]), str(found["kind"]), dict(found["data"]), int(found["at"]) / 1000)
    except (ValueError, TypeError, KeyError):
        return None


def complain(text: str) -> None:
    """Tell the log: the daemon's, or Asterisk's console."""
    import logging  # noqa: PLC0415 - 5 ms, for which every call of a site without the daemon would wait

    logging.getLogger(__name__).error(text)
