"""Where in queue_log to go on reading, whatever has rotated it meanwhile.

A bookmark knows a file by how it begins, not by its name or its inode: it is found again when it was renamed,
compressed, or copied and truncated in place. There is one for each file that is still there, so that it does not matter
how they are named: queue_log.0 to .9, rising numbers, .1795471189, -20261124.gz.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import json
import lzma
import os
import re
import stat
import zlib
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from onshore import owner
from onshore.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

FILE = "queue_log.json"  # in the state folder

_HEAD = 4096  # bytes by which a file is known
_LINE = 64 * 1024  # bytes: Asterisk writes no line of more than 8 KB
_OPENERS: dict[str, Callable[[Path], object]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
UNREADABLE = (OSError, EOFError, lzma.LZMAError, zlib.error)
_TRIES = 20  # to have the files as they are at one moment


@dataclass(frozen=True, slots=True)
class Bookmark:
    """How far a file was read."""

    head: str  # SHA-256 of how it begins
    size: int  # so many bytes of it
    offset: int  # what was read of it, in bytes of the log itself
    ended: int  # bytes that the file had on the disk when it was read to its end; 0: it was not


@dataclass(eq=False, slots=True)
class Part:
    """A file, and from where it is to be read."""

    file: Path
    stream: BinaryIO
    head: bytes
    began: int  # the moment of its first line, seconds since 1970
    changed: int  # the same
    size: int  # bytes on the disk
    current: bool  # the one that Asterisk writes into
    offset: int = 0
    ended: int = 0  # as in its bookmark

    def close(self) -> None:
        """Close the file."""
        self.stream.close()

    def is_of(self, bookmark: Bookmark) -> bool:
        """Return whether it is the file of a bookmark, under whatever name."""
        return len(self.head) >= bookmark.size and _hash(self.head[: bookmark.size]) == bookmark.head

    @property
    def unread(self) -> bool:
        """Whether there may be more to read."""
        return self.size != self.ended

    @property
    def bookmark(self) -> Bookmark:
        """A bookmark at the place up to which it was read."""
        size = min(self.offset, len(self.head))
        return Bookmark(_hash(self.head[:size]), size, self.offset, self.ended)

    def lines(self, most: int) -> list[bytes]:
        """Return the next whole lines, and go on behind them; one that is just being written is left for the next time.

        OSError, EOFError or LZMAError when it cannot be read (any further).
        """
        found: list[bytes] = []
        if self.stream.tell() != self.offset:
            self.stream.seek(self.offset)
        while len(found) < most:
            line = self.stream.readline(_LINE)
            if not line or (not line.endswith(b"\n") and len(line) < _LINE):
                break
            self.offset += len(line)
            found.append(line)
        if len(found) < most:
            self.ended = self.size
        return found


def load(state: Path) -> list[Bookmark]:
    """Return the bookmarks of a state folder, the newest file first; none when there are none."""
    try:
        found = [Bookmark(**one) for one in json.loads((state / FILE).read_text("ascii"))["files"]]
        good = all(0 < one.size <= min(one.offset, _HEAD) and one.ended >= 0 for one in found)
    except (OSError, ValueError, TypeError, KeyError):
        return []
    return found if good else []


def save(state: Path, bookmarks: Sequence[Bookmark]) -> None:
    """Keep bookmarks, for whoever has the state folder. Never raises: all is read again then, and changes nothing."""
    with suppress(OSError):
        owner.replace(state / FILE, json.dumps({"files": [asdict(one) for one in bookmarks]}).encode())


def files(current: Path, bookmarks: Sequence[Bookmark], tell: Callable[[str], None]) -> list[Part]:
    """Return queue_log and what it was rotated to, open, in the order in which they were written, each at its bookmark.

    `tell` is told of what may be missing. LedgerError when the current file cannot be read.
    """
    found = _all(current, tell)
    for part in found:
        known = max(filter(part.is_of, bookmarks), key=lambda one: one.size, default=None)
        if known:
            part.offset, part.ended = known.offset, known.ended
    if found and bookmarks and not any(part.is_of(bookmarks[0]) for part in found):
        tell(
            f"what {current} was when it was last read is gone, and lines of it may be lost; all that is there and was "
            f"not read yet is read from the beginning"
        )
    return sorted(found, key=lambda part: (part.current, part.began, part.changed, part.file.name))


def _all(current: Path, tell: Callable[[str], None]) -> list[Part]:
    """Open all files as they are at one moment: a rotation meanwhile changes names, and they are opened again."""
    for _ in range(_TRIES):
        before = _names(current)
        found: list[Part] = []
        problems = []
        for file in before:
            try:
                part = _opened(file, current)
            except FileNotFoundError:
                continue
            except UNREADABLE as error:
                if file == current:
                    raise unreadable(file, error) from None
                problems.append(f"{unreadable(file, error)}: `onshore ledger import {file}`")
                continue
            if part.head:  # an empty one is not begun yet: the one before it may not have ended
                found.append(part)
            else:
                part.close()
        if _names(current) == before:
            for problem in problems:
                tell(problem)
            return found
        for part in found:
            part.close()
    raise LedgerError(f"the files {current}* change all the time: try again")


def _names(current: Path) -> dict[Path, tuple[int, int]]:
    """Return queue_log and what it may have been rotated to, each with what it is on the disk."""
    found: dict[Path, tuple[int, int]] = {}
    try:
        entries = sorted(current.parent.iterdir())
    except OSError as error:
        raise LedgerError(f"{current.parent} cannot be read: {error.strerror}; run this as a user who may") from None
    for file in entries:
        if file == current or (file.name.startswith(current.name) and file.name[len(current.name)] in ".-"):
            try:
                status = file.stat()
            except OSError:
                continue
            if stat.S_ISREG(status.st_mode):
                found[file] = (status.st_dev, status.st_ino)
    return found


def _opened(file: Path, current: Path) -> Part:
    opener = _OPENERS.get(file.suffix)
    stream = cast("BinaryIO", opener(file) if opener else file.open("rb"))
    try:
        head = stream.read(_HEAD)
        status = os.fstat(stream.fileno())
    except BaseException:
        stream.close()
        raise
    first = next((found[1] for line in head.split(b"\n") if (found := re.match(rb"\0*([0-9]{1,10})\|", line))), b"")
    changed = status.st_mtime_ns
    return Part(file, stream, head, int(first) if first else changed // 10**9, changed, status.st_size, file == current)


def whole(file: Path) -> Part:
    """Return a file that somebody has named, to be read from its beginning; LedgerError when it cannot be."""
    try:
        return _opened(file, file)
    except UNREADABLE as error:
        raise unreadable(file, error) from None


def unreadable(file: Path, error: Exception) -> LedgerError:
    """Return the error of a file that cannot be read."""
    return LedgerError(f"{file} cannot be read: {_reason(error)}; run this as a user who may read it")


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _hash(head: bytes) -> str:
    return hashlib.sha256(head).hexdigest()
