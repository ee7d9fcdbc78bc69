"""Whether a recording without a header is what its ending says: nothing in it tells, so the sound itself must."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from onshore.speech import content, decoding, pace, sound

if TYPE_CHECKING:
    from pathlib import Path

    from onshore.speech.content import Bare
    from onshore.speech.decoding import Samples
    from onshore.speech.studio import Studio, Wanted

# A headerless recording must take more than SHORT and less than LONG of the sentence's time: mistakes are by two or
# more as a rule, and at their true rate the same sentences took 0.77 to 1.19 of what their letters say.
SHORT, LONG = 0.6, 1.6

# Measured on 500 sentences of 40 languages in each format, from -45 to -14 dBFS, with noise 15 dB below them or
# none: speech has at least 20 dB and 0.63; anything else that is read as speech has less, or has a better reading.
_FALLS = 12.0  # dB between loud 10 ms and quiet ones: speech has pauses
_SMOOTH = 0.35  # correlation of a loud sound with itself 125 µs later: noise has none
_BETTER = 3.0  # by which another reading must be better
_LOUD = 12.0  # dB below the loudest tenth or so
_SOFT = 25.0  # dB below the loudest: the ends of a sentence
_HIGHEST = 10.0  # times full scale, of floating point
_ENOUGH = 10.0  # seconds that are looked at

# What else a file could be. G.722 makes something like sound of every file: it is looked at last.
_SAMPLES = {
    "mulaw": ("µ-law", "ulaw"),
    "alaw": ("A-law", "alaw"),
    "s16le": ("16 bits", "sln"),
    "s16be": ("16 bits, the higher byte first", ""),
}
_OTHERS = {"s24le": "24 bits", "f32le": "floating point", "u8": "8 bits"}


def problem(file: Path) -> str:
    """Return why a recording without a header cannot be what its ending says, or ""; SoundError, OSError."""
    named = content.bare(file)
    if not named or named.reader == "gsm":  # each frame of GSM is marked
        return ""
    with file.open("rb") as opened:
        found = opened.read(round(_ENOUGH * 2 * named.rate))
    scores = {reader: _score(found, reader, named) for reader in _SAMPLES}
    own = _score(found, "g722", named) if named.reader == "g722" else scores[named.reader]
    best = max(scores, key=lambda reader: scores[reader])
    if named.reader == "g722":
        other = best if scores[best] > 0 else ""
    else:
        other = best if scores[best] > max(own + _BETTER, 0) else ""
    if own > 0 and not other:
        return ""
    return f"is no speech when it is read as {named.name}, as its ending says: {_what_it_is(found, other, named)}"


def _what_it_is(found: bytes, other: str, named: Bare) -> str:
    if other:
        name, ending = _SAMPLES[other]
        if not ending:
            return f"it seems to be {name}; convert it to WAV"
        more = " (.sln16 when it is of 16 kHz)" if ending == "sln" else ""
        return f"it seems to be {name}; name it .{ending}{more}, or convert it to WAV"
    for reader, name in _OTHERS.items():
        if _score(found, reader, named) > 0:
            return f"it seems to be {name}; convert it to WAV"
    if named.reader != "g722" and not _varied(found) and _score(found, "g722", named) > 0:
        return "it seems to be G.722; name it .g722, or convert it to WAV"
    return "its level never falls as a voice does, or all of it is noise; record it again, or deliver a WAV"


def _varied(found: bytes) -> bool:
    """Tell whether all bytes are about as frequent, as in what is encrypted or packed."""
    counts = np.bincount(np.frombuffer(found, np.uint8), minlength=256) / max(len(found), 1)
    entropy = -float(np.sum(counts[counts > 0] * np.log2(counts[counts > 0])))
    return entropy > 7.9


def _score(found: bytes, reader: str, named: Bare) -> float:
    """Return how much like speech bytes are when they are read like this; 0: not at all."""
    rate = 16000 if reader == "g722" else named.rate if reader == named.reader else 8000
    if reader.startswith("s16") and named.reader == "s16le":
        rate = named.rate
    return _likeness(decoding.bare(found, reader, rate), rate)


def _likeness(samples: Samples, rate: int) -> float:
    frame = rate // 100
    whole = samples[: len(samples) // frame * frame]
    if not len(whole) or not np.abs(whole).max() < _HIGHEST:  # also where some are no numbers
        return 0.0
    frames = (whole - whole.mean()).reshape(-1, frame)
    levels = sound.levels(frames.reshape(-1), rate)
    low, high = np.percentile(levels, [5, 95])
    loud = frames[levels > high - _LOUD].astype(np.float64)
    power = float(np.sum(loud * loud))
    step = max(rate // 8000, 1)
    smooth = float(np.sum(loud[:, step:] * loud[:, :-step])) / power if power > 0 else 0.0
    falls = float(high - low)
    if falls < _FALLS or not _SMOOTH < smooth < 0.995:
        return 0.0
    return min(falls, 40.0) + 60 * smooth


def doubt(making: Studio, wanted: Wanted, file: Path) -> str:
    """Return why a recording cannot be the prompt that it is named after, in the format that it is named after, or "".

    Of one with a sound's header "", whatever follows it.
    """
    try:
        kind, named = content.kind(file), content.bare(file)
        if kind and kind.reader:
            return ""
        if not named:
            sound.decode(file)  # tells why it cannot be read
            return ""
        found = problem(file)
        if found:
            return found
        seconds = _spoken(*sound.decode(file))
    except sound.SoundError as error:
        return str(error)
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    usual = pace.usual(making, wanted)
    return "" if SHORT < seconds / usual < LONG else _of_another_rate(named, seconds, usual)


def _spoken(samples: Samples, rate: int) -> float:
    """Return how many seconds there are from the first loud sound to the last: in noise, too, which counts as quiet."""
    levels = sound.levels(samples, rate)
    low, high = np.percentile(levels, [5, 95])
    loud = np.flatnonzero(levels > high - min(_SOFT, 0.6 * (high - low)))
    return float(loud[-1] - loud[0] + 1) / 100 if len(loud) else 0.0


def _of_another_rate(named: Bare, seconds: float, usual: float) -> str:
    """Say that a sound is too short or too long, and which ending would make it as long as it should be."""
    others = {ending: one for ending, one in content.BARE.items() if one.reader == named.reader != "gsm"}
    apart = {ending: abs(math.log(seconds * named.rate / one.rate / usual)) for ending, one in others.items()}
    nearest = min(apart, key=lambda ending: apart[ending], default="")
    another = nearest and others[nearest].rate != named.rate
    hint = f"if it is of another rate, name it .{nearest}, " if another else "if it is this sentence and whole, "
    return (
        f"takes {seconds:.1f} s when it is read as {named.name}, as its ending says, where the sentence takes some "
        f"{usual:.1f}; {hint}or deliver a WAV, which says its rate itself"
    )
