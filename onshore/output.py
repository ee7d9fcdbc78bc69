"""Where a command writes what it makes: a file, whole or not at all; a device or a pipe; standard output for a dash."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from onshore.errors import OnshoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

STDOUT = Path("/dev/stdout")  # what a dash means; the file `-` is ./-


class Output(click.Path):
    """The type of every `--output`."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(
        self,
        value: str | Path,  # type: ignore[override]
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path:
        """Return where to write."""
        return STDOUT if value == "-" else Path(super().convert(str(value), param, ctx))  # type: ignore[arg-type]


def no_folder(output: Path | None, what: str) -> None:
    """Raise OnshoreError when a folder of files is to go to standard output, which takes one."""
    if output == STDOUT:
        raise OnshoreError(f"--output: {what} is a folder of files, and a dash is standard output: name a folder")


def not_both(output: Path | None, *, json_: bool) -> None:
    """Raise OnshoreError when two things are to go to standard output."""
    if output == STDOUT and json_:
        raise OnshoreError("--json prints on standard output, and so does --output -: leave one of them out")


@contextmanager
def beside(output: Path, mode: int = 0o600) -> Iterator[Path]:
    """Give a new file that takes another's place when all is written; OnshoreError, and nothing left, when it is not.

    What is no file that could be replaced (standard output, a device, a pipe) is written to at the end.
    """
    through = output == STDOUT or (output.exists() and not output.is_file() and not output.is_dir())
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{output.name}-", dir=None if through else output.parent)
        os.close(descriptor)
        new = Path(name)
        try:
            yield new
            if through:
                _copy(new, output)
            else:
                new.chmod(mode)
                new.replace(output)
        finally:
            new.unlink(missing_ok=True)
    except BrokenPipeError:
        raise  # whoever reads has read enough
    except OSError as error:
        raise OnshoreError(f"{output} cannot be written: {error.strerror}") from None


def _copy(new: Path, output: Path) -> None:
    with new.open("rb") as content:
        if output == STDOUT:
            shutil.copyfileobj(content, sys.stdout.buffer)
            return
        with output.open("wb") as stream:
            shutil.copyfileobj(content, stream)
