"""From what is there and what is wanted to the changes between. Reads the disk, writes nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from onshore.asterisk.changes import FileChange, FolderChange, LinkChange
from onshore.asterisk.include import OWN, addition, includes, open_comment, pointed, without
from onshore.asterisk.receipt import Added, Receipt, fingerprint
from onshore.asterisk.writing import File, read_file
from onshore.errors import InstallError

if TYPE_CHECKING:
    from pathlib import Path

    from onshore.asterisk.changes import Change
    from onshore.asterisk.layout import Wanted


@dataclass(slots=True)
class Difference:
    """What has to go, what has to come, and the receipt for both."""

    gone: list[Change] = field(default_factory=list)
    come: list[Change] = field(default_factory=list)
    receipt: Receipt = field(default_factory=Receipt)
    notes: list[str] = field(default_factory=list)


def difference(old: Receipt, wanted: Wanted) -> Difference:
    """Return the changes that make what the old receipt names into what is wanted.

    InstallError when something else is in a place that is wanted, or something of Onshore's was edited.
    """
    result = Difference()
    made = _remove(old, wanted, result)
    folders = _Folders(list(made))
    links = {path: _link(path, target, old, folders, result) for path, target in wanted.links.items()}
    files = {path: _file(path, *content, old, folders, result) for path, content in wanted.files.items()}
    added: dict[Path, Added] = {}
    for path, line in wanted.lines.items():
        added |= _line(path, line, old, result)
    result.receipt = Receipt(files, added, links, tuple(folders.made))
    return result


def _remove(old: Receipt, wanted: Wanted, result: Difference) -> tuple[Path, ...]:
    """Take out what is not wanted any more, the line first: without its file Asterisk would load no dialplan at all.

    Return the folders we made that stay.
    """
    for path, added in old.added.items():
        if path not in wanted.lines:
            _take_out(path, added, result)
    for path in sorted(old.links.keys() - wanted.links.keys()):
        _unlink(path, old.links[path], result)
    for path in sorted(old.files.keys() - wanted.files.keys()):
        found = _read(path)
        if found and fingerprint(found.content) != old.files[path] and not _rewritten(path, found.content, result):
            raise _edited(path)
        if found:
            result.gone.append(FileChange(path, found, None))
    return _remove_folders(old, wanted, result)


def _unlink(path: Path, target: str, result: Difference) -> None:
    if path.is_symlink() and os.readlink(path) == target:  # noqa: PTH115 - compared as it is written, not as a Path
        result.gone.append(LinkChange(path, target, None))
    elif os.path.lexists(path):
        result.notes.append(f"{path} is not the link any more that Onshore made: left as it is")


def _remove_folders(old: Receipt, wanted: Wanted, result: Difference) -> tuple[Path, ...]:
    needed = {parent for path in (*wanted.links, *wanted.files) for parent in path.parents}
    going = {
        change.path for change in result.gone if isinstance(change, FileChange | LinkChange) and change.after is None
    }
    kept = []
    for path in sorted(old.folders, reverse=True):  # what is in a folder before the folder
        if path in needed:
            kept.append(path)
        elif path.is_dir() and not path.is_symlink():
            if going.issuperset(path.iterdir()):
                found = path.stat()
                mode = found.st_mode & 0o7777
                result.gone.append(FolderChange(path, made=False, mode=mode, uid=found.st_uid, gid=found.st_gid))
                going.add(path)
            else:
                result.notes.append(f"{path} has other files in it now: left as it is")
    return tuple(kept)


class _Folders:
    """The folders that Onshore made, and those it has to make."""

    def __init__(self, made: list[Path]) -> None:
        self.made = made
        self._coming: set[Path] = set()

    def need(self, folder: Path, result: Difference) -> None:
        """Have a folder made, in the name of whoever has the folder it is in."""
        if folder in self._coming or folder.is_dir():
            return
        if os.path.lexists(folder) or folder.parent == folder:
            raise InstallError(f"{folder} must be a folder, and is something else: move it away")
        self.need(folder.parent, result)
        above = next(parent for parent in folder.parents if parent.is_dir()).stat()
        result.come.append(FolderChange(folder, made=True, uid=above.st_uid, gid=above.st_gid))
        self._coming.add(folder)
        if folder not in self.made:
            self.made.append(folder)


def _link(path: Path, target: str, old: Receipt, folders: _Folders, result: Difference) -> str:
    if path.is_symlink():
        found = os.readlink(path)  # noqa: PTH115 - as above
        if found != target:
            if old.links.get(path) != found:
                raise InstallError(
                    f"{path} is there already, as a link to {found}, and Onshore did not make it for this site: "
                    "uninstall the other Onshore, or remove it"
                )
            result.come.append(LinkChange(path, found, target))
    elif os.path.lexists(path):
        raise InstallError(f"{path} is there already, and not from Onshore: move it away")
    else:
        folders.need(path.parent, result)
        result.come.append(LinkChange(path, None, target))
    return target


def _file(path: Path, content: bytes, mode: int, old: Receipt, folders: _Folders, result: Difference) -> str:
    found = _read(path)
    if path.is_symlink():
        raise InstallError(f"{path} is there already, as a link, and not from Onshore: move it away")
    if not found:
        folders.need(path.parent, result)
        # Its owner is that of the folder: FreePBX has all of Asterisk's files belong to Asterisk's user.
        above = path.parent.stat() if path.parent.is_dir() else None
        new = File(content, mode, above.st_uid, above.st_gid) if above else File(content, mode)
        result.come.append(FileChange(path, None, new))
    elif found.content != content:
        # Without a receipt (a state folder that was lost) only what leads to this very site is ours.
        like = None if path in old.files else content
        ours = fingerprint(found.content) == old.files.get(path) or _rewritten(path, found.content, result, like)
        if not ours and path not in old.files:
            raise InstallError(f"{path} is there already, and not from Onshore: move it away")
        if not ours:
            raise _edited(path)
        result.come.append(FileChange(path, found, replace(found, content=content, mode=mode)))
    elif found.mode != mode:
        result.come.append(FileChange(path, found, replace(found, mode=mode)))
    return fingerprint(content)


def _rewritten(path: Path, content: bytes, result: Difference, like: bytes | None = None) -> bool:
    """Tell whether a program wrote the file that leads to the dialplan in its own way, without changing its meaning."""
    leads = pointed(content)
    if path.name != OWN or not leads or (like is not None and leads != pointed(like)):
        return False
    result.notes.append(
        f"{path} was written anew by another program (a web interface, or the manager interface), in other words: "
        "Onshore's own are put back, or taken out"
    )
    return True


def _edited(path: Path) -> InstallError:
    return InstallError(
        f"{path} is Onshore's, and was edited since `onshore install` wrote it: "
        "keep what you need of it elsewhere, remove the file, and run this again"
    )


def _line(path: Path, line: bytes, old: Receipt, result: Difference) -> dict[Path, Added]:
    found = _read(path)
    content = found.content if found else b""
    if not found and path.is_symlink():
        raise InstallError(f"{path} is a link to a file that is not there")
    if includes(content, line.split()[-1].decode()):
        # If not from us, the line is the admin's own, and stays his.
        return {path: old.added[path]} if path in old.added else {}
    if open_comment(content):
        raise InstallError(
            f"{path}: a comment that begins with `;--` never ends, so that nothing can be added: write `--;`"
        )
    before = old.added.get(path)
    added = Added(addition(content, line), made=found is None or (before is not None and before.made))
    if found:
        result.come.append(FileChange(path, found, replace(found, content=content + added.text)))
    else:
        like = path.with_name(f"{path.name.partition('_')[0]}.conf")  # extensions.conf, of extensions_custom.conf
        above = (like if like.exists() else path.parent).stat()
        new = File(added.text, above.st_mode & 0o666, above.st_uid, above.st_gid)
        result.come.append(FileChange(path, None, new))
    return {path: added}


def _take_out(path: Path, added: Added, result: Difference) -> None:
    found = _read(path)
    if not found:
        return
    content = without(found.content, added.text)
    if content == found.content:
        result.notes.append(f"{path} has no line of Onshore's in it any more: left as it is")
    elif added.made and not content:
        result.gone.append(FileChange(path, found, None))
    else:
        result.gone.append(FileChange(path, found, replace(found, content=content)))
    if includes(content):
        raise still_included(path)


def still_included(path: Path) -> InstallError:
    """Return the error for a dialplan with a line that is not ours to remove, and must not be left alone."""
    return InstallError(
        f"{path} has an `#include` of extensions_onshore.conf that `onshore install` did not write. Take that line "
        "out, and run this again: Asterisk loads no dialplan at all while a file that it includes is missing."
    )


def _read(path: Path) -> File | None:
    try:
        return read_file(path)
    except OSError as error:
        raise InstallError(f"{path} cannot be read: {error.strerror}") from error
