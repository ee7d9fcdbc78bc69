"""Changes to files, links, folders and owners, as data: shown first, then done all together or not at all."""

from __future__ import annotations

import difflib
import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from onshore.asterisk.writing import File, owned, read_file, remove_file, write_file
from onshore.errors import InstallError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file is made (`before` is None), changed, or removed (`after` is None).

    A symbolic link is followed, as an admin's own may be; one in the place of Onshore's books is replaced.
    """

    path: Path
    before: File | None
    after: File | None
    private: bool = False  # Onshore's own books: of no interest to a reader of the diff

    def do(self) -> None:
        """Do it; InstallError when somebody else changed the file meanwhile."""
        found = read_file(self.path)
        if (found and found.content) != (self.before and self.before.content):
            raise InstallError(f"{self.path} was changed by somebody else at this very moment: try again")
        if self.after:
            write_file(self.path, self.after, new=self.before is None, follow=not self.private)
        else:
            remove_file(self.path, follow=not self.private)

    def reverse(self) -> FileChange:
        """Return the change that undoes this one."""
        return replace(self, before=self.after, after=self.before)

    def diff(self) -> str:
        r"""Return it as a unified diff. Bytes that are not UTF-8 are shown as `\xNN`."""
        if self.private:
            return ""
        before, after = (_lines(side) for side in (self.before, self.after))
        old, new = (str(self.path) if side else "/dev/null" for side in (self.before, self.after))
        lines = difflib.unified_diff(before, after, old, new)
        mode = f"# mode {self.after.mode:04o}\n" if self.after and not self.before else ""
        return mode + "".join(
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
        )


def _lines(file: File | None) -> list[str]:
    text = file.content.decode(errors="backslashreplace") if file else ""
    *whole, rest = text.split("\n")  # splitlines would also split at a lone carriage return, and at other things
    return [f"{line}\n" for line in whole] + ([rest] if rest else [])


@dataclass(frozen=True, slots=True)
class LinkChange:
    """A symbolic link is made, or removed."""

    path: Path
    before: str | None  # where it leads
    after: str | None

    def do(self) -> None:
        """Do it."""
        if self.before is not None:
            if not self.path.is_symlink() or str(self.path.readlink()) != self.before:
                raise InstallError(f"{self.path} was changed by somebody else at this very moment: try again")
            self.path.unlink()
        if self.after is not None:
            self.path.symlink_to(self.after)

    def reverse(self) -> LinkChange:
        """Return the change that undoes this one."""
        return replace(self, before=self.after, after=self.before)

    def diff(self) -> str:
        """Return it as lines."""
        sides = (("-", self.before), ("+", self.after))
        return "".join(f"{sign}link {self.path} -> {target}\n" for sign, target in sides if target is not None)


@dataclass(frozen=True, slots=True)
class FolderChange:
    """A folder is made, or removed when there is nothing in it."""

    path: Path
    made: bool  # else removed
    mode: int = 0o755
    uid: int = -1  # -1: whoever does it
    gid: int = -1

    def do(self) -> None:
        """Do it."""
        if not self.made:
            self.path.rmdir()
            return
        self.path.mkdir()
        opened = os.open(self.path, os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            os.fchmod(opened, self.mode)  # whatever the umask
            owned(opened, self.uid, self.gid)
        finally:
            os.close(opened)

    def reverse(self) -> FolderChange:
        """Return the change that undoes this one."""
        return replace(self, made=not self.made)

    def diff(self) -> str:
        """Return it as a line."""
        return f"{'+' if self.made else '-'}folder {self.path}\n"


@dataclass(frozen=True, slots=True)
class OwnerChange:
    """Files and folders get another owner; links are not followed, wherever on the way one is put meanwhile."""

    root: Path
    name: str  # "asterisk:asterisk"
    paths: tuple[tuple[Path, int, int], ...]  # each with the user and group that it has
    owner: tuple[int, int] | None  # None: back to what each had

    def do(self) -> None:
        """Do it. A file that has gone meanwhile needs no owner."""
        for path, uid, gid in self.paths:
            try:
                with _folder_of(path, self.root) as folder:
                    os.chown(path.name, *(self.owner or (uid, gid)), dir_fd=folder, follow_symlinks=False)
            except FileNotFoundError:
                continue

    def reverse(self) -> OwnerChange:
        """Return the change that undoes this one; it is good only after this one was done."""
        return replace(self, owner=None)

    def diff(self) -> str:
        """Return it as a line."""
        return f"+owner {self.name} of {self.root}, and all that is in it ({len(self.paths)} now of somebody else)\n"


@dataclass(frozen=True, slots=True)
class ModeChange:
    """Files and folders get other modes; links are not followed, wherever on the way one is put meanwhile."""

    root: Path
    paths: tuple[tuple[Path, int, int], ...]  # each with the mode that it has, and that it is to have

    def do(self) -> None:
        """Do it. A file that has gone meanwhile needs no mode."""
        for path, _, mode in self.paths:
            try:
                with _folder_of(path, self.root) as folder:
                    opened = os.open(path.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
                    try:
                        os.fchmod(opened, mode)
                    finally:
                        os.close(opened)
            except FileNotFoundError:
                continue

    def reverse(self) -> ModeChange:
        """Return the change that undoes this one."""
        return replace(self, paths=tuple((path, after, before) for path, before, after in self.paths))

    def diff(self) -> str:
        """Return it as lines."""
        return "".join(f"-mode {before:04o} {path}\n+mode {after:04o} {path}\n" for path, before, after in self.paths)


@contextmanager
def _folder_of(path: Path, root: Path) -> Iterator[int]:
    """Give the open folder that a path is in; below `root` no link is followed on the way."""
    opened = os.open(root.parent if path == root else root, os.O_DIRECTORY)
    try:
        for name in path.relative_to(root).parts[:-1]:
            below = os.open(name, os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=opened)
            os.close(opened)
            opened = below
        yield opened
    finally:
        os.close(opened)


Change = FileChange | LinkChange | FolderChange | OwnerChange | ModeChange


def do_all(changes: Sequence[Change]) -> None:
    """Do every change, or none: what was done is undone when one fails. InstallError says which, and why."""
    check(changes)
    done: list[Change] = []
    try:
        for change in changes:
            # Counted before it is done: it may fail halfway, as with an owner.
            done.append(change)
            change.do()
    except BaseException as error:
        failed = done[-1]
        left = _undo(done)
        if not isinstance(error, (OSError, InstallError)):
            raise
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InstallError(
            f"{path_of(failed)}: {reason}. Nothing was changed"
            + (f", but could not be undone: {left}" if left else ".")
        ) from error


def _undo(done: list[Change]) -> str:
    """Undo what was done, the last one first; return what could not be undone."""
    left = []
    last = len(done) - 1
    for index in range(last, -1, -1):
        change = done[index]
        try:
            if index < last or isinstance(change, OwnerChange | ModeChange) or _happened(change):
                change.reverse().do()
        except (OSError, InstallError) as error:
            left.append(f"{path_of(change)} ({error})")
    return ", ".join(left)


def _happened(change: Change) -> bool:
    """Tell whether a change that failed took place all the same."""
    match change:
        case FileChange():
            found = read_file(change.path)
            return (found and found.content) != (change.before and change.before.content)
        case LinkChange():
            return change.after is not None and change.path.is_symlink() and str(change.path.readlink()) == change.after
        case FolderChange():
            return change.made and change.path.is_dir()
        case OwnerChange() | ModeChange():
            return True


def path_of(change: Change) -> Path:
    """Return what a change is about."""
    return change.root if isinstance(change, OwnerChange | ModeChange) else change.path


def check(changes: Iterable[Change]) -> None:
    """Raise InstallError, naming each, when there are files or folders that we may not write."""
    made: set[Path] = set()
    refused: list[str] = []
    for change in changes:
        if isinstance(change, OwnerChange | ModeChange):
            continue
        if isinstance(change, FolderChange) and change.made:
            made.add(change.path)
        reason = "" if change.path.parent in made else _refusal(change)
        if reason:
            refused.append(f"{change.path} cannot be written: {reason}")
    if refused:
        hint = "" if os.geteuid() == 0 else "\nRun it as root, or as a user who may write there."
        raise InstallError("\n".join(refused) + hint + "\nNothing was changed.")


def _refusal(change: FileChange | LinkChange | FolderChange) -> str:
    """Return why a change will not be possible, or "" when it seems to be."""
    folder = change.path.parent
    if isinstance(change, FileChange) and change.before and change.after:
        try:
            with change.path.open("r+b"):
                return ""
        except OSError as error:
            return str(error.strerror)
    if not folder.is_dir():
        return f"the folder {folder} is not there"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"the folder {folder} is not ours to write"
    return ""


def owners(root: Path, name: str, uid: int, gid: int, leave: Path) -> OwnerChange | None:
    """Return the change that gives a folder and all in it, except `leave`, to an owner; None when it already is so."""
    paths = []
    for path in (root, *sorted(root.rglob("*"))):
        found = path.lstat()
        if path != leave and (found.st_uid, found.st_gid) != (uid, gid) and not stat.S_ISSOCK(found.st_mode):
            paths.append((path, found.st_uid, found.st_gid))
    return OwnerChange(root, name, tuple(paths), (uid, gid)) if paths else None
