"""Recordings made by people, taken in: `onshore prompts import`."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from onshore import files, planning
from onshore.build import studio
from onshore.errors import PromptError
from onshore.speech import believing, catalogue, pace, recordings, sound
from onshore.speech.studio import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from onshore.site import Site
    from onshore.speech.studio import Studio

SHORT, LONG = 0.5, 2.0  # times as long as the sentence takes when it is spoken
CLIPPED = 0.001  # share of samples in flattened peaks: beyond it the voice crackles


@dataclass(frozen=True, slots=True)
class Good:
    """A recording that can be used."""

    file: Path
    language: str
    key: str  # of the prompt, as in file names
    seconds: float  # without silence
    note: str = ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One that cannot."""

    file: Path
    problem: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a folder of recordings holds."""

    good: tuple[Good, ...]
    wrong: tuple[Wrong, ...]
    missing: dict[str, tuple[str, ...]]  # language → prompts of the site that are not recorded

    def to_json(self) -> dict[str, object]:
        """Return it as plain data."""
        return {
            "good": [{**asdict(one), "file": str(one.file)} for one in self.good],
            "wrong": [{**asdict(one), "file": str(one.file)} for one in self.wrong],
            "missing": self.missing,
        }


def look(site: Site, folder: Path, language: str | None = None) -> Delivery:
    """Look at a folder of recordings, and change nothing. PromptError when there are none.

    `folder` has a folder for each language; or, with a language, the recordings themselves.
    """
    places = {language: folder} if language else {one: folder / one for one in site.languages}
    if not any(place.is_dir() for place in places.values()):
        names = ", ".join(site.languages)
        raise PromptError(
            f"{folder} has no folder of a language of this site ({names}); put the recordings into {folder}/LANG/, "
            "or say --language LANG"
        )
    making = studio(site)
    good: list[Good] = []
    wrong: list[Wrong] = []
    missing: dict[str, tuple[str, ...]] = {}
    for one, place in places.items():
        played = {catalogue.file_key(wanted.name, *wanted.parameters): wanted for wanted in _played(site, one)}
        for key, found in _by_key(place, played).items():
            judged = [_judge(making, one, key, file, found) for file in found]
            good += [judgement for judgement in judged if isinstance(judgement, Good)]
            wrong += [judgement for judgement in judged if isinstance(judgement, Wrong)]
        here = {delivered.key for delivered in good if delivered.language == one}
        still = tuple(key for key, wanted in played.items() if key not in here and not making.recording(wanted))
        if still:
            missing[one] = still
    if not good and not wrong:
        raise PromptError(f"{folder} holds no recordings; `onshore prompts export` tells how they are to be named")
    return Delivery(tuple(good), tuple(wrong), missing)


def _played(site: Site, language: str) -> Iterator[Wanted]:
    return (Wanted(*one) for one in planning.wanted(site) if one[0] == language)


def _by_key(place: Path, played: Iterable[str]) -> dict[str, list[Path]]:
    """Return the recordings in a folder by the prompt they are of. Studios write names in small letters, too."""
    exact = {key.lower(): key for key in played}
    found: dict[str, list[Path]] = {}
    for name, files_of_one in recordings.by_name(place).items():
        found.setdefault(exact.get(name.lower(), name), []).extend(files_of_one)
    return found


def _judge(making: Studio, language: str, key: str, file: Path, all_of_it: list[Path]) -> Good | Wrong:
    try:
        return _good(making, language, key, file, all_of_it)
    except (PromptError, sound.SoundError) as error:
        return Wrong(file, str(error))
    except OSError as error:
        return Wrong(file, f"cannot be read: {error.strerror}")
    except Exception as error:  # noqa: BLE001 - from outside: one broken file must not keep the others out
        return Wrong(file, f"is broken, or meant to do harm: {type(error).__name__}, {error}; record it again")


def _good(making: Studio, language: str, key: str, file: Path, all_of_it: list[Path]) -> Good:
    """Return a recording that can be used for a prompt; PromptError or SoundError tells why it cannot."""
    problem = recordings.problem(key)
    if problem:
        raise PromptError(problem)
    if len(all_of_it) > 1:
        names = " and ".join(one.name for one in all_of_it)
        raise PromptError(f"{names} are recordings of one prompt: deliver one")
    wanted = Wanted(language, *recordings.wanted(key))
    doubt = believing.doubt(making, wanted, file)
    if doubt:
        raise PromptError(doubt)
    samples, _ = sound.decode(file)
    seconds = sound.milliseconds(len(sound.prepare(file)["ulaw"])) / 1000
    if sound.flattened(samples) > CLIPPED:
        raise PromptError("is clipped: it was recorded too loud, and its peaks are cut off; record it again")
    limit = catalogue.sentence(wanted.name).limit
    if limit and seconds > limit:
        raise PromptError(f"takes {seconds:.1f} s, and may take {limit:g} at most")
    usual = pace.usual(making, wanted)
    if not SHORT < seconds / usual < LONG:
        text = making.wording(language).text(wanted.name, *wanted.parameters)
        raise PromptError(
            f"takes {seconds:.1f} s, where the sentence takes some {usual:.1f}: is it this one, and whole? “{text}”"
        )
    before = making.recording(wanted)
    return Good(file, language, key, seconds, f"in place of {before.name}" if before else "")


def carry_out(site: Site, delivery: Delivery) -> None:
    """Put the good ones of a delivery beside the site, all of them or none; PromptError when that cannot be."""
    if not delivery.good:
        return
    home = site.folder / "prompts"
    try:
        files.make_folder(home)
        with tempfile.TemporaryDirectory(prefix=".importing-", dir=home) as name:
            moves, gone = [], []
            for number, one in enumerate(delivery.good):
                place = home / one.language / f"{one.key}{one.file.suffix.lower()}"
                new = Path(name) / str(number)
                shutil.copyfile(one.file, new)
                moves.append((new, place))
                older = recordings.by_name(place.parent).get(one.key, [])
                gone += [file for file in older if file != place]
            files.put(moves, gone)
    except OSError as error:
        raise PromptError(
            f"{error.filename or home} cannot be written: {error.strerror}; nothing was taken in"
        ) from None
