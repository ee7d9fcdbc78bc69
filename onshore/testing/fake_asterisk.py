"""A fake Asterisk that speaks AGI as the real one does, to a FastAGI server or to a process that it starts.

What the caller does is a script: press a key so long into a prompt, hang up, or (the server's doing) be late. Time is
the fake's own: a prompt of ten seconds is over at once. What was played and set can be looked at afterwards. A server
must be given the fake's `clock` to tell a hang-up from a deadline; a process always takes it for a hang-up, and has to
wait until it comes, for it measures that itself. The dialplan's subroutines, which play and take keys, are here, too.

Its answers were copied from what Asterisk 16.28 and 22.10 sent.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from onshore.callflow import AGAIN
from onshore.line import DEADLINE
from onshore.variables import CHANNEL_LANGUAGE, DONE, SAID

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from onshore.plan import Plan

WAIT = "wait"  # what `during` calls the silence in which a key is waited for
RINGING = "ringing"  # and the ringing tone
PATIENCE = 20.0  # real seconds that the other side may take for anything


@dataclass(frozen=True)
class Press:
    """The caller presses a key, so many milliseconds into the prompt whose id begins with `during`."""

    key: str
    during: str
    after: int = 0


@dataclass(frozen=True)
class HangUp:
    """The caller hangs up, so many milliseconds into it."""

    during: str
    after: int = 0


@dataclass(frozen=True)
class Late:
    """The other side was frozen: its command to play `during` comes so many milliseconds late."""

    during: str
    after: int


@dataclass(frozen=True)
class Played:
    """A prompt that the caller heard, or the part of it."""

    id: str
    language: str
    milliseconds: int


@dataclass
class FakeAsterisk:
    """One call. `plan` tells which sounds there are and how long they are, `missing` which are not (by the id's start).

    `rate` is of the files that it plays, in Hz; `dies_after` so many commands it is killed (None: never).
    """

    plan: Plan
    script: Sequence[Press | HangUp | Late] = ()
    language: str = "en"
    missing: Iterable[str] = ()
    rate: int = 8000
    dies_after: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    deadline: float = 3.0  # when the dialplan takes over, in seconds of `now`

    now: float = 0.0
    played: list[Played] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    ended: str = ""  # "hangup", "deadline", "killed"; "": the other side ended the AGI
    stderr: str = ""  # of the process
    during: str = ""  # what is played now, as the dialplan knows it
    _failed: bool = False
    _pressed: tuple[str, float] = ("", float("-inf"))  # the last key that counted, and when

    def __post_init__(self) -> None:
        """Make the caller's script one that can be used up."""
        self._left = list(self.script)
        self._sounds = {
            f"onshore/{prompt.id}": prompt for prompts in self.plan.prompts.values() for prompt in prompts.values()
        }

    @property
    def finished(self) -> bool:
        """Whether the dialplan goes on with what the call flow decided."""
        return not self.ended and self.variables.get(DONE) == "1"

    def heard(self) -> list[str]:
        """Return the ids of the prompts that were played, in order."""
        return [played.id for played in self.played]

    def clock(self) -> float:
        """Return the time on the fake's clock, in seconds."""
        return self.now

    # The two ways to reach the other side.

    async def phone(self, port: int, request: str, *arguments: str, host: str = "127.0.0.1") -> None:
        """Ask a FastAGI server, and answer its commands until it closes the connection."""
        reader, writer = await asyncio.open_connection(host, port)
        try:
            url = f"agi://{host}:{port}/{request}"
            writer.write(self.header_block(arguments, agi_network="yes", agi_network_script=request, agi_request=url))
            async with asyncio.timeout(PATIENCE):
                while line := await reader.readline():
                    answer = self.answer(line.decode().rstrip("\n"))
                    writer.write("".join(f"{text}\n" for text in answer).encode())
                    await writer.drain()
                    if self.ended:
                        writer.write_eof()
                        await reader.read()  # until the server has taken notice, so that tests see what it made of it
        finally:
            writer.close()
            await writer.wait_closed()

    def start(self, command: Sequence[str], *arguments: str) -> int:
        """Start a process as `AGI(command,arguments)` does, answer its commands, and return its exit code."""
        with subprocess.Popen(
            [*command, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdin
            assert process.stdout
            assert process.stderr
            try:
                process.stdin.write(self.header_block(arguments, agi_request=command[-1]))
                process.stdin.flush()
                while line := process.stdout.readline():
                    answer = [text for text in self.answer(line.decode().rstrip("\n")) if text != "HANGUP"]
                    if self._failed and not self.ended:
                        time.sleep(self.played[-1].milliseconds / 1000)  # by a process' own clock it is measured
                    process.stdin.write("".join(f"{text}\n" for text in answer).encode())
                    process.stdin.flush()
                    if self.ended:
                        process.send_signal(signal.SIGHUP)
                        break
            except BrokenPipeError:
                pass  # the process has ended
            # Not communicate(): Asterisk closes both ends, and does not wait for more commands.
            process.stdin.close()
            process.stdout.close()
            self.stderr = process.stderr.read().decode()
            return process.wait(PATIENCE)

    def header_block(self, arguments: Sequence[str] = (), **headers: str) -> bytes:
        """Return what Asterisk sends first."""
        lines = {
            **headers,
            "agi_channel": "PJSIP/caller-00000001",
            "agi_language": self.language,
            "agi_type": "PJSIP",
            "agi_uniqueid": "1700000000.1",
            "agi_version": "22.10.1",
            "agi_callerid": "2025550123",
            "agi_calleridname": "unknown",
            "agi_context": "onshore",
            "agi_extension": "support",
            "agi_priority": "5",
            "agi_enhanced": "0.0",
            "agi_accountcode": "",
            **self.headers,
            "agi_threadid": "140302160459456",
            **{f"agi_arg_{number}": text for number, text in enumerate(arguments, 1)},
        }
        return ("".join(f"{name}: {value}\n" for name, value in lines.items()) + "\n").encode()

    # What Asterisk answers.

    def answer(self, command: str) -> list[str]:
        """Return the lines that Asterisk sends back; `ended` tells whether it closes the connection then."""
        self.commands.append(command)
        if self.dies_after is not None and len(self.commands) > self.dies_after:
            self.ended = "killed"
            return []
        if self._failed or self.now >= self.deadline:
            self.ended = self.ended or ("deadline" if self.now >= self.deadline else "hangup")
            return ["HANGUP", "HANGUP"]
        return self._do(split_command(command))

    def _do(self, words: list[str]) -> list[str]:
        match words:
            case ["GOSUB", subroutine, "s", "1", arguments]:
                return self._gosub(subroutine, arguments.split(","))
            case ["GET", "VARIABLE", name]:
                value = self.variables.get(name, "")
                answer = f"200 result=1 ({value})" if value else "200 result=0"
            case ["SET", "VARIABLE", name, value]:
                self._set(name, value)
                answer = "200 result=1"
            case ["EXEC", _, _]:
                answer = "200 result=0"
            case ["SET" | "GET" | "GOSUB", *_]:
                return ["520-Invalid command syntax.  Proper usage follows:", "Usage.", "520 End of proper usage."]
            case _:
                answer = "510 Invalid or unknown command"
        return [answer]

    def _gosub(self, subroutine: str, arguments: list[str]) -> list[str]:
        """Do what the dialplan's subroutines do: play or wait, take a key, move the deadline."""
        deadline, first, *more = arguments
        place = 0
        for late in [each for each in self._left if isinstance(each, Late) and f"/{each.during}" in first]:
            self._left.remove(late)
            self.now += late.after / 1000
        if self.now >= self.deadline:
            self.ended = "deadline"
            return ["HANGUP", "HANGUP"]
        if subroutine == "onshore-say":
            keys, early, self.during, _ = more
            prompt = self._sounds.get(first)
            if prompt is None or prompt.language != self.language or prompt.id.startswith(tuple(self.missing)):
                self._end_gosub("", 0, "sound-missing", "")
                return ["100 result=0 Trying...", "200 result=0 Gosub complete"]
            self.deadline = self.now + float(deadline)
            key, ignored, milliseconds = self._take(prompt.id, prompt.milliseconds, keys, int(early))
            self.played.append(Played(prompt.id, self.language, milliseconds))
            place = milliseconds * self.rate // 8000 if key else -1
        elif subroutine in {"onshore-wait", "onshore-ring"}:
            self.during = more[0] if more else "ring"
            self.deadline = self.now + float(deadline)
            what = WAIT if subroutine == "onshore-wait" else RINGING
            key, ignored, _ = self._take(what, int(first), "0123456789*#", 0)
        else:
            return ["200 result=-1 Gosub label not found"]
        if self._failed:
            return ["100 result=0 Trying...", "200 result=0 Gosub complete (abnormal exit)"]
        self._end_gosub(key, place, "", ignored)
        return ["100 result=0 Trying...", "200 result=0 Gosub complete"]

    def _end_gosub(self, key: str, place: int, unplayed: str, ignored: str) -> None:
        self.variables[SAID] = f"{key}|{place}|{unplayed}|{ignored}"
        self.deadline = self.now + DEADLINE
        if key:
            self._pressed = (key, self.now)

    def _take(self, what: str, length: int, keys: str, early: int) -> tuple[str, str, int]:
        """Let time pass; return the key that counted, those that did not, and how many milliseconds did pass."""
        passed, ignored = 0, ""
        while True:
            began = self.now
            key, more = self._pass(what, length - passed, keys, passed)
            passed += more
            again = key == self._pressed[0] and began + more / 1000 - self._pressed[1] < AGAIN / 1000
            if not key or not (passed < early or again):
                return key, ignored, passed
            ignored += key

    def _set(self, name: str, value: str) -> None:
        if name.startswith("ARRAY("):
            for each, part in zip(name[6:-1].split(","), _split_array(value), strict=True):
                self._set(each, part)
        elif name == CHANNEL_LANGUAGE:
            self.language = value
        else:
            self.variables[name] = value

    def _pass(self, what: str, length: int, keys: str, begin: int) -> tuple[str, int]:
        """Let time pass, up to so many milliseconds; return the key that ended it, and how many did pass.

        `begin`: so far into it this begins.
        """
        limit = round((self.deadline - self.now) * 1000)
        actions = [each for each in self._left if what.startswith(each.during) and not isinstance(each, Late)]
        for action in sorted(actions, key=lambda each: each.after):
            after = max(0, action.after - begin)
            if after > min(length, limit):
                break
            self._left.remove(action)
            if isinstance(action, HangUp) or action.key in keys:
                self.now += after / 1000
                self._failed = isinstance(action, HangUp)
                return ("" if isinstance(action, HangUp) else action.key), after
        passed = max(0, min(length, limit))
        self._failed = limit < length
        self.now = max(self.deadline, self.now) if self._failed else self.now + passed / 1000
        return "", passed


def split_command(text: str) -> list[str]:
    """Split a command into its arguments as Asterisk does: at blanks, but for quotes and backslashes."""
    found: list[str] = []
    current: list[str] | None = None
    quoted = escaped = False
    for character in text:
        if escaped:
            current, escaped = [*(current or []), character], False
        elif character == "\\":
            escaped = True
        elif character == '"':
            current, quoted = current or [], not quoted
        elif character in " \t" and not quoted:
            if current is not None:
                found.append("".join(current))
            current = None
        else:
            current = [*(current or []), character]
    if current is not None:
        found.append("".join(current))
    return found


def _split_array(text: str) -> list[str]:
    """Split the values of ARRAY() as Asterisk does an application's arguments."""
    parts = [""]
    depth = 0
    quoted = escaped = False
    for character in text:
        if escaped:
            parts[-1], escaped = parts[-1] + character, False
        elif character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == "," and not quoted and depth <= 0:
            parts.append("")
        else:
            depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
            parts[-1] += character
    return parts
