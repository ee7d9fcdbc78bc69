"""Every version of a prompt that was ever built: what was played years ago, in words, its sound file long gone."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from onshore.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FILE = "prompts.jsonl"  # in the state folder: a JSON line a version, oldest first; lines are only ever added


@dataclass(frozen=True, slots=True)
class Version:
    """What a prompt's id stands for: what was spoken has `spoken` and `voice`, a recording `recording` and `sha256`."""

    id: str
    language: str
    name: str
    parameters: tuple[str, ...]
    text: str
    milliseconds: int
    built: str  # when it was built first: ISO 8601, UTC
    spoken: str = ""  # the text as it was given to the voice
    voice: str = ""  # the speech command
    voice_version: str = ""  # of its program, when it was first built
    recording: str = ""  # the file's name
    sha256: str = ""  # of the recording

    def to_line(self) -> str:
        """Return its line of the file."""
        filled = {name: value for name, value in asdict(self).items() if value or name == "parameters"}
        return json.dumps(filled, ensure_ascii=False) + "\n"


def read(file: Path) -> dict[tuple[str, str], Version]:
    """Return the versions in an archive, by language and id; none when there is no file.

    BuildError names the line that is none: then nothing may be added to it.
    """
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise BuildError(f"{file} cannot be read: {error.strerror}") from None
    found = {}
    lines = content.split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line and number == len(lines):
            break
        try:
            values = json.loads(line)
            version = Version(**{**values, "parameters": tuple(values["parameters"])})
        except (ValueError, TypeError, KeyError):
            raise BuildError(
                f"{file}, line {number} is damaged: it tells what was played to callers. Take the file from your "
                "backup; or, if there is none, take that line out and keep it elsewhere"
            ) from None
        found[version.language, version.id] = version
    return found


def with_new(file: Path, versions: Iterable[Version]) -> str | None:
    """Return what an archive holds with these versions added; None when it has them all. BuildError as `read`."""
    known = read(file)
    new: Mapping[tuple[str, str], Version] = {
        (version.language, version.id): version for version in versions if (version.language, version.id) not in known
    }
    if not new:
        return None
    before = file.read_text("utf-8") if known else ""
    complete = "" if not before or before.endswith("\n") else "\n"
    return before + complete + "".join(version.to_line() for version in new.values())
