"""What a call should be like, as data: what is heard, in order, when keys are pressed, and whom the caller reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from onshore.ledger import projection
from onshore.testing.call import At, Call, HangUp, Press, Step
from onshore.testing.heard import longest_silence, timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from onshore.plan import Plan, Prompt
    from onshore.testing.call import Recording
    from onshore.testing.heard import Segment
    from onshore.testing.match import Sound

SILENCE = 3.0  # seconds: nobody hears nothing for longer
STALL = 0.5  # seconds of a sound that a busy machine may lose
REACTION = 0.25  # seconds that a key takes to act, about
GAP = 0.1  # seconds between two prompts, about
HANG_UP = "hang up"


@dataclass(frozen=True, slots=True)
class Hear:
    """A prompt. With `press`: that key, so many seconds into it. A prompt that a key or a fault cuts is not `full`."""

    prompt: str  # its key in the plan: "disclosure-PH"; "en/language-1": in a language of its own
    press: str = ""  # a key, or HANG_UP
    at: float = 1.0
    full: bool | None = None  # None: unless something is pressed


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing to be heard, for so long; or another sound, if `sound`. With `press`: that key at its end."""

    seconds: float
    press: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """An agent, known by the tone."""

    agent: str


Part = Hear | Pause | Reach


@dataclass(frozen=True, slots=True)
class Script:
    """One call."""

    name: str  # a sentence
    dial: str
    parts: tuple[Part, ...]
    language: str | None = None  # the channel's; None: what Asterisk gives by itself
    speaks: str = "en"  # the language of the prompts
    choice: str = ""  # in the evidence; "": not looked at
    outcome: str = ""  # the same
    caller: str = "Test"  # the name
    number: str = ""  # the caller's; "": one that no other call of the PBX has
    limit: float = 60.0

    def call(self, plan: Plan, number: str) -> Call:
        """Return what the caller does, timed by how long the prompts take; `number` is the caller's."""
        steps: list[Step] = []
        now = GAP
        for part in self.parts:
            if isinstance(part, Hear):
                length = self._prompt(part.prompt, plan).milliseconds / 1000
                at, after = (part.at, part.at + REACTION) if part.press else (None, length + GAP)
            elif isinstance(part, Pause):
                at, after = (part.seconds if part.press else None), part.seconds
            else:
                at, after = None, 0.0
            if at is not None and isinstance(part, Hear | Pause):
                steps += [At(now + at), HangUp() if part.press == HANG_UP else Press(part.press)]
            now += after
        return Call(self.dial, tuple(steps), self.language, f'"{self.caller}" <{number}>', self.limit, self.name)

    def _prompt(self, key: str, plan: Plan) -> Prompt:
        language, _, key = key.rpartition("/")
        return plan.prompts[language or self.speaks][key]

    def check(self, recording: Recording, plan: Plan, sounds: Iterable[Sound], tones: Mapping[str, int]) -> None:
        """Assert that the recording holds what the script says, and that what holds for every call holds."""
        # A prompt in any other language is no prompt of the script: it need not be looked for to be missed.
        spoken = {self.speaks} | {part.prompt.partition("/")[0] for part in self.parts if isinstance(part, Hear)}
        heard = timeline(recording, [sound for sound in sounds if sound.language in spoken], tones)
        told = _as_text(heard)
        expected = [self._expected(part, plan) for part in self.parts if not isinstance(part, Pause)]
        found = _heard(heard)
        assert len(found) == len(expected), f"{told}\nwanted: {expected}"
        for segment, (what, seconds, full) in zip(found, expected, strict=True):
            assert what in {_sound(segment), *(segment.also if not full else ())}, f"{what} was not heard:{told}"
            whole = segment.full or segment.seconds > seconds - STALL
            assert whole or not full, f"{what} was cut short:{told}"
            assert full is not False or not whole, f"{what} was not cut short:{told}"
        assert longest_silence(recording) <= SILENCE, told
        _told_before_abroad(heard, plan)

    def check_evidence(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Assert that the evidence of this call says what happened."""
        told = "\n".join(str(event) for event in events)
        assert events[0]["event"] == "arrived", told
        assert events[0]["service"] == self.dial, told
        assert events[-1]["event"] == "ended", told
        choices = [event["choice"] for event in events if event["event"] == "choice"]
        assert not self.choice or choices[-1] == self.choice, told
        row = projection.row([(event["at"], event["event"], event) for event in events])
        assert not self.outcome or row["outcome"] == self.outcome, told
        reached = [part.agent for part in self.parts if isinstance(part, Reach)]
        routed = [event["center"] for event in events if event["event"] == "routed"]
        assert routed[-1:] == reached or not reached, told
        disclosed = [event["prompt"] for event in events if event["event"] == "disclosed"]
        said = [part.prompt for part in self.parts if isinstance(part, Hear) and part.prompt.startswith("disclosure")]
        assert [prompt.rpartition("-")[0] for prompt in disclosed] == said, told
        assert all(0 < event["heard_ms"] <= event["of_ms"] for event in events if event["event"] == "disclosed"), told

    def _expected(self, part: Part, plan: Plan) -> tuple[str, float, bool | None]:
        """Return the sound, how many seconds of it there are, and whether it must be whole; None: either."""
        if isinstance(part, Reach):
            return part.agent, 0.0, None
        assert isinstance(part, Hear)
        full = part.full if part.full is not None else not part.press
        prompt = self._prompt(part.prompt, plan)
        return f"{prompt.language}/{prompt.id}", prompt.milliseconds / 1000, full


def _heard(segments: Iterable[Segment]) -> list[Segment]:
    """Return the prompts and the agents' tones. A tone that a stall of the machine has parted is one."""
    found: list[Segment] = []
    for segment in segments:
        again = found and segment.kind == "tone" and segment.name == found[-1].name
        if segment.kind in {"prompt", "tone"} and not (again and segment.start - found[-1].end < STALL):
            found.append(segment)
    return found


def _sound(segment: Segment) -> str:
    return f"{segment.language}/{segment.name}" if segment.kind == "prompt" else segment.name


def _told_before_abroad(heard: Iterable[Segment], plan: Plan) -> None:
    """Assert that no agent abroad is reached before the caller was told the country (agents have a center's name)."""
    told: set[str] = set()
    for segment in heard:
        for sound in (_sound(segment), *segment.also) if segment.kind == "prompt" else ():
            name, _, more = sound.partition("/")[2].partition("-")
            if name == "disclosure":
                told.add(more.partition("-")[0])
        center = plan.centers.get(segment.name) if segment.kind == "tone" else None
        assert not center or not center.announce or center.country in told, f"{center} was reached untold"


def _as_text(heard: Iterable[Segment]) -> str:
    return "\n" + "\n".join(
        f"{segment.start:6.2f} {segment.seconds:6.2f} {segment.kind} {segment.language} {segment.name}"
        f"{'' if segment.full else ' (cut)'}"
        for segment in heard
    )
