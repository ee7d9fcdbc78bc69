"""What a recording holds: prompts by their own audio, agents by their tones, silence, and the rest."""

from __future__ import annotations

import wave
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from onshore.testing.match import FRAME, RATE, Sound, Span, find, loudness

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from onshore.testing.call import Recording

SILENCE = -50.0  # dBFS; below it nothing is heard
_SHORTEST = 0.1  # seconds: a shorter span of anything but prompts belongs to what is before it
_PURE = 0.8  # of a frame's power, for a tone to be an agent's

Kind = Literal["prompt", "tone", "silence", "other"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A span of a recording. Moments are seconds after the answer."""

    kind: Kind
    name: str  # the prompt's id, or the agent's name; "" for silence and for the rest
    start: float
    seconds: float  # how much of it was heard
    full: bool = True  # a prompt: to its end; false when it was cut short
    language: str = ""  # a prompt's
    also: tuple[str, ...] = ()  # other prompts (LANGUAGE/ID) that sound the same, as far as this one was heard

    @property
    def end(self) -> float:
        """When it ended."""
        return self.start + self.seconds


def load_sounds(folder: Path) -> tuple[Sound, ...]:
    """Return all prompts of a folder that holds LANGUAGE/onshore/ID.ulaw (or ID.sln16 where there is no ulaw)."""
    found: dict[tuple[str, str], Path] = {}
    for ending in ("ulaw", "sln16"):
        for file in sorted(folder.glob(f"*/onshore/*.{ending}")):
            found.setdefault((file.parent.parent.name, file.stem), file)
    return tuple(Sound.read(file, name, language) for (language, name), file in found.items())


def read(file: Path, seconds: float | None = None) -> NDArray[np.float32]:
    """Return a recording's samples, -1 to 1, as long as the call was: cut there, or filled up with silence."""
    with wave.open(str(file)) as opened:
        assert opened.getframerate() == RATE, f"{file} is not at {RATE} Hz"
        assert opened.getnchannels() == 1, f"{file} is not mono"
        data = opened.readframes(opened.getnframes())
    samples = np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32768)
    if seconds is None:
        return samples
    wanted = round(seconds * RATE)
    return np.pad(samples[:wanted], (0, max(0, wanted - len(samples))))


def longest_silence(recording: Recording) -> float:
    """Return the longest time, in seconds, that the caller heard nothing while the call was up."""
    return silence_of(read(recording.file, recording.seconds))


def silence_of(samples: NDArray[np.float32]) -> float:
    """Return the longest silence in samples, in seconds."""
    longest = current = 0
    for silent in loudness(samples) < SILENCE:
        current = current + 1 if silent else 0
        longest = max(longest, current)
    return longest * FRAME / RATE


def timeline(recording: Recording, sounds: Iterable[Sound], tones: Mapping[str, int]) -> tuple[Segment, ...]:
    """Return what the caller heard, from the answer to the end, without a gap. `tones`: agent → Hz."""
    return segments(read(recording.file, recording.seconds), sounds, tones)


def segments(samples: NDArray[np.float32], sounds: Iterable[Sound], tones: Mapping[str, int]) -> tuple[Segment, ...]:
    """Return what is in samples, without a gap."""
    spoken = find(samples, tuple(sounds))
    kinds = _frames(samples, tones)
    found: list[Segment] = []
    reached = 0
    for span in spoken:
        found += _rest(kinds, reached, span.start)
        found.append(_prompt(span))
        reached = max(reached, span.end)
    found += _rest(kinds, reached, len(samples))
    return tuple(found)


def _prompt(span: Span) -> Segment:
    return Segment(
        kind="prompt",
        name=span.sound.name,
        language=span.sound.language,
        start=round(span.start / RATE, 3),
        seconds=round((span.end - span.start) / RATE, 3),
        full=span.full,
        also=tuple(f"{sound.language}/{sound.name}" for sound in span.also),
    )


def _frames(samples: NDArray[np.float32], tones: Mapping[str, int]) -> list[tuple[Kind, str]]:
    """Return what each frame of 20 ms holds."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    power = np.mean(np.square(frames), axis=1) + 1e-12
    kinds: list[tuple[Kind, str]] = [
        ("silence", "") if silent else ("other", "") for silent in loudness(samples) < SILENCE
    ]
    moment = np.arange(FRAME) / RATE
    window = np.hanning(FRAME)
    for agent, hz in tones.items():
        projected = np.abs((frames * window) @ np.exp(-2j * np.pi * hz * moment)) / (window.sum() / 2)
        share = projected**2 / 2 / power
        for number in np.flatnonzero(share > _PURE):
            if kinds[number][0] == "other":
                kinds[number] = ("tone", agent)
    return kinds


def _rest(kinds: Sequence[tuple[Kind, str]], start: int, end: int) -> list[Segment]:
    """Return the segments between two prompts (in samples)."""
    found: list[Segment] = []
    for number in range(-(-start // FRAME), min(end // FRAME, len(kinds))):
        kind, name = kinds[number]
        begun, seconds = number * FRAME / RATE, FRAME / RATE
        if found and (found[-1].kind, found[-1].name) == (kind, name):
            found[-1] = replace(found[-1], seconds=round(found[-1].seconds + seconds, 3))
        else:
            found.append(Segment(kind, name, round(begun, 3), seconds))
    return _without_blips(found)


def _without_blips(found: Sequence[Segment]) -> list[Segment]:
    kept: list[Segment] = []
    for segment in found:
        last = kept[-1] if kept else None
        if last and ((last.kind, last.name) == (segment.kind, segment.name) or segment.seconds < _SHORTEST):
            kept[-1] = replace(last, seconds=round(segment.end - last.start, 3))
        elif last and last.seconds < _SHORTEST:
            kept[-1] = replace(segment, start=last.start, seconds=round(segment.end - last.start, 3))
        else:
            kept.append(segment)
    return [segment for segment in kept if len(kept) > 1 or segment.seconds >= _SHORTEST]


def as_text(found: Iterable[Segment], texts: Mapping[str, str] | None = None) -> str:
    """Return a timeline as lines to print; `texts`: a prompt's id → its words."""
    lines = []
    for segment in found:
        what = {"prompt": "hears", "tone": "talks to", "silence": "silence", "other": "other sound"}[segment.kind]
        said = (texts or {}).get(segment.name, "")
        name = f" {segment.name}" if segment.name else ""
        quoted = f' "{said}"' if said else ""
        cut = "" if segment.full else " (cut short)"
        lines.append(f"{segment.start:6.2f} s  {segment.seconds:6.2f} s  {what}{name}{quoted}{cut}")
    return "\n".join(lines)
