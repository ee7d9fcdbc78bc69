"""Any recording → samples. Recordings come from outside: what is in them may be broken, or meant to do harm."""

from __future__ import annotations

import io
import wave
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.error import FFmpegError

from onshore.speech import content

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    Samples = NDArray[np.float32]  # mono, full scale ±1

LONGEST = 120.0  # seconds: no prompt is longer, and a wrong file must not fill the memory
_SLOWEST, _FASTEST = 4000, 384000  # Hz that recordings have
_ENOUGH = 96000  # Hz: faster ones are halved and more, or two minutes of them would fill the memory
_READ = "WAV (also WAVE64, RF64 and GSM in WAV), FLAC, Ogg, MP3, AIFF, CAF, .au, MP4/M4A, Matroska/WebM, AMR, AAC"


class SoundError(Exception):
    """A file is no sound, or none that can be a prompt. The text goes into a PromptError that names the file."""


def decode(source: Path | bytes) -> tuple[Samples, int]:
    """Return any sound file, mono, and its rate in Hz; SoundError when it is none, or longer than LONGEST.

    Recordings of more than 96 kHz come at 48 kHz. Memory is bounded by LONGEST, whatever the file.
    """
    plain = _plain_wav(source) if isinstance(source, bytes) else None
    if plain:
        return plain
    try:
        with _open(source) as container:
            rate = _rate(container)
            blocks = list(_mono(container, rate))
    except SoundError:
        raise
    except (FFmpegError, OSError, ValueError) as error:
        raise SoundError(f"is no sound file that FFmpeg reads: {getattr(error, 'strerror', None) or error}") from None
    except Exception as error:  # noqa: BLE001 - a file from outside; nobody knows all that it can do to FFmpeg
        raise SoundError(f"is no sound file that FFmpeg reads: {type(error).__name__}, {error}") from None
    if not blocks:
        raise SoundError("holds no sound")
    return np.concatenate(blocks), rate


def _rate(container: Any) -> int:  # noqa: ANN401 - PyAV's class depends on the mode
    """Return at which rate (Hz) a file is decoded; SoundError when it has none that a recording has."""
    if not container.streams.audio:
        raise SoundError("holds no sound")
    rate: int = container.streams.audio[0].codec_context.sample_rate
    if not _SLOWEST <= rate <= _FASTEST:
        raise SoundError(f"has {rate} samples a second: a recording has {_SLOWEST} to {_FASTEST}; its header is broken")
    return rate if rate <= _ENOUGH else _ENOUGH // 2


def _plain_wav(source: bytes) -> tuple[Samples, int] | None:
    """Read what speech commands give, mono in 16 bits, in a twentieth of the time that FFmpeg takes to look into it."""
    try:
        with wave.open(io.BytesIO(source)) as wav:
            if wav.getnchannels() != 1 or wav.getsampwidth() != 2 or not _SLOWEST <= wav.getframerate() <= _ENOUGH:
                return None
            rate = wav.getframerate()
            found = wav.readframes(int(LONGEST * rate) + 1)
    except (wave.Error, EOFError, RuntimeError):  # the last of a chunk that would end outside of the file
        return None
    samples = np.frombuffer(found[: len(found) // 2 * 2], "<i2").astype(np.float32) / np.float32(32768)
    if len(samples) > LONGEST * rate:
        raise _too_long()
    return (samples, rate) if len(samples) else None


def _open(source: Path | bytes) -> Any:  # noqa: ANN401 - PyAV's class depends on the mode
    """Open a file with the one reader that its content, or else its ending, asks for; never by trying all."""
    kind = content.kind(source)
    if kind and not kind.reader:
        raise SoundError(f"is no sound file that FFmpeg reads: it is {kind.name}")
    if isinstance(source, bytes):
        if not kind:
            raise SoundError(f"is no sound file of a kind that is read: {_READ}")
        return av.open(io.BytesIO(source), format=kind.reader)
    # What is read is this file alone, whatever else it may name.
    options = {"protocol_whitelist": "file"}
    if kind:
        return av.open(str(source), format=kind.reader, options=options)
    ending = content.ending(source)
    bare = content.BARE.get(ending)
    if not bare or (bare.reader == "gsm" and not content.is_gsm(source)):
        raise SoundError(_unread(ending))
    if bare.reader not in ("g722", "gsm"):  # those know their only rate, and refuse to be told
        options |= {"sample_rate": str(bare.rate), "ch_layout": "mono"}
    return av.open(str(source), format=bare.reader, options=options)


def _unread(ending: str) -> str:
    bare = ", ".join(f".{one}" for one in content.BARE)
    if ending in content.UNREAD:
        begins = f"is of a format that cannot be read here (.{ending}); convert it to WAV. What"
    elif ending in content.BARE:
        begins = f"is no sound file of the kind that its ending says (.{ending}). What"
    else:
        begins = "is no sound file of a kind that is read. What"
    return f"{begins} is read: {_READ}, by their content; and without a header, by the ending: {bare}"


def bare(content: bytes, reader: str, rate: int) -> Samples:
    """Return bytes as the sound they would be without a header, at most LONGEST of it; empty when they are none."""
    options = {} if reader == "g722" else {"sample_rate": str(rate), "ch_layout": "mono"}
    try:
        with av.open(io.BytesIO(content), format=reader, options=options) as container:
            blocks = list(_mono(container, rate))
    except (FFmpegError, ValueError, SoundError):
        blocks = []
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)


def _mono(container: Any, rate: int) -> Iterator[Samples]:  # noqa: ANN401 - PyAV's class depends on the mode
    """Return a container's sound in blocks, and stop where it gets too long: nothing is decoded ahead."""
    resampler = AudioResampler(format="flt", layout="mono", rate=rate)
    length = 0
    for frame in chain(container.decode(audio=0), (None,)):
        for block in resampler.resample(frame):
            samples = cast("Samples", block.to_ndarray().reshape(-1))
            length += len(samples)
            if length > LONGEST * rate:
                raise _too_long()
            yield samples


def _too_long() -> SoundError:
    return SoundError(f"is longer than {LONGEST:g} seconds: no prompt is")
