"""Sound files as Asterisk plays them: any recording in, the formats of phones out, at one loudness, without silence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.lib.stride_tricks import sliding_window_view

from onshore.speech import decoding

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from onshore.speech.decoding import Samples

VERSION = "1"  # of what is done to a sound: another one makes every prompt anew
LOUDNESS = -20.0  # dBFS RMS of every prompt
LOUDNESS_TOLERANCE = 1.0  # dB

SoundError = decoding.SoundError
decode = decoding.decode


@dataclass(frozen=True, slots=True)
class Format:
    """One of Asterisk's sound formats, and how FFmpeg calls it."""

    suffix: str
    codec: str
    rate: int  # Hz


FORMATS = {
    form.suffix: form
    for form in (
        Format("ulaw", "pcm_mulaw", 8000),
        Format("alaw", "pcm_alaw", 8000),
        Format("g722", "adpcm_g722", 16000),
        Format("sln16", "pcm_s16le", 16000),
    )
}

_MASTER = 16000  # Hz
_SILENCE = 30.0  # dB: 10 ms so much below the loudness of the whole are silent, to a caller
_LEAD, _TAIL = 4, 5  # 10 ms left before and after the speech: soft sounds at its ends lie below that
_CEILING = 10 ** (-1.5 / 20)  # the highest peak: what g722 adds must not clip either
_REACH = 4  # half milliseconds before and after a peak in which the gain changes
_WHISPER = -70.0  # dBFS: below it, nobody speaks
_CLOSE = 0.05  # dB from LOUDNESS
_FLOOR = 1e-9
_WHOLE = 0.9  # of full scale: below it, peaks at one height are how the sound is


@dataclass(frozen=True, slots=True)
class Measure:
    """What a sound file is like."""

    seconds: float
    rms_dbfs: float
    peak_dbfs: float
    silence_start_ms: int
    silence_end_ms: int


def prepare(source: Path | bytes) -> dict[str, bytes]:
    """Return what Asterisk plays of a recording, by format: trimmed and at LOUDNESS; SoundError when it is silent."""
    samples, rate = decode(source)
    rates = {form.rate for form in FORMATS.values()}
    resampled = dict(zip(rates, _resampled(samples, rate, *rates), strict=True))
    first, last = _speech(resampled[_MASTER])
    levelled = {rate: _levelled(_cut(samples, rate // 100, first, last), rate) for rate, samples in resampled.items()}
    return {form.suffix: _encoded(levelled[form.rate], form) for form in FORMATS.values()}


def milliseconds(ulaw_bytes: int) -> int:
    """Return how long a .ulaw file of this size plays."""
    return ulaw_bytes // 8


def measure(path: Path) -> Measure:
    """Return a sound file's length, loudness, highest peak, and silence at its ends; SoundError when it is none."""
    return measured(*decode(path))


def measured(samples: Samples, rate: int) -> Measure:
    """Return what a sound is like; `rate` in Hz."""
    rms = _rms(samples)
    each = levels(samples, rate)
    loud = np.flatnonzero(each > _db(rms) - _SILENCE)
    start, end = (int(loud[0]), len(each) - 1 - int(loud[-1])) if len(loud) else (len(each), len(each))
    peak = float(np.abs(samples).max(initial=0))
    return Measure(len(samples) / rate, _db(rms), _db(peak), start * 10, end * 10)


def flattened(samples: Samples) -> float:
    """Return the share of samples in peaks that were cut off: three or more side by side at one height, the highest."""
    size = np.abs(samples)
    top = size >= size.max(initial=0) * 0.999
    if size.max(initial=0) < _WHOLE:
        return 0.0
    run = top[2:] & top[1:-1] & top[:-2]
    return float(np.count_nonzero(run)) / max(len(samples), 1)


def _db(value: float) -> float:
    return float(20 * np.log10(max(value, _FLOOR)))


def _rms(samples: Samples) -> float:
    return math.sqrt(float(np.dot(samples, samples)) / len(samples)) if len(samples) else 0.0


def levels(samples: Samples, rate: int) -> NDArray[np.float64]:
    """Return the loudness of each whole 10 ms, in dBFS."""
    frame = rate // 100
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame)
    return np.asarray(10 * np.log10(np.einsum("ij,ij->i", frames, frames) / frame + _FLOOR**2))


def _resampled(samples: Samples, rate: int, *wanted: int) -> list[Samples]:
    """Return sound at other rates (Hz), without rumble and direct current below 60 Hz or so.

    By one Fourier transform of the whole and a part of it back for each rate: a filter without phase, whose edge is
    steep but not abrupt. Quiet at the end keeps the end from running into the beginning.
    """
    unit = math.lcm(*(rate // math.gcd(rate, to) for to in wanted))  # a length that is whole at every rate
    length = unit * _smooth(math.ceil((len(samples) + rate // 20) / unit))
    spectrum = np.fft.rfft(samples, length)
    per_hertz = length / rate
    rise = slice(int(25 * per_hertz), int(65 * per_hertz))
    spectrum[: rise.start] = 0
    spectrum[rise] *= np.sin(np.linspace(0, np.pi / 2, rise.stop - rise.start, dtype=np.float32)) ** 2
    results = []
    for to in wanted:
        size = length * to // rate
        edge = slice(int(0.46 * min(to, rate) * per_hertz), int(0.495 * min(to, rate) * per_hertz))
        part = spectrum[: size // 2 + 1].copy()
        part[edge] *= np.cos(np.linspace(0, np.pi / 2, edge.stop - edge.start, dtype=np.float32)) ** 2
        part[edge.stop :] = 0
        whole = np.fft.irfft(part, size)[: len(samples) * to // rate]
        results.append((whole * (to / rate)).astype(np.float32))
    return results


def _smooth(least: int) -> int:
    """Return the next number that is a product of 2, 3 and 5: transforms of such lengths are fast."""
    number = least
    while True:
        rest = number
        for factor in (2, 3, 5):
            while rest % factor == 0:
                rest //= factor
        if rest == 1:
            return number
        number += 1


def _speech(samples: Samples) -> tuple[int, int]:
    """Return from which 10 ms to which there is speech, with 40 ms of quiet before it and 50 ms after.

    May begin before the first and end after the last: then there is too little quiet.
    """
    each = levels(samples, _MASTER)
    if not len(each) or each.max() < _WHISPER:
        raise SoundError("is silent")
    first, last = 0, len(each)
    for _ in range(3):  # what is cut off makes the rest louder, and `measure` goes by the rest
        loudness = 10 * np.log10(np.mean(10 ** (each[max(first, 0) : last] / 10)))
        # A room's hiss is silence too: 6 dB above the quietest parts, where those are far enough below the speech.
        hiss = np.percentile(each, 5) + 6
        loud = np.flatnonzero(each > max(loudness - _SILENCE, hiss if hiss < loudness - 15 else -np.inf))
        first, last = int(loud[0]) - _LEAD, int(loud[-1]) + 1 + _TAIL
    return first, last


def _cut(samples: Samples, frame: int, first: int, last: int) -> Samples:
    """Return some frames of a sound, faded in and out within 5 ms; quiet where it has none."""
    cut = samples[max(first, 0) * frame : last * frame].copy()
    fade = np.linspace(0, 1, min(frame // 2, len(cut)), dtype=np.float32)
    cut[: len(fade)] *= fade
    cut[-len(fade) :] *= fade[::-1]
    before = max(-first, 0) * frame
    return np.pad(cut, (before, (last - first) * frame - before - len(cut)))


def _levelled(samples: Samples, rate: int) -> Samples:
    """Bring speech to LOUDNESS; peaks above the ceiling are turned down smoothly, and the rest up for it."""
    wanted = 10 ** (LOUDNESS / 20)
    gain = wanted / _rms(samples)
    for _ in range(20):
        levelled = _limited(samples * np.float32(gain), rate)
        missing = wanted / _rms(levelled)
        if abs(_db(missing)) < _CLOSE:
            return levelled
        gain *= missing
    if abs(_db(missing)) > LOUDNESS_TOLERANCE / 2:
        raise SoundError("is too uneven to be brought to the loudness of the others: mostly clicks?")
    return levelled


def _limited(samples: Samples, rate: int) -> Samples:
    """Turn the gain down around each peak above the ceiling, in a curve that begins before it: nothing is cut off."""
    block = rate // 2000  # half a millisecond
    size = _highest(np.abs(np.pad(samples, (0, -len(samples) % block))).reshape(-1, block))
    if size.max() <= _CEILING:
        return samples
    needed = np.minimum(1, _CEILING / np.maximum(size, _FLOOR))
    # The lowest of the blocks around, one further than the curve reaches: so the curve, and the line between two of its
    # points, lie below what each block needs.
    lowest = -_highest(sliding_window_view(np.pad(-needed, _REACH + 1, mode="edge"), 2 * _REACH + 3))
    curve = np.hanning(2 * _REACH + 3)[1:-1]
    smooth = np.convolve(np.pad(lowest, _REACH, mode="edge"), curve / curve.sum(), mode="valid")
    points = np.arange(len(smooth)) * block + block / 2
    return samples * np.interp(np.arange(len(samples)), points, smooth).astype(np.float32)


def _highest(rows: NDArray[Any]) -> NDArray[Any]:
    """Return the highest of each row. Column by column: many short rows take numpy ten times as long."""
    highest = rows[:, 0]
    for column in range(1, rows.shape[1]):
        highest = np.maximum(highest, rows[:, column])
    return highest


def _encoded(samples: Samples, form: Format) -> bytes:
    whole = np.clip(np.round(samples * 32768), -32768, 32767).astype("<i2")
    if form.codec == "pcm_s16le":
        return whole.tobytes()
    encoder = cast("Any", av.CodecContext.create(form.codec, "w"))
    encoder.sample_rate, encoder.layout, encoder.format = form.rate, "mono", "s16"
    frame = AudioFrame.from_ndarray(whole.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate, frame.pts = form.rate, 0
    return b"".join(bytes(packet) for packet in (*encoder.encode(frame), *encoder.encode(None)))
