"""A call as data: what a caller does, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing for some seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class At:
    """Do nothing until so many seconds after the answer; nothing at all when that is past."""

    second: float


@dataclass(frozen=True, slots=True)
class UntilSound:
    """Wait until something is heard (speech, music, a tone)."""


@dataclass(frozen=True, slots=True)
class UntilSilence:
    """Wait until nothing has been heard for some seconds: a prompt has ended.

    May notice up to a second late; up to three when the PBX sends no packets while it is silent.
    """

    seconds: float = 0.6


@dataclass(frozen=True, slots=True)
class Press:
    """Press a key: an RFC 4733 digit of 120 ms."""

    key: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """Hang up. Without this step a call goes on until the other side hangs up, or to its limit."""


Step = Wait | At | UntilSound | UntilSilence | Press | HangUp


@dataclass(frozen=True, slots=True)
class Call:
    """What a caller does, step by step from the answer on."""

    dial: str  # the service: "support"
    steps: tuple[Step, ...] = ()
    language: str | None = None  # the channel's at the PBX; "": an empty one; None: what the PBX gives by itself
    caller: str = '"Test" <5550100>'  # name and number, as in a call file
    limit: float = 60.0  # seconds after the answer: the caller hangs up then
    name: str = ""  # names the recording's folder; else the service does


@dataclass(frozen=True, slots=True)
class Recording:
    """What came of a call. Moments are seconds after the answer."""

    call: Call
    file: Path  # what the caller heard: WAV, 8 kHz, mono, from the answer on; absent when nobody answered
    ended: str  # "far end", "caller" (its hang-up step), "limit" or "unanswered"
    seconds: float  # from the answer to the end
    answered_at: float  # seconds since 1970; 0: not answered
    pressed: tuple[tuple[str, float], ...]  # each key, and when it went down
    cause: int  # why it ended: Q.850, e.g. 16 normal, 17 busy, 3 no such number
