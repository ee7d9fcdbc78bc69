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
DAMAGED = "damaged.jsonl"  # in the spool: what could not be taken in
RESERVED = 4 * 1024 * 1024  # bytes kept free on the disk for the spool: some 20,000 events

_WRITTEN = "events.jsonl"
_TAKEN = "taken-"  # begins the names of files that are being taken out
_RESERVE = "reserve"
_APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
_FULL = {errno.ENOSPC, errno.EDQUOT}
_NAME = 200  # characters of a call's name, as the ledger keeps it
_WHOLE = 1 << 63  # what a whole number is below
_LINE = 1024 * 1024  # bytes: what is longer is no event
_LAST = 253_000_000_000_000  # milliseconds since 1970, in the year 9987: beyond it no calendar goes

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
    stays alone: the next begins below it. What is being taken out is in files `taken-WHEN.jsonl`, or
    `taken-WHEN+BYTES.jsonl` when so much of it was taken out already.
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
        """Keep room on the disk for the spool, unless some is kept already; return False when the disk is full.

        Where no room can be kept for another reason, there is none to be saved either: nobody need wait for it.
        """
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
        except OSError as error:
            with contextlib.suppress(OSError):
                os.unlink(new)  # noqa: PTH108 - the same; it may have taken all that was free
            return error.errno not in _FULL
        return True

    def _give_room(self) -> bool:
        try:
            os.unlink(f"{self.folder}/{_RESERVE}")  # noqa: PTH108 - the same
        except OSError:
            return False
        return True

    @property
    def waiting(self) -> list[str]:
        """The names of the files that hold what waits; taking some of it out changes them."""
        try:
            names = os.listdir(self.folder)  # noqa: PTH208 - the same
        except OSError:
            return []
        wanted = (name for name in names if name == _WRITTEN or name.startswith(_TAKEN))
        return sorted(name for name in wanted if os.path.isfile(f"{self.folder}/{name}"))  # noqa: PTH113 - the same

    @property
    def empty(self) -> bool:
        """Whether nothing waits."""
        return not self.waiting

    def since(self) -> float | None:
        """Return since when the oldest event waits, in seconds since the epoch; None: none that can be read does."""
        found = []
        try:
            for name in self.waiting:
                place = f"{self.folder}/{name}"
                with open(place, "rb") as file:  # noqa: PTH123 - the same
                    file.seek(_begun(place))
                    event = _event_of(file.readline(_LINE))
                    found.append(event.at if event else os.fstat(file.fileno()).st_mtime)
        except OSError:
            return None
        return min(found, default=None)

    @contextlib.contextmanager
    def taken(self, most: int | None = None) -> Iterator[list[Event]]:
        """Take out what waits, the oldest first, `most` lines of it; None: all.

        It is gone when the block ends, and there again when the block raises. Lines that are no events are put aside
        into damaged.jsonl, and told. OSError, when the others are taken out, if there is a file that cannot be read.
        """
        with self._one_taker():
            events: list[Event] = []
            damaged: list[bytes] = []
            done: list[str] = []
            begun = ""  # the file that was not read to its end, and its name without that beginning
            unread: OSError | None = None
            for file in self._set_apart():
                left = None if most is None else most - len(events) - len(damaged)
                if left is not None and left <= 0:
                    break
                try:
                    end = _read(file, left, events, damaged)
                except OSError as error:
                    unread = error
                    continue
                if end is None:
                    done.append(file)
                else:
                    begun = file
                    rest = f"{file.removesuffix('.jsonl').partition('+')[0]}+{end:020}.jsonl"
            yield events
            if damaged:
                self.put_aside(damaged)
            for file in done:
                os.unlink(file)  # noqa: PTH108 - the same
            if begun:
                os.rename(begun, rest)  # noqa: PTH104 - the same
            if unread:
                raise unread

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
        if _WRITTEN in self.waiting:
            file = os.open(self._file, os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)  # nobody is writing in it now, and nobody will: see _append
                os.rename(self._file, f"{self.folder}/{_TAKEN}{time.time_ns()}.jsonl")  # noqa: PTH104 - the same
            finally:
                os.close(file)
        return [f"{self.folder}/{name}" for name in self.waiting if name.startswith(_TAKEN)]

    def put_aside(self, damaged: Sequence[bytes]) -> None:
        """Keep lines that cannot be taken in, in a file of their own, and tell the log. Never raises: others wait."""
        place = f"{self.folder}/{DAMAGED}"
        lines = b"".join(line.rstrip(b"\n") + b"\n" for line in damaged)
        try:
            file = os.open(place, _APPEND, 0o600)
            try:
                owner.give(file, self.folder)
                os.fchmod(file, 0o600)
                os.write(file, lines)
                os.fsync(file)
            finally:
                os.close(file)
        except OSError as error:
            complain(f"{place} cannot be written ({error}); its lines follow here:\n{lines.decode(errors='replace')}")
        else:
            complain(f"{len(damaged)} lines of the spool cannot be read; they are in {place}")

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


def write_or_tell(spool: Spool, events: Sequence[Event]) -> bool:
    """Write events into the spool, and return whether they are there.

    What cannot be written goes to the log, with the reason. Never raises.
    """
    try:
        spool.write(events)
    except OSError as error:
        lines = spool_lines(events).rstrip()
        complain(f"{spool.folder} cannot be written ({error}); its lines follow here:\n{lines}")
        return False
    return True


def spool_lines(events: Sequence[Event]) -> str:
    """Return events as lines of the spool: `at` in milliseconds since the epoch, `call`, `kind`, `data`."""
    return "".join(
        _encode({"at": round(event.at * 1000), "call": event.call, "kind": event.kind, "data": dict(event.data)}) + "\n"
        for event in events
    )


def checked(event: Event) -> Event:
    """Return an event that can be kept, whatever its kind; ValueError when its call, moment or words are none."""
    if not isinstance(event.call, str) or len(event.call) > _NAME:
        raise ValueError(f"a call's name has {_NAME} characters at most")
    if not 0 <= event.at * 1000 <= _LAST:  # nor is it "not a number"
        raise ValueError(f"{event.at} is no moment of a call")
    words = [event.call, event.kind]
    for name, value in event.data.items():
        words += [name, value] if isinstance(value, str) else [name]
        if not isinstance(value, str | int):
            raise ValueError(f"{name} is neither a text nor a whole number, nor yes or no")  # noqa: TRY004 - of the event
        if isinstance(value, int) and abs(value) >= _WHOLE:
            raise ValueError(f"{name} has a number of {len(str(abs(value)))} digits")
    if any("\0" in word for word in words):
        raise ValueError("a NUL is no character of an event")
    "".join(words).encode()  # half a character raises UnicodeError, a ValueError
    return event


def _read(file: str, most: int | None, events: list[Event], damaged: list[bytes]) -> int | None:
    """Read lines of a file that is being taken out; return where what is left of it begins, None at its end."""
    count = 0
    with open(file, "rb") as lines:  # noqa: PTH123 - importing pathlib takes 5 ms, and a call may wait for it
        lines.seek(_begun(file))
        while most is None or count < most:
            line = lines.readline(_LINE)
            if not line:
                return None
            event = _event_of(line)
            events += [event] if event else []
            damaged += [line] if not event and line.strip() else []
            count += 1
        end = lines.tell()
        return end if lines.read(1) else None


def _begun(file: str) -> int:
    """Return up to which byte a file was taken out: its name tells."""
    told = file.removesuffix(".jsonl").partition("+")[2]
    return int(told) if told.isascii() and told.isdecimal() else 0


def _event_of(line: bytes) -> Event | None:
    try:
        found = json.loads(line)
        call, kind, data, at = found["call"], found["kind"], found["data"], found["at"]
        if not (isinstance(kind, str) and isinstance(data, dict) and isinstance(at, int)):
            return None
        return checked(Event(call, kind, data, at / 1000))
    except Exception:  # noqa: BLE001 - whatever is in the line, the others are taken in
        return None


def complain(text: str) -> None:
    """Tell the log: the daemon's, or Asterisk's console."""
    import logging  # noqa: PLC0415 - 5 ms, for which every call of a site without the daemon would wait

    logging.getLogger(__name__).error(text)
