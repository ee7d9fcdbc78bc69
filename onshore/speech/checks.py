"""`onshore prompts check`: what is wrong with the prompts of a site, before a caller hears it."""

from __future__ import annotations

import re
import statistics
from typing import TYPE_CHECKING

import numpy as np

from onshore import planning
from onshore.build import studio
from onshore.errors import OnshoreError
from onshore.finding import Finding
from onshore.speech import believing, content, pace, sound, stock
from onshore.speech.studio import Wanted
from onshore.speech.wording import Wording, chain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from onshore.site import Site
    from onshore.speech.stock import Entry

    Curve = NDArray[np.float64]  # how loud, every 10 ms, in dBFS

LOUDNESS = 0.5  # dB from the common loudness: so any two are within 1 dB of each other
SILENCE = 100  # milliseconds at either end
CLIPPED = -0.2  # dBFS: no peak of ours comes near it
APART = 0.03  # seconds between the lengths of one prompt's formats
ALIKE = 0.8  # correlation of how loud two formats of one prompt are, every 10 ms

_LEFT_OVER = re.compile(r"[{}]|\bNone\b|\bUndefined\b|<[^>]*>|%[sd(]|\$\w|\bTODO\b|\bXXX\b|\bFIXME\b|\[\w*\]")
_BUILD = "run `onshore build`"


def check(site: Site, sounds: Path, languages: Sequence[str]) -> Iterator[Finding]:
    """Look at the prompts of some languages of a site, and at the files that were built of them in `sounds`."""
    for language in languages:
        try:
            wrong = [*words(site, language), *files(site, sounds, language)]
        except OnshoreError as error:
            remedy = "mend the sentence, the recording or the speech command it names"
            yield Finding(f"prompts {language}", str(error), remedy)
            continue
        yield from wrong or [Finding(f"prompts {language}")]


def words(site: Site, language: str) -> Iterator[Finding]:
    """Return what is wrong with what a language's prompts say; PromptError when one cannot be said at all."""
    making = studio(site)
    wanted = [Wanted(*one) for one in planning.wanted(site) if one[0] == language]
    foreign = "en" not in chain(language)
    english = [Wording("en", company=site.company), Wording("en", site.folder, site.company)] if foreign else []
    place = f"prompts/{language}.toml beside {site.file.name}"
    for one in wanted:
        source = making.source(one)
        what = f"prompt {language} {source.key}"
        left = _LEFT_OVER.search(source.text)
        if left:
            yield Finding(
                what, f"{left[0]!r} is left over in what callers hear: {source.text}", f"mend {one.name} in {place}"
            )
        if any(source.text == other.text(one.name, *one.parameters) for other in english):
            yield Finding(what, f"is English: {source.text}", f"translate {one.name} in {place}")
        doubt = believing.doubt(making, one, source.recording) if source.recording else ""
        if doubt:
            yield Finding(what, f"{source.recording} {doubt}", f"then {_BUILD}")


def files(site: Site, sounds: Path, language: str) -> Iterator[Finding]:
    """Return what is wrong with the sound files of a language's prompts, in a folder of sounds."""
    entries = stock.entries(site, sounds, [language])
    missing = [entry for entry in entries if entry.measure is None]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        yield Finding(f"prompts {language}", f"{missing[0].source.key}{more} not built as the site has it now", _BUILD)
    yield from _paces(language, [entry for entry in entries if entry.measure and entry.source.voice])
    for entry in entries:
        if entry.measure is not None:
            problems = [*_length(entry), *_sound(entry)]
            for problem, remedy in problems:
                yield Finding(f"prompt {language} {entry.source.key}", problem, remedy)


def _paces(language: str, spoken: Sequence[Entry]) -> Iterator[Finding]:
    """Look for a voice that spells, reads another language or leaves something out: it takes far too long, or short."""
    times = [(entry.measure.seconds, pace.of_voice(entry.source), entry) for entry in spoken if entry.measure]
    ratios = [seconds / usual for seconds, usual, _ in times]
    all_of_it = bool(ratios) and not pace.FAST < statistics.median(ratios) < pace.SLOW
    for seconds, usual, entry in times:
        if pace.FAST < seconds / usual < pace.SLOW:
            continue
        a_letter = 1000 * seconds / pace.size(entry.source.text)
        yield Finding(
            f"prompt {language} {entry.source.key}",
            f"takes {seconds:.1f} s, where {language} takes some {usual:.1f} ({a_letter:.0f} ms a letter): "
            f"{'the voice spells it, or reads' if seconds > usual else 'it is cut, or read in'} another language",
            f"hear it: `onshore prompts say … --lang {language} --play`; then mend [voice] in prompts/{language}.toml, "
            "or the speech command",
        )
        if all_of_it:  # one tells it
            return


def _length(entry: Entry) -> Iterator[tuple[str, str]]:
    assert entry.measure
    if entry.limit and entry.measure.seconds > entry.limit:
        shorter = "record it again" if entry.source.recording else "shorten the sentence, or raise the voice's `rate`"
        yield (
            f"takes {entry.measure.seconds:.1f} s: after {entry.limit:g} s callers no longer listen",
            f"{shorter}, in prompts/{entry.source.language}{'/' if entry.source.recording else '.toml'}",
        )


def _sound(entry: Entry) -> Iterator[tuple[str, str]]:
    """Look at each format's file for itself, and whether all are the same sound."""
    curves: dict[str, Curve] = {}
    for suffix in sound.FORMATS:
        file = entry.file.with_name(f"{entry.file.name}.{suffix}")
        remedy = f"take {file} away, and {_BUILD}"
        try:
            other = content.kind(file)
            if other:
                yield f"{file} is {other.name}, whatever its name says", remedy
                continue
            samples, rate = sound.decode(file)
            measure = sound.measured(samples, rate)
        except (sound.SoundError, OSError) as error:
            yield f"{file} {error}", remedy
            continue
        curves[suffix] = sound.levels(samples, rate)
        if measure.peak_dbfs > CLIPPED:
            yield f"{file} is clipped: its peaks are cut off", remedy
        elif abs(measure.rms_dbfs - sound.LOUDNESS) > LOUDNESS:
            yield f"{file} is at {measure.rms_dbfs:.1f} dBFS, all prompts are at {sound.LOUDNESS:g}", remedy
        silence = max(measure.silence_start_ms, measure.silence_end_ms)
        if silence > SILENCE:
            yield f"{file} begins or ends with {silence} ms of silence", remedy
    master = curves.get("sln16")
    for suffix, curve in curves.items():
        if master is not None and not _alike(curve, master):
            file = entry.file.with_name(f"{entry.file.name}.{suffix}")
            yield f"{file} is not the same sound as the .sln16 beside it", f"take it away, and {_BUILD}"


def _alike(one: Curve, other: Curve) -> bool:
    """Tell whether two sounds get louder and quieter together: one is the other, however it was written."""
    if abs(len(one) - len(other)) * 0.01 > APART:
        return False
    length, floor = min(len(one), len(other)), -60.0
    first, second = (np.maximum(curve[:length], floor) for curve in (one, other))
    if min(np.std(first), np.std(second)) < 1.0:  # a plain tone: only its loudness can be told
        return bool(abs(np.mean(first) - np.mean(second)) < 3)
    return bool(np.corrcoef(first, second)[0, 1] > ALIKE)
