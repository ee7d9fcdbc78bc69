"""Files written whole, or not at all."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from onshore.asterisk.writing import File, read_file, write_file

if TYPE_CHECKING:
    from pathlib import Path


def test_a_full_disk_costs_neither_the_old_content_nor_leaves_a_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new content goes beside the old one, and is thrown away when it does not fit."""
    path = tmp_path / "extensions.conf"
    path.write_bytes(b"old")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_file(path, File(b"new"), new=False)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_in_its_place_gets_its_old_content_back_when_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file with another hard link has to be written in its place, and must not end half-written either."""
    path, other = tmp_path / "extensions.conf", tmp_path / "other"
    path.write_bytes(b"old")
    other.hardlink_to(path)
    failures = [OSError(errno.ENOSPC, "No space left on device")]

    def full_once(_handle: int) -> None:
        if failures:
            raise failures.pop()

    monkeypatch.setattr(os, "fsync", full_once)
    with pytest.raises(OSError, match="No space left"):
        write_file(path, File(b"new and longer"), new=False)
    assert other.read_bytes() == b"old"
    write_file(path, File(b"new"), new=False)
    assert other.read_bytes() == b"new"


def test_a_file_is_seen_to_have_changed(tmp_path: Path) -> None:
    """Its time is new, as Asterisk goes by that; its mode is the old one."""
    path = tmp_path / "extensions.conf"
    path.write_bytes(b"old")
    path.chmod(0o604)
    os.utime(path, (1, 1))
    before = read_file(path)
    assert before
    write_file(path, File(b"new", before.mode), new=False)
    assert path.stat().st_mtime > 1
    assert path.stat().st_mode & 0o7777 == 0o604


def test_a_new_file_has_its_mode_whatever_the_umask(tmp_path: Path) -> None:
    """Asterisk's user has to read it, even when root's umask is strict."""
    before = os.umask(0o077)
    try:
        write_file(tmp_path / "onshore.agi", File(b"#!", 0o755), new=True)
    finally:
        os.umask(before)
    assert (tmp_path / "onshore.agi").stat().st_mode & 0o7777 == 0o755


@pytest.mark.parametrize("number", [errno.EBUSY, errno.EXDEV, errno.EPERM, errno.EACCES])
@pytest.mark.parametrize("size", [0, 3, 100_000])
def test_a_file_that_cannot_be_replaced_is_written_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, size: int
) -> None:
    """A container's extensions.conf is mounted as one file, and does not let itself be replaced: its content is."""
    path = tmp_path / "extensions.conf"
    path.write_bytes(b"old content")
    inode = path.stat().st_ino

    def refused(_self: Path, _target: Path) -> Path:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(type(path), "replace", refused)
    write_file(path, File(b"n" * size), new=False)
    assert (path.read_bytes(), path.stat().st_ino) == (b"n" * size, inode)
    assert list(tmp_path.iterdir()) == [path]
