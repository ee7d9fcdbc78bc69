"""What a call flow tells about a call, and where it goes.

Until there is a ledger, events go to the log as JSON lines. Imports the standard library alone: read during calls.
"""

from __future__ import annotations

import errno
import json
import os
import time
from dataclasses import dataclass, field

TYPE_CHECKING = False  # type checkers know better; importing `typing` takes 6 ms, and a call may wait for it
if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike
    from typing import Protocol
else:
    Protocol = object


EVENTS = "log/events.jsonl"  # in the state folder

_APPEND = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC

_encode = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened on a call."""

    call: str  # ONSHORE_CALL
    kind: str  # "arrived", "language", "disclosed", "offered", "key", "choice", "routed", "ended", "fallback", …
    data: Mapping[str, str | int | bool]
    at: float = field(default_factory=time.time)  # seconds since the epoch


class Evidence(Protocol):
    """Where events go."""

    def add(self, event: Event) -> None:
        """Take an event in. It is safe only after `commit`."""

    async def commit(self) -> None:
        """Return when every event taken in so far is safe. Never raises: a call must go on."""


class EventLog:
    """Events as JSON lines in a file: `at` (ISO 8601, UTC), `call`, `event`, then what is told of it.

    Each commit opens the file anew, so that it can be rotated, and appends with one write, so that processes side by
    side do not mix their lines. A last line that was cut off, by a full disk or a power cut, stays alone: the next
    begins below it. What cannot be written goes to the log instead, with the reason, and the call goes on.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = os.fspath(path)
        self._waiting: list[Event] = []

    def add(self, event: Event) -> None:
        """Take an event in. It is safe only after `commit`."""
        self._waiting.append(event)

    async def commit(self) -> None:
        """Append every event taken in so far. Never raises: a call must go on."""
        events, self._waiting = self._waiting, []
        if not events:
            return
        lines = "".join(map(_json_line, events))
        try:
            self._append(lines.encode())
        except OSError as error:
            _complain(f"{self.path} cannot be written ({error}); its lines follow here:\n{lines.rstrip()}")

    def _append(self, lines: bytes) -> None:
        try:
            file = os.open(self.path, _APPEND)
        except FileNotFoundError:
            file = self._begin()
        try:
            size = os.fstat(file).st_size
            if size and os.pread(file, 1, size - 1) != b"\n":
                lines = b"\n" + lines
            written = os.write(file, lines)
            if written < len(lines):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            os.close(file)

    def _begin(self) -> int:
        """Make the file and its folder, for whoever has the folder above: Asterisk's user goes on where root began."""
        folder = os.path.dirname(self.path)  # noqa: PTH120 - importing pathlib takes 5 ms, and every call of a site without the daemon waits for it
        above = folder
        if not os.path.isdir(folder):  # noqa: PTH112 - the same
            above = os.path.dirname(folder)  # noqa: PTH120 - the same
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - the same
        file = os.open(self.path, _APPEND | os.O_CREAT, 0o640)
        if os.geteuid() == 0:
            owner = os.stat(above)  # noqa: PTH116 - the same
            os.fchown(file, owner.st_uid, owner.st_gid)
            os.chown(folder, owner.st_uid, owner.st_gid, follow_symlinks=False)
        return file


def _json_line(event: Event) -> str:
    whole, fraction = divmod(int(event.at * 1000), 1000)
    at = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(whole))}.{fraction:03d}Z"
    record = {"at": at, "call": event.call, "event": event.kind, **event.data}
    return _encode(record) + "\n"


def _complain(text: str) -> None:
    import logging  # noqa: PLC0415 - 5 ms, for which every call of a site without the daemon would wait

    logging.getLogger(__name__).error(text)
