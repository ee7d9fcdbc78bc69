"""Files put into their places, all of them or none: nothing is ever half-written."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from onshore import owner

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path


def put(moves: Sequence[tuple[Path, Path]], gone: Sequence[Path] = (), private: Collection[str] = ()) -> None:
    """Move files into their places and take others away, all of it or nothing; readable for Asterisk.

    `private` has the names of files that only their owner may read.
    Each new file must be on the file system of its place. OSError: everything is as it was.
    """
    undo: list[tuple[Path, Path | None]] = []
    folders: list[Path] = []
    for new, place in moves:
        new.chmod(0o600 if place.name in private else 0o644)
        with new.open("rb") as file:
            os.fsync(file.fileno())
    try:
        for new, place in moves:
            folders += make_folder(place.parent)
            undo.append((place, _set_aside(place, new)))
            new.replace(place)
        for number, place in enumerate(gone):
            undo.append((place, _set_aside(place, moves[0][0].with_name(f".gone-{number}"))))
            place.unlink()
        for folder in {place.parent for place, _ in undo}:
            _sync(folder)
    except OSError:
        for place, before in reversed(undo):
            if before is None:
                place.unlink(missing_ok=True)
            else:
                before.replace(place)
        for folder in reversed(folders):
            folder.rmdir()
        raise


def _set_aside(place: Path, new: Path) -> Path | None:
    """Keep what is in a place, beside what is to come: putting it back then needs no room on a full disk."""
    kept = new.with_name(f"{new.name}.before")
    try:
        kept.hardlink_to(place)
    except FileNotFoundError:
        return None
    except OSError:  # no hard links here
        shutil.copy2(place, kept)
    return kept


def make_folder(folder: Path) -> list[Path]:
    """Make a folder, and those above it, readable for Asterisk; all or none. Return those made.

    They belong to whoever has the folder that they are in.
    """
    made: list[Path] = []
    nearest = _nearest(folder)
    try:
        for one in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
            one.mkdir(mode=0o755, exist_ok=True)
            made.append(one)
            one.chmod(0o755)
            owner.give(one, nearest)
    except OSError:
        for one in reversed(made):
            with suppress(OSError):
                one.rmdir()
        raise
    return made


def _nearest(folder: Path) -> Path:
    """Return the folder itself, or the nearest above it that is there."""
    return next(one for one in (folder, *folder.parents) if one.exists())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
