"""Files read and written whole: atomically where that can be, with their owner, mode and attributes kept."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

# What a file mounted on its own, or somebody else's in a folder that is ours, answers to being replaced.
_IN_PLACE = (errno.EBUSY, errno.EXDEV, errno.EPERM, errno.EACCES)


@dataclass(frozen=True, slots=True)
class File:
    """What a file holds, and whose it is."""

    content: bytes
    mode: int = 0o644
    uid: int = -1  # -1: whoever writes it
    gid: int = -1


def read_file(path: Path) -> File | None:
    """Return what is in a file, None when there is none; OSError when it cannot be read or is no file."""
    try:
        with path.open("rb") as stream:
            found = os.fstat(stream.fileno())
            return File(stream.read(), stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid)
    except FileNotFoundError:
        return None


def write_file(path: Path, file: File, *, new: bool, follow: bool = True) -> None:
    """Write a file whole. A link is followed; a file that was there keeps owner, mode, access list and attributes.

    With `follow` off a link is replaced: in a folder of Asterisk's user it could lead root anywhere.

    Another program sees the old content or the new one. Only where the file cannot be replaced (it is mounted on its
    own, has another hard link, or belongs to somebody else in a folder that is not ours) is it written in its place.
    """
    target = Path(os.path.realpath(path)) if follow else path
    if not new and target.stat().st_nlink > 1:
        _overwrite(target, file.content)
        return
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".onshore", dir=target.parent)
    except PermissionError:
        if new:
            raise
        _overwrite(target, file.content)
        return
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(file.content)
            stream.flush()
            # By the open file, not by its name: who has the folder could put a link there meanwhile.
            opened = stream.fileno()
            if new:
                owned(opened, file.uid, file.gid)
                os.fchmod(opened, file.mode)
            else:
                found = target.stat()
                os.fchown(opened, found.st_uid, found.st_gid)
                shutil.copystat(target, f"/proc/self/fd/{opened}")
                if stat.S_IMODE(found.st_mode) != file.mode:
                    os.fchmod(opened, file.mode)
                os.utime(opened)  # Asterisk reads a file again when its time has changed
            os.fsync(stream.fileno())
        temporary.replace(target)
    except OSError as error:
        _discard(temporary)
        if new or error.errno not in _IN_PLACE:  # a full disk, above all, must not cost the old content
            raise
        _overwrite(target, file.content)
    except BaseException:
        _discard(temporary)
        raise
    _sync(target.parent)


def remove_file(path: Path, *, follow: bool = True) -> None:
    """Remove a file (of a link, what it leads to; with `follow` off, the link)."""
    target = Path(os.path.realpath(path)) if follow else path
    target.unlink()
    _sync(target.parent)


def owned(opened: int, uid: int, gid: int) -> None:
    """Give a new file, open, to its owner. Who is not root keeps it, and what that means is checked elsewhere."""
    with contextlib.suppress(PermissionError):
        os.fchown(opened, uid, gid)


def _overwrite(target: Path, content: bytes) -> None:
    before = target.read_bytes()
    try:
        _put(target, content)
    except OSError:
        _put(target, before)
        raise


def _put(target: Path, content: bytes) -> None:
    with target.open("r+b") as stream:
        stream.write(content)
        stream.truncate()
        stream.flush()
        os.fsync(stream.fileno())


def _discard(temporary: Path) -> None:
    with contextlib.suppress(OSError):
        temporary.unlink()


def _sync(folder: Path) -> None:
    """Make a change of names last; a folder that cannot be opened for it is no reason to fail."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
