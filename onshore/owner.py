"""Files that root makes in somebody else's folder belong to whoever has the folder: Asterisk's user goes on with them.

Read during calls: imports the standard library alone.
"""

from __future__ import annotations

import contextlib
import os

TYPE_CHECKING = False  # type checkers know better; importing `typing` takes 6 ms, and a call may wait for it
if TYPE_CHECKING:
    from os import PathLike

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def give(made: int | str | PathLike[str], folder: str | PathLike[str]) -> None:
    """Give a file or folder that root has made in a folder to whoever has that one; OSError.

    Best by its descriptor: a name could be a link to something else by now. Who is not root has nothing to give.
    """
    if os.geteuid():
        return
    owner = os.stat(folder)  # noqa: PTH116 - importing pathlib takes 5 ms, and a call may wait for it
    mine = os.fstat(made) if isinstance(made, int) else os.lstat(made)
    if (mine.st_uid, mine.st_gid) == (owner.st_uid, owner.st_gid):
        return
    if isinstance(made, int):
        os.fchown(made, owner.st_uid, owner.st_gid)
    else:
        os.chown(made, owner.st_uid, owner.st_gid, follow_symlinks=False)


def new_file(place: str | PathLike[str], mode: int = 0o600) -> int:
    """Make a file for whoever has its folder, and return it open to be written to.

    FileExistsError when there is one, or a link; OSError.
    """
    made = os.open(place, _NEW, mode)
    try:
        give(made, os.path.dirname(place) or ".")  # noqa: PTH120 - the same
    except OSError:
        os.close(made)
        raise
    return made


def replace(place: str | PathLike[str], content: bytes, mode: int = 0o600) -> None:
    """Write a file whole, in the place of an older one or of a link; OSError, and the place is as it was."""
    new = f"{os.path.dirname(place) or '.'}/.{os.path.basename(place)}-{os.getpid()}"  # noqa: PTH119, PTH120 - the same
    with contextlib.suppress(FileNotFoundError):
        os.unlink(new)  # noqa: PTH108 - the same; of a process that was killed
    made = new_file(new, mode)
    try:
        try:
            while content:
                content = content[os.write(made, content) :]
            os.fsync(made)
        finally:
            os.close(made)
        os.replace(new, place)  # noqa: PTH105 - the same
    except OSError:
        os.unlink(new)  # noqa: PTH108 - the same
        raise
