"""Modes that a distribution's own tool leaves behind (`fwconsole chown`), and putting them right again.

Nothing in the state folder is a program; callers' sounds are for Asterisk, keys and evidence for their owner alone.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from onshore.asterisk.changes import ModeChange

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from onshore.asterisk.config import Account

_PRIVATE = ("ledger.key", "ledger.json", "ledger.sqlite3", "ledger.sqlite3-wal", "ledger.sqlite3-shm", "seal.key")
_SPOOL = "spool"


def repair(state: Path) -> ModeChange | None:
    """Return the change that puts the modes in a state folder right; None when they are."""
    paths = []
    for path in _all(state):
        found = path.lstat()
        mode = stat.S_IMODE(found.st_mode)
        wanted = _wanted(path.relative_to(state).parts, mode, folder=stat.S_ISDIR(found.st_mode))
        if wanted != mode:
            paths.append((path, mode, wanted))
    return ModeChange(state, tuple(paths)) if paths else None


def problems(state: Path, places: tuple[Path, ...], files: tuple[Path, ...], account: Account | None) -> Iterator[str]:
    """Yield a sentence for each file or folder whose mode is wrong.

    `places` are the folders of sounds as Asterisk sees them, `files` Onshore's in Asterisk's folders; a program among
    these (.agi) must be one that Asterisk may start.
    """
    for path in (*_all(state), *files):
        try:
            found = path.stat()
        except OSError:
            continue
        mode = stat.S_IMODE(found.st_mode)
        if path in files:
            may = (4 | 1) if path.suffix == ".agi" else 4
            if account and not _may(account, found, may):
                what = "start" if path.suffix == ".agi" else "read"
                yield f"{path} has the mode {mode:04o}: Asterisk's user {account.user} cannot {what} it"
            continue
        wanted = _wanted(path.relative_to(state).parts, mode, folder=stat.S_ISDIR(found.st_mode))
        if wanted != mode:
            yield f"{path} has the mode {mode:04o}, and should have {wanted:04o}: {_why(mode, wanted)}"
    for place in places:
        if account and place.is_dir() and not _may(account, place.stat(), 4 | 1):
            yield f"{place} has the mode {stat.S_IMODE(place.stat().st_mode):04o}: Asterisk finds no sounds in it"


def _wanted(parts: tuple[str, ...], mode: int, *, folder: bool) -> int:
    """Return the mode of what is there in the state folder, by its path in it. What is not known keeps its own."""
    first = parts[0]
    if first == _SPOOL:
        return 0o700 if folder else 0o600
    if len(parts) == 1 and first in _PRIVATE:
        return 0o600
    if first in {"sounds", "asterisk"}:
        return 0o755 if folder else 0o644
    if first in {"plan.json", "prompts.jsonl"}:
        return 0o644
    return mode if folder else mode & 0o7644


def _why(mode: int, wanted: int) -> str:
    if mode & ~wanted & 0o044:
        return "others can read it"
    if mode & ~wanted & 0o022:
        return "others can change it"
    if mode & ~wanted & 0o111:
        return "it is no program"
    return "Asterisk cannot use it"


def _all(state: Path) -> Iterator[Path]:
    """Yield the folders and files in a state folder, not the folder itself; no link is followed."""
    for folder, names, files in os.walk(state):
        for name in sorted((*names, *files)):
            path = state.joinpath(folder, name)
            if not path.is_symlink() and (path.is_dir() or path.is_file()):
                yield path


def _may(account: Account, found: os.stat_result, bits: int) -> bool:
    if account.uid == 0:
        return bits & 1 == 0 or bool(found.st_mode & 0o111)
    if found.st_uid == account.uid:
        return found.st_mode >> 6 & bits == bits
    if found.st_gid in os.getgrouplist(account.user, account.gid):
        return found.st_mode >> 3 & bits == bits
    return found.st_mode & bits == bits
