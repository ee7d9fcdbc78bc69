"""A caller's channel over AGI, whichever way its commands travel."""

from __future__ import annotations

import time
from dataclasses import dataclass

from onshore.agi import wire
from onshore.line import DEADLINE, CallerGone, Heard, LineLost, SoundMissingError, TakenOver
from onshore.variables import CHANNEL_LANGUAGE, SAID

TYPE_CHECKING = False  # type checkers know better; importing `typing` takes 6 ms, and a call may wait for it
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from onshore.agi.wire import Reply
    from onshore.line import Arrival
    from onshore.plan import Prompt

# Seconds by which a prompt's length, and our clock, may be off.
SLACK = 0.06
ABNORMAL = "abnormal exit"  # what Asterisk says of a subroutine that a hang-up, or the deadline, has ended

# Subroutines of the dialplan. What they do goes on when this process is frozen: see the dialplan's template.
SAY, WAIT, RING = "onshore-say", "onshore-wait", "onshore-ring"


class AgiLine:
    """Onshore's Line over AGI commands. A transport gives `command`.

    `clock` returns seconds; it tells a hang-up from a deadline that has passed, which look the same over AGI.
    """

    def __init__(self, arrival: Arrival, clock: Callable[[], float] = time.monotonic) -> None:
        self._language = arrival.language
        self._clock = clock
        self._until = clock() + DEADLINE  # when the dialplan takes over. It set the first deadline itself

    async def command(self, text: str, seconds: float) -> Reply:
        """Send one command, expected to take so many seconds, and return the answer.

        LineLost when there is none in time, or nonsense; a closed connection is an answer with the code CLOSED.
        """
        raise NotImplementedError

    async def play(self, prompt: Prompt, keys: str = "", *, during: str = "", told: str = "", early: int = 0) -> Heard:
        """Play a prompt in its language; one of `keys` cuts it short. SoundMissingError when it cannot be played."""
        await self._speak(prompt.language)
        arguments = (f"onshore/{prompt.id}", keys, str(early), during, told.upper())
        began = self._clock()
        try:
            said = await self._run(SAY, arguments, prompt.milliseconds / 1000)
        except (CallerGone, TakenOver) as cut:
            elapsed = round((self._clock() - began) * 1000)
            raise type(cut)(min(prompt.milliseconds, elapsed)) from None
        if said.unplayed:
            raise SoundMissingError(said.unplayed)
        if not said.key:
            return Heard(prompt.milliseconds, ignored=said.ignored)
        heard = _heard(said.place * 8, prompt.milliseconds, self._clock() - began)
        return Heard(heard, said.key, said.ignored)

    async def read_key(self, milliseconds: int, *, during: str = "") -> Heard:
        """Wait for one key, in silence."""
        said = await self._run(WAIT, (str(milliseconds), during), milliseconds / 1000)
        return Heard(0, said.key, said.ignored)

    async def hold(self, milliseconds: int) -> Heard:
        """Play a ringing tone, and wait for one key."""
        said = await self._run(RING, (str(milliseconds),), milliseconds / 1000)
        return Heard(0, said.key, said.ignored)

    async def signal(self, event: str, details: str) -> None:
        """Have Asterisk write a user event into its CEL. TryExec, because CEL's application may not be loaded."""
        await self._ask(f"EXEC TryExec {wire.quote(f'CELGenUserEvent({event},{details})')}")

    async def finish(self, variables: Mapping[str, str], language: str) -> None:
        """Set channel variables and the channel's language, with one command: all of them, or none.

        The last variable comes last, after the language too.
        """
        values = dict(variables)
        if language != self._language:
            values = {CHANNEL_LANGUAGE: language, **values}
        await self._ask(wire.array(values))
        self._language = language

    async def _speak(self, language: str) -> None:
        if language != self._language:
            await self._set(CHANNEL_LANGUAGE, language)
            self._language = language

    async def _run(self, subroutine: str, arguments: tuple[str, ...], seconds: float) -> _Said:
        """Run a subroutine of the dialplan that takes so many seconds, and return what came of it.

        It sets the dialplan's deadline, to this long and DEADLINE, and when it ends, to DEADLINE.
        """
        given = wire.quote(",".join((f"{seconds + DEADLINE:.3f}", *arguments)))
        self._until = self._clock() + seconds + DEADLINE
        reply = await self._ask(f"GOSUB {subroutine} s 1 {given}", seconds)
        if reply.result:
            raise LineLost(f"the dialplan has no {subroutine}: run `onshore build` and `onshore install` again")
        if ABNORMAL in reply.text:
            return await self._cut_short()
        # It has ended by itself, nobody knows when. If all is over by now, that was long ago: we stood still.
        self._until = 0.0
        reply = await self._ask(f"GET VARIABLE {SAID}")
        self._until = self._clock() + DEADLINE
        return _said(reply.text)

    async def _cut_short(self) -> _Said:
        """Return what came of a subroutine that did not get to its end: a hang-up, or the deadline, if all is over.

        That Asterisk closes the connection says the same: its word HANGUP may be lost with what we sent too late.
        """
        try:
            reply = await self._ask(f"GET VARIABLE {SAID}")
        except LineLost:
            raise self._end(None) from None
        return _said(reply.text)

    async def _set(self, name: str, value: str) -> None:
        await self._ask(f"SET VARIABLE {name} {wire.quote(value)}")

    async def _ask(self, text: str, seconds: float = 0) -> Reply:
        """Send a command. CallerGone, TakenOver or LineLost when Asterisk has ended the AGI."""
        if len(text.encode()) > wire.COMMAND_BYTES:
            raise ValueError(f"an AGI command of more than {wire.COMMAND_BYTES} bytes: {text[:80]}…")
        reply = await self.command(text, seconds)
        if _is_over(reply):
            lost = reply.code == wire.CLOSED and not reply.hung_up
            raise self._end(LineLost("Asterisk closed the connection") if lost else None)
        if reply.code != wire.SUCCESS:
            raise LineLost(f"Asterisk answers {reply.text[:100]!r} to {text.partition(' ')[0]}")
        return reply

    def _end(self, otherwise: Exception | None) -> Exception:
        if self._clock() >= self._until - SLACK:
            return TakenOver()
        return otherwise or CallerGone()


@dataclass(frozen=True, slots=True)
class _Said:
    """What a subroutine leaves."""

    key: str
    place: int  # how far the prompt was played: samples, divided by 8
    unplayed: str  # why not; "": it was played
    ignored: str


def _said(text: str) -> _Said:
    r"""Return what is in Asterisk's answer, `200 result=1 (KEY|PLACE|UNPLAYED|IGNORED)`."""
    key, place, unplayed, ignored = (*text.partition("(")[2].rpartition(")")[0].split("|"), "", "", "", "")[:4]
    return _Said(key, int(place) if place.isdecimal() and len(place) < 10 else 0, unplayed, ignored)


def _is_over(reply: Reply) -> bool:
    return reply.hung_up or reply.code in {wire.CLOSED, wire.DEAD_CHANNEL}


def _heard(position: int, length: int, elapsed: float) -> int:
    """Return how many milliseconds of a prompt were played, of its length, from Asterisk's position in the file.

    The position counts the file's samples: at 8 kHz for ulaw and alaw, at 16 kHz for g722 and sln16. Which file
    Asterisk chose it does not say; but nobody hears more than the prompt, nor more than the time that has passed.
    """
    narrow, wide = position / 8000, position / 16000
    if narrow > length / 1000 + SLACK or wide - SLACK <= elapsed < narrow - SLACK:
        narrow = wide
    return min(length, round(narrow * 1000))
