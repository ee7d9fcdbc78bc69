"""Taking in what was written elsewhere: the spool, and what the dialplan's fallback did, from Asterisk's queue_log."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from onshore import owner
from onshore import plan as plans
from onshore.errors import LedgerError, OnshoreError
from onshore.evidence import Event
from onshore.ledger import keys, queuelog
from onshore.ledger.schema import calls
from onshore.speech import archive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from onshore.ledger.settings import Settings
    from onshore.ledger.store import Store

BOOKMARK = "queue_log.json"  # in the state folder: which file was read, and how far
AT_ONCE = 2000  # events appended in one transaction: a daemon may be waiting


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import has found."""

    lines: int  # read
    strange: int  # lines that are none of queue_log
    events: int  # that were not in the ledger yet


def import_queue_log(
    store: Store, settings: Settings, file: Path | None = None, progress: Callable[[int, int], None] | None = None
) -> Imported:
    """Take in a file of queue_log's; None: Asterisk's own, from where the last import ended, rotated or not.

    The same lines again change nothing. LedgerError when a file cannot be read. `progress` is told bytes.
    """
    places = [(file, 0)] if file else _unread(settings)
    total = sum(max(0, _size(place) - offset) for place, offset in places)
    lines, strange, done = 0, 0, 0
    wanted: set[queuelog.Line] = set()
    bookmark: tuple[Path, int] | None = None
    for place, offset in places:
        end = offset
        for raw in _lines(place, offset):
            lines += 1
            end += len(raw)
            line = queuelog.parse(raw.decode("utf-8", "replace"))
            strange += line is None and bool(raw.strip())
            if line and queuelog.concerns(line):
                wanted.add(line)
            if progress and lines % 10_000 == 0:
                progress(done + end - offset, total)
        done += end - offset
        bookmark = (place, end)
    events = _appended(store, settings, wanted)
    if bookmark and file is None:
        _remember(settings, *bookmark)
    if events:
        name = str(file or settings.queue_log)
        store.append([Event("", "imported", {"file": name, "lines": lines, "events": events})])
    return Imported(lines, strange, events)


def _appended(store: Store, settings: Settings, lines: set[queuelog.Line]) -> int:
    if not lines:
        return 0
    try:
        plan = plans.load(settings.state / plans.FILE)
        versions = {version.id: version for version in archive.read(settings.state / archive.FILE).values()}
    except OnshoreError as error:
        raise LedgerError(f"queue_log cannot be understood without what `onshore build` made: {error}") from None
    found = queuelog.events_of(lines, plan, versions, _known(store, lines))
    numbers = keys.numbers(settings)
    kept = [
        replace(one, data=numbers.caller(str(one.data["number"]))) if one.kind == "caller" else one for one in found
    ]
    kept = [one for one in kept if one.data]
    return sum(store.append(kept[start : start + AT_ONCE], again=True) for start in range(0, len(kept), AT_ONCE))


def _known(store: Store, lines: Iterable[queuelog.Line]) -> dict[str, str]:
    """Return the calls of the ledger by UNIQUEID, of lines that do not tell it themselves."""
    told = {line.unique_id for line in lines if line.event.startswith("ONSHORE")}
    found = {}
    with store.engine.connect() as connection:
        for unique_id in {line.unique_id for line in lines} - told:
            wanted = select(calls.c.call).where(calls.c.call > f"{unique_id}-", calls.c.call < f"{unique_id}.").limit(1)
            call = connection.scalar(wanted)
            if call:
                found[unique_id] = call
    return found


def _unread(settings: Settings) -> list[tuple[Path, int]]:
    """Return the files to read, and from where: what is left of a file that was rotated, then the current one."""
    if not settings.queue_log:
        return []
    current = Path(settings.queue_log)
    try:
        found = json.loads((settings.state / BOOKMARK).read_text("ascii"))
        inode, offset = int(found["inode"]), int(found["offset"])
    except (OSError, ValueError, KeyError, TypeError):
        inode, offset = 0, 0
    if _inode(current) == inode:
        return [(current, offset if offset <= _size(current) else 0)]
    rotated = [file for file in current.parent.glob(f"{current.name}*") if inode and _inode(file) == inode]
    places = [(file, offset) for file in rotated]
    return [*places, (current, 0)] if current.exists() else places


def _remember(settings: Settings, file: Path, offset: int) -> None:
    place = settings.state / BOOKMARK
    with suppress(OSError):  # all is read again next time, and changes nothing
        owner.replace(place, json.dumps({"inode": _inode(file), "offset": offset}).encode())


def _lines(file: Path, offset: int) -> Iterator[bytes]:
    """Return whole lines; one that Asterisk is just writing is left for the next time."""
    try:
        with file.open("rb") as stream:
            stream.seek(offset)
            for raw in stream:
                if raw.endswith(b"\n"):
                    yield raw
    except OSError as error:
        raise LedgerError(f"{file} cannot be read: {error.strerror}; run this as a user who may read it") from None


def _inode(file: Path) -> int:
    try:
        return file.stat().st_ino
    except OSError:
        return 0


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
