"""A caller's channel over AGI, whichever way its commands travel."""

from __future__ import annotations

import time

from onshore.agi import wire
from onshore.line import DEADLINE, CallerGone, Heard, LineLost, SoundMissingError, TakenOver
from onshore.variables import CHANNEL_LANGUAGE, TIMEOUT_ABSOLUTE

TYPE_CHECKING = False  # type checkers know better; importing `typing` takes 6 ms, and a call may wait for it
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from onshore.agi.wire import Reply
    from onshore.line import Arrival
    from onshore.plan import Prompt

# Seconds by which a prompt's length, and our clock, may be off.
SLACK = 0.06
RINGING = "440+480/1000,0/2000"  # of Playtones: one second of tone, two of silence
FAILED = -1


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

    async def play(self, prompt: Prompt, keys: str = "") -> Heard:
        """Play a prompt in its language; one of `keys` cuts it short. SoundMissingError when it cannot be played."""
        length = prompt.milliseconds / 1000
        await self._speak(prompt.language)
        await self._expect(length)
        began = self._clock()
        reply = await self._ask(f"STREAM FILE {wire.quote(f'onshore/{prompt.id}')} {wire.quote(keys)}", length)
        heard = _heard(reply.position, prompt.milliseconds, self._clock() - began)
        if reply.result == FAILED:
            # Asterisk says the same of a hang-up and of a missing file; after a hang-up it answers no more.
            await self._still_there(heard)
            raise SoundMissingError(prompt.id)
        if reply.result:
            await self._expect(0)  # cut short: the deadline was set for the whole prompt
            return Heard(heard, chr(reply.result))
        return Heard(prompt.milliseconds)

    async def read_key(self, milliseconds: int) -> str:
        """Wait for one key, in silence; "" when none came in time."""
        await self._expect(milliseconds / 1000)
        reply = await self._ask(f"WAIT FOR DIGIT {milliseconds}", milliseconds / 1000)
        if reply.result == FAILED:
            await self._still_there()
            raise LineLost("Asterisk cannot wait for a key")
        if reply.result:
            await self._expect(0)
        return chr(reply.result) if reply.result else ""

    async def hold(self, milliseconds: int) -> str:
        """Play a ringing tone, and wait for one key; "" when none came in time."""
        await self._ask(f"EXEC Playtones {wire.quote(RINGING)}")
        key = await self.read_key(milliseconds)
        await self._ask('EXEC StopPlaytones ""')
        return key

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

    async def _expect(self, seconds: float) -> None:
        """Move the dialplan's deadline: it takes over this long, and DEADLINE, from now."""
        until = self._clock() + seconds + DEADLINE
        await self._set(TIMEOUT_ABSOLUTE, f"{seconds + DEADLINE:.3f}")
        self._until = until

    async def _set(self, name: str, value: str) -> None:
        await self._ask(f"SET VARIABLE {name} {wire.quote(value)}")

    async def _ask(self, text: str, seconds: float = 0) -> Reply:
        """Send a command. CallerGone, TakenOver or LineLost when Asterisk has ended the AGI."""
        if len(text.encode()) > wire.COMMAND_BYTES:
            raise ValueError(f"an AGI command of more than {wire.COMMAND_BYTES} bytes: {text[:80]}…")
        reply = await self.command(text, seconds)
        if _is_over(reply):
            lost = reply.code == wire.CLOSED and not reply.hung_up
            raise self._end(0, LineLost("Asterisk closed the connection") if lost else None)
        if reply.code != wire.SUCCESS:
            raise LineLost(f"Asterisk answers {reply.text[:100]!r} to {text.partition(' ')[0]}")
        return reply

    async def _still_there(self, heard: int = 0) -> None:
        """Return if the caller is there after a command that failed; else CallerGone or TakenOver.

        Their argument is how many milliseconds of the prompt were played until then.
        """
        if _is_over(await self.command("CHANNEL STATUS", 0)):
            raise self._end(heard)

    def _end(self, heard: int, otherwise: Exception | None = None) -> Exception:
        if self._clock() >= self._until - SLACK:
            return TakenOver(heard)
        return otherwise or CallerGone(heard)


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
