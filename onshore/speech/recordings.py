"""An admin's own recordings: `prompts/LANG/NAME.*` beside the site's file, of any kind that `content` knows.

NAME is a prompt's name with its parameters, as in the sound files' names: `goodbye.wav`, `disclosure-PH.mp3`,
`offer-US-1.flac`, `offer-US-star.wav`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onshore.errors import PromptError
from onshore.speech import catalogue
from onshore.speech.wording import chain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# What lies beside recordings and is none.
_NO_SOUND = frozenset(
    ".bak .cfg .csv .doc .docx .htm .html .ini .json .log .md .odt .pdf .text .toml .txt .xml .yaml .yml".split()  # noqa: SIM905 - a list reads worse
)


class Recordings:
    """The recordings for one language of the site; `fr_CA` takes those for `fr` where it has none of its own."""

    def __init__(self, language: str, site_folder: Path | None) -> None:
        """Look what is there."""
        folders = [site_folder / "prompts" / name for name in chain(language)] if site_folder else []
        self._found = [by_name(folder) for folder in folders]

    def find(self, key: str) -> Path | None:
        """Return the recording of a prompt, by its key in file names; PromptError when there are two."""
        for found in self._found:
            files = found.get(key, [])
            if len(files) > 1:
                names = " and ".join(file.name for file in files)
                raise PromptError(f"{files[0].parent}: {names} are two recordings of one prompt: leave one there")
            if files:
                return files[0]
        return None


def strays(site_folder: Path, languages: Sequence[str]) -> list[str]:
    """Return a message for each recording that can never be played, because no prompt has its name."""
    messages = []
    for language in languages:
        for name, files in sorted(by_name(site_folder / "prompts" / language).items()):
            why = problem(name)
            messages += [f"{file} is never played: {why}" for file in files if why]
    return messages


def by_name(folder: Path) -> dict[str, list[Path]]:
    """Return the recordings in a folder by their names without endings; what lies beside them is left out."""
    found: dict[str, list[Path]] = {}
    for file in sorted(folder.iterdir()) if folder.is_dir() else []:
        if not file.name.startswith(".") and file.suffix and file.suffix.lower() not in _NO_SOUND and file.is_file():
            found.setdefault(file.stem, []).append(file)
    return found


def problem(key: str) -> str:
    """Return why no prompt has this name, or ""."""
    names = [name for name in catalogue.CATALOGUE if key == name or key.startswith(f"{name}-")]
    if not names:
        return f"there is no prompt {key!r}{catalogue.nearest(key, list(catalogue.CATALOGUE))}"
    try:
        catalogue.values(*_parts(key))
    except PromptError as error:
        return str(error)
    return ""


def wanted(key: str) -> tuple[str, tuple[str, ...]]:
    """Return the name and the parameters of a prompt by its key in file names: `offer-US-star` → offer, (US, *)."""
    name, parameters = _parts(key)
    return name, tuple(parameters)


def _parts(key: str) -> tuple[str, list[str]]:
    name = max((name for name in catalogue.CATALOGUE if key == name or key.startswith(f"{name}-")), key=len)
    spelled = {"star": "*", "pound": "#"}
    return name, [spelled.get(part, part) for part in key.removeprefix(name).split("-")[1:]]
