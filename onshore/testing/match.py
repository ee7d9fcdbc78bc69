"""Finds known sounds in a recording, by their own audio: cut short, slipped in time, companded, or all of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

RATE = 8000  # Hz, of recordings
FRAME = 160  # samples: 20 ms, one packet
_SEED = 3200  # samples by which a sound is first looked for
_CHUNK = 800  # samples by which it is followed
_SLIP = 480  # samples that a chunk may come early or late, after the one before
_JUMP = 8000  # the same, after a stall of a busy machine
_LOST = 5  # chunks that may be spoilt before the sound goes on
_ALIKE = 0.8  # correlation from which on two stretches are the same
_SAME = 0.95  # the same, of so short a stretch that speech may look like it by chance
_QUIET = -45.0  # dBFS: below it correlation says nothing
_BLOCK = 16384  # samples for one Fourier transform
_SHORTEST = 1600  # samples: less than that heard of a sound tells nothing


def loudness(samples: Samples) -> NDArray[np.float64]:
    """Return the level of each whole frame of 20 ms, in dBFS (a full-scale square wave is 0)."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    level: NDArray[np.float64] = 10 * np.log10(np.mean(np.square(frames), axis=1) + 1e-12)
    return level


@dataclass(frozen=True, eq=False, slots=True)
class Sound:
    """A known sound, at 8 kHz, without the silence at its ends."""

    name: str
    language: str
    samples: Samples

    @classmethod
    def read(cls, file: Path, name: str, language: str = "") -> Self:
        """Read a raw sound file: `.ulaw` (8 kHz) or `.sln16` (16 kHz)."""
        data = file.read_bytes()
        if file.suffix == ".ulaw":
            return cls.of(name, _ulaw(data), language)
        return cls.of(name, _halved(np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32768)), language)

    @classmethod
    def of(cls, name: str, samples: Samples, language: str = "") -> Self:
        """Return a sound from samples at 8 kHz, -1 to 1."""
        loud = np.flatnonzero(loudness(samples) > _QUIET)
        if not len(loud):
            raise ValueError(f"the sound {name!r} is silent: it cannot be found in a recording")
        start, end = int(loud[0]) * FRAME, (int(loud[-1]) + 1) * FRAME
        return cls(name, language, np.ascontiguousarray(samples[start:end], np.float32))


def _ulaw(data: bytes) -> Samples:
    """Decode ITU-T G.711 µ-law."""
    inverted = ~np.frombuffer(data, np.uint8)
    magnitude = (((inverted & 0x0F).astype(np.int32) << 3) + 0x84) << ((inverted & 0x70) >> 4)
    return (np.where(inverted & 0x80, 0x84 - magnitude, magnitude - 0x84) / 32768).astype(np.float32)


def _halved(samples: Samples) -> Samples:
    """Return samples at 16 kHz as samples at 8 kHz."""
    taps = np.arange(-31, 32)
    low_pass = np.sinc(taps * 0.48) * np.hamming(len(taps))
    smooth = np.convolve(samples, low_pass / low_pass.sum(), mode="same")
    return smooth[::2].astype(np.float32)


@dataclass(frozen=True, eq=False, slots=True)
class Span:
    """Where a sound was found in a recording, in samples."""

    sound: Sound
    start: int
    end: int
    full: bool
    also: tuple[Sound, ...] = ()
    lost: int = 0  # samples of the sound that were passed over

    @property
    def matched(self) -> int:
        """How much of the recording it explains, in samples."""
        return self.end - self.start - self.lost


def find(recording: Samples, sounds: Sequence[Sound]) -> list[Span]:
    """Return which sounds are in a recording, in order. Of those that share a beginning, the one that fits longest."""
    searched = _Searched(recording)
    spans = [span for sound in sounds for span in _places(searched, sound)]
    spans.sort(key=lambda span: (-span.matched, not span.full))
    kept: list[Span] = []
    for span in spans:
        rival = next((other for other in kept if _overlap(span, other) > 0.5), None)
        if rival is None:
            kept.append(span)
        elif span.full and not rival.full and rival.end - span.end < _CHUNK and span.lost <= rival.lost:
            kept[kept.index(rival)] = span  # heard whole, where the longer one would have ended with it
        elif _as_good(span, rival) and span.sound is not rival.sound:
            kept[kept.index(rival)] = replace(rival, also=(*rival.also, span.sound))
    kept.sort(key=lambda span: span.start)
    return _apart(kept)


def _overlap(one: Span, other: Span) -> float:
    """Return how much of the shorter span lies in the other, 0 to 1."""
    shared = min(one.end, other.end) - max(one.start, other.start)
    return shared / max(1, min(one.end - one.start, other.end - other.start))


def _as_good(span: Span, rival: Span) -> bool:
    """Return whether two sounds cannot be told apart by what was heard of them."""
    return rival.full == span.full and rival.lost == span.lost and abs(span.end - rival.end) <= 2 * FRAME


def _apart(spans: Sequence[Span]) -> list[Span]:
    """Return spans that do not overlap: where two do by a little, the later one begins later."""
    apart: list[Span] = []
    for span in spans:
        start = max(span.start, apart[-1].end) if apart else span.start
        if span.end - start >= _SHORTEST // 2:
            apart.append(replace(span, start=start))
    return apart


class _Searched:
    """A recording, made ready for many searches."""

    def __init__(self, samples: Samples) -> None:
        self.samples = samples
        self._step = _BLOCK - _SEED
        self.starts = range(0, max(1, len(samples) - _CHUNK), self._step)
        padded = np.pad(samples, (0, _BLOCK))
        self._spectra = [np.fft.rfft(padded[start : start + _BLOCK]) for start in self.starts]
        self._energy = np.concatenate(([0.0], np.cumsum(np.square(padded, dtype=np.float64))))

    def peaks(self, seed: Samples) -> list[int]:
        """Return where a seed of at most _SEED samples is found."""
        spectrum = np.conj(np.fft.rfft(seed, _BLOCK))
        norm = float(np.sqrt(np.sum(np.square(seed, dtype=np.float64)))) + 1e-9
        found: list[tuple[float, int]] = []
        for start, block in zip(self.starts, self._spectra, strict=True):
            products = np.fft.irfft(block * spectrum, _BLOCK)[: self._step]
            energy = (
                self._energy[start + len(seed) : start + len(seed) + self._step]
                - self._energy[start : start + self._step]
            )
            products = products[: len(energy)]
            alike = products / (norm * np.sqrt(np.maximum(energy, 1e-6)))
            found += [(float(alike[at]), start + int(at)) for at in np.flatnonzero(alike > _ALIKE)]
        found.sort(reverse=True)
        peaks: list[int] = []
        for _, at in found:
            if all(abs(at - other) > _SEED // 2 for other in peaks):
                peaks.append(at)
        return peaks

    def nearest(self, chunk: Samples, expected: int, slip: int, alike_from: float = _ALIKE) -> int | None:
        """Return where a chunk is, at most `slip` samples from where it is expected, if it is there."""
        first, last = max(0, expected - slip), min(len(self.samples), expected + slip + len(chunk))
        stretch = self.samples[first:last]
        if len(stretch) < len(chunk):
            return None
        products = np.correlate(stretch, chunk, "valid")
        energy = self._energy[first + len(chunk) : last + 1] - self._energy[first : last - len(chunk) + 1]
        norm = float(np.sqrt(np.sum(np.square(chunk, dtype=np.float64)))) + 1e-9
        alike = products / (norm * np.sqrt(np.maximum(energy, 1e-6)))
        # The voiced sounds of speech repeat themselves: of places as good, the one that is expected.
        alike -= np.abs(np.arange(first, first + len(alike)) - expected) * 1e-5
        best = int(np.argmax(alike))
        return first + best if alike[best] > alike_from else None

    def silent(self, start: int, length: int) -> bool:
        """Return whether a stretch is as good as silent."""
        stretch = self.samples[max(0, start) : max(0, start) + length]
        return len(stretch) > 0 and bool(np.mean(np.square(stretch, dtype=np.float64)) < 10 ** ((_QUIET + 5) / 10))


def _places(searched: _Searched, sound: Sound) -> list[Span]:
    """Return all places where a sound was begun."""
    spans: list[Span] = []
    # Several seeds, lest a lost packet in the first hides it.
    for offset in range(0, 4 * _SEED, _SEED // 2):
        seed = sound.samples[offset : offset + _SEED]
        if len(seed) < min(_SHORTEST, len(sound.samples)) or (offset and len(seed) < _SHORTEST):
            continue
        for place in searched.peaks(seed):
            if any(span.start - _SEED < place - offset < span.start + _SEED for span in spans):
                continue
            span = _followed(searched, sound, offset, place)
            if span and span.end - span.start >= min(_SHORTEST, len(sound.samples) // 2):
                spans.append(span)
    return spans


def _followed(searched: _Searched, sound: Sound, offset: int, place: int) -> Span | None:
    """Follow a sound from one place in it, both ways, as far as it goes on; None: it was not begun at its beginning."""
    start = place if offset == 0 else _backward(searched, sound, offset, place)
    if start is None:
        return None
    heard, end, lost = _forward(searched, sound, offset, place)
    return Span(sound, max(0, start), end, full=heard >= len(sound.samples) - 5 * FRAME, lost=lost)


def _forward(searched: _Searched, sound: Sound, offset: int, place: int) -> tuple[int, int, int]:
    """Return how far into the sound it goes on, where that is in the recording, and how many chunks were lost."""
    heard, end = offset, place  # the last that was certain: a silence is counted when sound follows
    position = offset
    shift = place - offset
    lost = 0
    while position < len(sound.samples):
        chunk = sound.samples[position : position + _CHUNK]
        quiet = _level(chunk) < _QUIET
        if quiet and searched.silent(position + shift, len(chunk)):
            position += len(chunk)
            continue
        found = None if quiet else searched.nearest(chunk, position + shift, _SLIP)
        if found is None and not quiet and position + 2 * _CHUNK <= len(sound.samples):
            found = searched.nearest(sound.samples[position : position + 2 * _CHUNK], position + shift, _JUMP)
        if found is None:
            beyond = _beyond(searched, sound, position, shift)
            if beyond is None:
                return *_last_frames(searched, sound, (heard, end), position, shift), lost
            lost += beyond[0] - position
            position, shift = beyond
            continue
        shift = found - position
        position += len(chunk)
        heard, end = position, position + shift
    return heard, end, lost


def _beyond(searched: _Searched, sound: Sound, position: int, shift: int) -> tuple[int, int] | None:
    """Return where the sound goes on after a spot where a busy machine lost or repeated packets, if it does.

    Packets are lost or repeated whole, and what is between them is as it was sent: short stretches must fit well.
    """
    for ahead in range(position + FRAME, position + _LOST * _CHUNK, 2 * FRAME):
        piece = sound.samples[ahead : ahead + _CHUNK]
        if len(piece) < _CHUNK // 2:
            break
        if _level(piece) < _QUIET:
            continue
        found = searched.nearest(piece, ahead + shift, _JUMP // 2, _SAME)
        if found is not None:
            return ahead, found - ahead
    return None


def _last_frames(
    searched: _Searched, sound: Sound, certain: tuple[int, int], position: int, shift: int
) -> tuple[int, int]:
    """Return how far a sound goes into the chunk in which it was cut short."""
    heard, end = certain
    for at in range(position, min(position + _CHUNK, len(sound.samples)), FRAME):
        frame = sound.samples[at : at + FRAME]
        if searched.nearest(frame, at + shift, 2) is None:
            break
        heard, end = at + len(frame), at + len(frame) + shift
    return heard, end


def _backward(searched: _Searched, sound: Sound, offset: int, place: int) -> int | None:
    """Return where the sound's beginning is in the recording, or as much of it as is there; None: another sound's."""
    shift = place - offset
    start = place
    missed = 0
    for at in range(offset - _CHUNK, -1, -_CHUNK):
        chunk = sound.samples[at : at + _CHUNK]
        if _level(chunk) < _QUIET:
            continue
        found = searched.nearest(chunk, at + shift, _SLIP)
        if found is None:
            missed += 1
            if missed > _LOST:
                return None
            continue
        missed = 0
        shift = found - at
        start = found
    return start


def _level(samples: Samples) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-12))
