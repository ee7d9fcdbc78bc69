"""Taking in what Asterisk's queue_log tells: at once for a command, bite by bite for a daemon."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from onshore import plan as plans
from onshore.errors import LedgerError, OnshoreError
from onshore.evidence import Event, Spool
from onshore.ledger import keys, queuelog, rotation
from onshore.ledger.known import known_calls
from onshore.ledger.opening import append
from onshore.speech import archive

if TYPE_CHECKING:
    from collections.abc import Callable

    from onshore.ledger.privacy import Numbers
    from onshore.ledger.rotation import Bookmark, Part
    from onshore.ledger.settings import Settings
    from onshore.ledger.store import Store
    from onshore.plan import Plan
    from onshore.speech.archive import Version

BOOKMARK = rotation.FILE
AT_ONCE = 20_000  # lines that say something, taken in together by a command
BITE = 200  # the same, by a daemon: a call may have to wait for it
BITE_SECONDS = 0.03  # of reading in a bite
_TOGETHER = 200  # lines read between two looks at the clock


@dataclass(slots=True)
class Imported:
    """What an import has found."""

    lines: int = 0  # read
    strange: int = 0  # lines that are none of queue_log
    events: int = 0  # that were not in the ledger yet
    problems: list[str] = field(default_factory=list)  # what cannot be read, or may be lost


def import_queue_log(
    store: Store, settings: Settings, file: Path | None = None, progress: Callable[[int, int], None] | None = None
) -> Imported:
    """Take in a file of queue_log's; None: Asterisk's own, from where the last import ended, rotated or not.

    The same lines again change nothing. LedgerError when a file cannot be read. `progress` is told bytes.
    """
    following = Following(settings, file)
    try:
        total = following.look()
        while following.waiting:
            following.bite(store, AT_ONCE)
            if progress:
                progress(min(following.done, total), total)
    finally:
        following.close()
    found = following.found
    if not file and not total and settings.queue_log and not Path(settings.queue_log).exists():
        found.problems.append(f"{settings.queue_log} is not there: see `onshore check`")
    following.tell(store)
    return found


class Following:
    """A reader of queue_log that goes on where it stopped, whatever rotates the file meanwhile."""

    def __init__(self, settings: Settings, file: Path | None = None) -> None:
        self.found = Imported()  # since it was last told
        self.done = 0  # bytes read since the last look
        self._settings = settings
        self._named = file
        self._current = Path(settings.queue_log) if settings.queue_log else None
        self._bookmarks = [] if file else rotation.load(settings.state)  # the newest file first
        self._seen = (0, 0)  # inode and size of the current file at the last look
        self._files: list[Part] = []  # of the last look around, the newest last
        self._parts: list[Part] = []  # what is left to be read of them
        self._understanding: _Understanding | None = None

    @property
    def waiting(self) -> bool:
        """Whether there is more to read of what the last look has found."""
        return bool(self._parts)

    def look(self, *, around: bool = True) -> int:
        """Look whether there is anything new; return how many bytes, about (of a compressed file: as it is).

        Without `around`: only when the current file has changed. LedgerError when queue_log cannot be read.
        """
        before = self._seen
        self._forget()
        if self._named:
            self._files = [rotation.whole(self._named)]
        elif self._current:
            seen = _seen(self._current)
            if not around and seen == before:
                self._seen = seen
                return 0
            grown = None if around or seen[0] != before[0] else self._grown(self._current)
            self._files = (
                [grown] if grown else rotation.files(self._current, self._bookmarks, self.found.problems.append)
            )
            if self._files and not grown:  # of files that are gone, none is needed any more
                self._bookmarks = []
            self._seen = seen
        self._parts = [part for part in self._files if part.unread]
        for part in self._files:
            if not part.unread:
                part.close()
        return sum(max(0, part.size - part.offset) for part in self._parts)

    def _grown(self, current: Path) -> Part | None:
        """Return the current file if it is the one that was read last; None: look around."""
        if not self._bookmarks:
            return None
        try:
            part = rotation.whole(current)
        except LedgerError:
            return None
        last = self._bookmarks[0]
        if part.is_of(last) and part.size >= last.offset:
            part.offset = last.offset
            self._bookmarks = self._bookmarks[1:]
            return part
        part.close()
        return None

    def close(self) -> None:
        """Close all files."""
        self._forget()

    def _forget(self) -> None:
        """Read what is left another time."""
        self._bookmarks = self._marked()
        for part in self._files:
            part.close()
        self._files, self._parts, self.done, self._seen = [], [], 0, (0, 0)

    def _marked(self) -> list[Bookmark]:
        return [part.bookmark for part in reversed(self._files) if part.offset] + self._bookmarks

    def bite(self, store: Store, most: int = BITE, seconds: float | None = None) -> None:
        """Take in the next lines, of which `most` say something, for so many seconds of reading at most.

        LedgerError, or SQLAlchemy's: nothing was taken in, and it is read again after the next look.
        """
        until = None if seconds is None else time.monotonic() + seconds
        wanted: set[queuelog.Line] = set()
        lines = strange = 0
        before = [(part, part.offset, part.ended) for part in self._files]
        try:
            while self._parts and len(wanted) < most and (until is None or time.monotonic() < until):
                part = self._parts[0]
                start = part.offset
                found = self._next(part)
                for raw in found:
                    line = queuelog.parse(raw.decode("utf-8", "replace"))
                    strange += line is None and bool(raw.strip())
                    if line and queuelog.concerns(line):
                        wanted.add(line)
                lines += len(found)
                self.done += part.offset - start
                if len(found) < _TOGETHER:
                    self._parts.pop(0).close()
            events = self._append(store, wanted) if wanted else 0
        except BaseException:
            for part, offset, ended in before:
                part.offset, part.ended = offset, ended
            self._forget()
            raise
        self.found.lines += lines
        self.found.strange += strange
        self.found.events += events
        if not self._named:
            rotation.save(self._settings.state, self._marked())

    def _next(self, part: Part) -> list[bytes]:
        try:
            return part.lines(_TOGETHER)
        except rotation.UNREADABLE as error:
            if part.current or self._named:
                raise rotation.unreadable(part.file, error) from None
            self.found.problems.append(f"{rotation.unreadable(part.file, error)}; the rest of it was left out")
            return []

    def _append(self, store: Store, lines: set[queuelog.Line]) -> int:
        if self._understanding is None or not self._understanding.current(self._settings):
            self._understanding = _Understanding.of(self._settings)
        known = known_calls(store.engine, lines)
        found = queuelog.events_of(lines, self._understanding.plan, self._understanding.versions, known)
        numbers = self._understanding.numbers
        kept = [
            replace(one, data=numbers.caller(str(one.data["number"]))) if one.kind == "caller" else one for one in found
        ]
        return append(store, [one for one in kept if one.data], Spool(self._settings.state))

    def tell(self, store: Store) -> None:
        """Write into the ledger what was taken in since this was last called, if anything was new; count anew."""
        if self.found.events:
            name = str(self._named or self._settings.queue_log)
            data: dict[str, str | int | bool] = {
                "file": name,
                "lines": self.found.lines,
                "events": self.found.events,
            }
            store.append([Event("", "imported", data)])
        self.found = Imported()


@dataclass(frozen=True, slots=True)
class _Understanding:
    """What makes events of lines: what `build` made, and the key of callers' numbers."""

    plan: Plan
    versions: dict[str, Version]  # prompts by id
    numbers: Numbers
    made: tuple[int, int]  # when plan and prompts were

    @classmethod
    def of(cls, settings: Settings) -> _Understanding:
        made = _made(settings)
        try:
            plan = plans.load(settings.state / plans.FILE)
            versions = {version.id: version for version in archive.read(settings.state / archive.FILE).values()}
        except OnshoreError as error:
            raise LedgerError(f"queue_log cannot be understood without what `onshore build` made: {error}") from None
        return cls(plan, versions, keys.numbers(settings), made)

    def current(self, settings: Settings) -> bool:
        """Return whether nobody has built anew since."""
        return self.made == _made(settings)


def _made(settings: Settings) -> tuple[int, int]:
    moments = []
    for name in (plans.FILE, archive.FILE):
        try:
            moments.append((settings.state / name).stat().st_mtime_ns)
        except OSError:
            moments.append(0)
    return moments[0], moments[1]


def _seen(file: Path) -> tuple[int, int]:
    try:
        status = file.stat()
    except OSError:
        return 0, 0
    return status.st_ino, status.st_size
