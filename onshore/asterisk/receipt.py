"""The receipt, STATE/install.json: what `onshore install` did, so that `onshore uninstall` undoes just that."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onshore.errors import InstallError

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "install.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Added:
    """What was added to a file of the admin's."""

    text: bytes
    made: bool  # the file was not there before


@dataclass(frozen=True, slots=True)
class Receipt:
    """All that was done."""

    files: Mapping[Path, str] = field(default_factory=dict)  # Onshore's own: `fingerprint` of each
    added: Mapping[Path, Added] = field(default_factory=dict)
    links: Mapping[Path, str] = field(default_factory=dict)  # where each leads
    folders: tuple[Path, ...] = ()  # that were not there before


def fingerprint(content: bytes) -> str:
    """Return what a file is known by."""
    return hashlib.sha256(content).hexdigest()


def load(state: Path) -> Receipt | None:
    """Return the receipt, None when there is none. InstallError when it cannot be read, or cannot be trusted.

    Whoever writes it decides what is removed: root takes it only from root's own hand, as the folder is Asterisk's.
    """
    file = state / FILE
    try:
        with open(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:  # noqa: PTH123 - not by a link
            writer = os.fstat(stream.fileno()).st_uid
            data = json.loads(stream.read())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise InstallError(f"{file}, which says what was installed, cannot be read: {error}") from error
    if os.geteuid() == 0 and writer != 0:
        raise InstallError(
            f"{file}, which says what was installed, was not written by root but by user id {writer}. "
            "Run this as that user; or look through the file, then `chown root` it and run this again."
        )
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise InstallError(f"{file} is of another version of Onshore: uninstall with that version first")
    try:
        return _from_json(data)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InstallError(f"{file}, which says what was installed, is damaged: {error!r}") from error


def _from_json(data: dict[str, Any]) -> Receipt:
    return Receipt(
        files={Path(path): str(known) for path, known in data["files"].items()},
        added={
            Path(path): Added(added["text"].encode("latin-1"), bool(added["made"]))
            for path, added in data["added"].items()
        },
        links={Path(path): str(target) for path, target in data["links"].items()},
        folders=tuple(map(Path, data["folders"])),
    )


def encode(receipt: Receipt) -> bytes:
    """Return the receipt as `load` reads it; the same receipt always gives the same bytes."""
    data = {
        "format": FORMAT,
        "files": {str(path): known for path, known in sorted(receipt.files.items())},
        "added": {
            str(path): {"text": added.text.decode("latin-1"), "made": added.made}
            for path, added in sorted(receipt.added.items())
        },
        "links": {str(path): target for path, target in sorted(receipt.links.items())},
        "folders": [str(path) for path in sorted(receipt.folders)],
    }
    return json.dumps(data, indent=1).encode() + b"\n"
