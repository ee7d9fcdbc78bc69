"""Sound files as Asterisk plays them: any recording in, the formats of phones out, at one loudness, without silence."""

from __future__ import annotations

import io
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.error import FFmpegError
from av.filter import Graph
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Samples = NDArray[np.float32]  # mono, full scale ±1

VERSION = "1"  # of what is done to a sound: another one makes every prompt anew
LOUDNESS = -20.0  # dBFS RMS of every prompt
LOUDNESS_TOLERANCE = 1.0  # dB
LONGEST = 120.0  # seconds: no prompt is longer, and a wrong file must not fill the memory


@dataclass(frozen=True, slots=True)
class Format:
    """One of Asterisk's sound formats, and how FFmpeg calls it."""

    suffix: str
    container: str
    codec: str
    rate: int  # Hz


FORMATS = {
    form.suffix: form
    for form in (
        Format("ulaw", "mulaw", "pcm_mulaw", 8000),
        Format("alaw", "alaw", "pcm_alaw", 8000),
        Format("g722", "g722", "adpcm_g722", 16000),
        Format("sln16", "s16le", "pcm_s16le", 16000),
    )
}
# What else an admin may have lying in Asterisk's own formats, which have no header to tell them by.
_HEADERLESS = {form.suffix: (form.container, form.rate) for form in FORMATS.values()} | {
    "ul": ("mulaw", 8000),
    "al": ("alaw", 8000),
    "sln": ("s16le", 8000),
    "slin": ("s16le", 8000),
    "sln32": ("s16le", 32000),
    "sln48": ("s16le", 48000),
}

_MASTER = 16000  # Hz
_FRAME = 160  # samples: 10 ms at 16 kHz, in which silence is looked for
_SILENCE = 30.0  # dB: a frame so much below the loudness of the speech is silent, to a caller
_LEAD, _TAIL = 4, 5  # frames left before and after the speech: soft sounds at its ends lie below that
_FADE = 80  # samples, 5 ms
_CEILING = 10 ** (-1.5 / 20)  # the highest peak: what g722 adds must not clip either
_LOOKAHEAD = 0.004  # seconds
_WHISPER = -70.0  # dBFS: below it, nobody speaks
_CLOSE = 0.05  # dB from LOUDNESS
_FLOOR = 1e-9


class SoundError(Exception):
    """A file is no sound, or none that can be a prompt. The text goes into a PromptError that names the file."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What a sound file is like."""

    seconds: float
    rms_dbfs: float
    peak_dbfs: float
    silence_start_ms: int
    silence_end_ms: int


def decode(source: Path | bytes) -> tuple[Samples, int]:
    """Return any sound file, mono, and its rate in Hz; SoundError when it is none, or longer than LONGEST."""
    try:
        with _open(source) as container:
            if not container.streams.audio:
                raise SoundError("holds no sound")
            rate = container.streams.audio[0].codec_context.sample_rate
            blocks = _mono(container, rate)
    except (FFmpegError, OSError, ValueError) as error:
        raise SoundError(f"is no sound file that FFmpeg reads: {getattr(error, 'strerror', None) or error}") from None
    if not blocks:
        raise SoundError("holds no sound")
    return np.concatenate(blocks), rate


def _open(source: Path | bytes) -> Any:  # noqa: ANN401 - PyAV's class depends on the mode
    if isinstance(source, bytes):
        return av.open(io.BytesIO(source))
    headerless = _HEADERLESS.get(source.suffix[1:].lower())
    if not headerless:
        return av.open(str(source))
    container, rate = headerless
    # The g722 reader knows its only rate, and refuses to be told.
    options = {} if container == "g722" else {"sample_rate": str(rate), "ch_layout": "mono"}
    return av.open(str(source), format=container, options=options)


def _mono(container: Any, rate: int) -> list[Samples]:  # noqa: ANN401 - the same
    resampler = AudioResampler(format="flt", layout="mono", rate=rate)
    blocks: list[Samples] = []
    length = 0
    for frame in (*container.decode(audio=0), None):
        for block in resampler.resample(frame):
            samples = cast("Samples", block.to_ndarray().reshape(-1))
            length += len(samples)
            if length > LONGEST * rate:
                raise SoundError(f"is longer than {LONGEST:g} seconds: no prompt is")
            blocks.append(samples)
    return blocks


def prepare(source: Path | bytes) -> dict[str, bytes]:
    """Return what Asterisk plays of a recording, by format: trimmed and at LOUDNESS; SoundError when it is silent."""
    samples, rate = decode(source)
    speech = _trimmed(_resampled(samples, rate, _MASTER))
    levelled = {_MASTER: _levelled(speech, _MASTER), 8000: _levelled(_resampled(speech, _MASTER, 8000), 8000)}
    return {form.suffix: _encoded(levelled[form.rate], form) for form in FORMATS.values()}


def milliseconds(ulaw_bytes: int) -> int:
    """Return how long a .ulaw file of this size plays."""
    return ulaw_bytes // 8


def measure(path: Path) -> Measure:
    """Return a sound file's length, loudness, highest peak, and silence at its ends; SoundError when it is none."""
    samples, rate = decode(path)
    rms = _rms(samples)
    levels = _levels(samples, rate // 100)
    loud = np.flatnonzero(levels > _db(rms) - _SILENCE)
    start, end = (int(loud[0]), len(levels) - 1 - int(loud[-1])) if len(loud) else (len(levels), len(levels))
    peak = float(np.abs(samples).max())
    return Measure(len(samples) / rate, _db(rms), _db(peak), start * 10, end * 10)


def _db(value: float) -> float:
    return float(20 * np.log10(max(value, _FLOOR)))


def _rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def _levels(samples: Samples, frame: int) -> NDArray[np.float64]:
    """Return the loudness of each whole frame, in dBFS."""
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame)
    return np.asarray(10 * np.log10(np.mean(np.square(frames, dtype=np.float64), axis=1) + _FLOOR**2))


def _resampled(samples: Samples, rate: int, wanted: int) -> Samples:
    """Change the rate, by FFmpeg with a steep filter; also takes away rumble and direct current, below 60 Hz."""
    graph = Graph()
    source = graph.add_abuffer(format="flt", sample_rate=rate, layout="mono", time_base=Fraction(1, rate))
    steps = [
        graph.add("highpass", "f=60"),
        graph.add("aresample", f"{wanted}:filter_size=64:phase_shift=10:cutoff=0.96"),
        graph.add("aformat", f"sample_fmts=flt:sample_rates={wanted}:channel_layouts=mono"),
        graph.add("abuffersink"),
    ]
    for before, after in zip([source, *steps], steps, strict=False):
        before.link_to(after)
    graph.configure()
    source.push(_frame(samples.reshape(1, -1), "flt", rate))
    source.push(None)
    blocks = []
    while True:
        try:
            blocks.append(cast("AudioFrame", steps[-1].pull()).to_ndarray().reshape(-1))
        except (av.error.BlockingIOError, av.error.EOFError):
            break
    return np.concatenate(blocks).astype(np.float32) if blocks else np.zeros(0, np.float32)


def _frame(samples: NDArray[Any], form: str, rate: int) -> AudioFrame:
    frame = AudioFrame.from_ndarray(samples, format=form, layout="mono")
    frame.sample_rate = rate
    frame.pts = 0
    return frame


def _trimmed(samples: Samples) -> Samples:
    """Return the speech, with 40 ms of quiet before it and 50 ms after."""
    levels = _levels(samples, _FRAME)
    if not len(levels) or levels.max() < _WHISPER:
        raise SoundError("is silent")
    first, last = 0, len(levels)
    for _ in range(3):  # what is cut off makes the rest louder, and `measure` goes by the rest
        loudness = 10 * np.log10(np.mean(10 ** (levels[max(first, 0) : last] / 10)))
        # A room's hiss is silence too: 6 dB above the quietest parts, where those are far enough below the speech.
        hiss = np.percentile(levels, 5) + 6
        loud = np.flatnonzero(levels > max(loudness - _SILENCE, hiss if hiss < loudness - 15 else -np.inf))
        first, last = int(loud[0]) - _LEAD, int(loud[-1]) + 1 + _TAIL
    cut = samples[max(first, 0) * _FRAME : last * _FRAME].copy()
    fade = np.linspace(0, 1, min(_FADE, len(cut)), dtype=np.float32)
    cut[: len(fade)] *= fade
    cut[-len(fade) :] *= fade[::-1]
    before, after = max(-first, 0), max(last - len(levels), 0)
    return np.pad(cut, (before * _FRAME, after * _FRAME))


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
    size = np.abs(samples)
    if size.max() <= _CEILING:
        return samples
    window = int(rate * _LOOKAHEAD) | 1
    needed = np.minimum(1, _CEILING / np.maximum(size, _FLOOR))
    half = window // 2
    lowest = sliding_window_view(np.pad(needed, half, constant_values=1), window).min(axis=1)
    curve = np.hanning(window + 2)[1:-1]
    smooth = np.convolve(np.pad(lowest, half, mode="edge"), curve / curve.sum(), mode="valid")
    return (samples * smooth).astype(np.float32)


def _encoded(samples: Samples, form: Format) -> bytes:
    whole = np.clip(np.round(samples * 32768), -32768, 32767).astype(np.int16)
    whole = whole[: len(whole) // 2 * 2]  # g722 takes two at a time
    written = io.BytesIO()
    with av.open(written, "w", format=form.container) as container:
        stream = cast("Any", container.add_stream(form.codec, rate=form.rate))
        stream.layout = "mono"
        for packet in (*stream.encode(_frame(whole.reshape(1, -1), "s16", form.rate)), *stream.encode(None)):
            container.mux(packet)
    return written.getvalue()
