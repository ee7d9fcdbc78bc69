"""Whether Asterisk's user gets at what Onshore gives it, by the bits of every folder on the way."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from onshore.asterisk.config import Account

_READ, _WRITE, _PASS = 4, 2, 1


def problems(account: Account, state: Path, files: tuple[Path, ...], *, ours: bool) -> Iterator[str]:
    """Yield a sentence for each thing that an account must do and cannot: write in `state`, read each of `files`.

    `ours`: the state folder will belong to the account, so that only the way to it matters.
    """
    for path in filter(_exists, (state, *files)):
        ways = (*reversed(path.parents), *reversed(path.resolve().parents))
        closed = next((folder for folder in ways if not _may(account, folder, _PASS)), None)
        if closed:
            yield (
                f"Asterisk's user {account.user} cannot get to {path}: "
                f"keep it elsewhere, or let everybody pass the folder with chmod o+x {closed}"
            )
        elif path != state and not _may(account, path, _READ):
            yield f"Asterisk's user {account.user} cannot read {path}: chmod o+r {path}"
    if not ours:
        closed_state = next((path for path in (state, *sorted(state.rglob("*"))) if not _usable(account, path)), None)
        if closed_state:
            yield (
                f"Asterisk's user {account.user} cannot use {closed_state}: "
                f"chown -R {account.user}:{account.group} {state}"
            )


def may_use(account: Account, path: Path) -> bool:
    """Return whether an account may read and write a file, or work in a folder, and get there."""
    bits = _READ | _WRITE | (_PASS if path.is_dir() else 0)
    ways = path.resolve().parents
    return _may(account, path, bits) and all(_may(account, folder, _PASS) for folder in ways)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError:  # it is there, or it is not: nothing that we could say
        return False


def _usable(account: Account, path: Path) -> bool:
    if path.is_symlink():
        return True
    return _may(account, path, _READ | _WRITE | _PASS if path.is_dir() else _READ)


def _may(account: Account, path: Path, bits: int) -> bool:
    found = path.stat()
    if account.uid == 0:
        return True
    if found.st_uid == account.uid:
        return found.st_mode >> 6 & bits == bits
    if found.st_gid in os.getgrouplist(account.user, account.gid):
        return found.st_mode >> 3 & bits == bits
    return found.st_mode & bits == bits
