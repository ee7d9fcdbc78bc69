"""A line that is a terminal: prompts as text, keys from the keyboard. For `onshore try`."""

from __future__ import annotations

import os
import select
import sys
import termios
import time
import tty
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TextIO

from onshore.line import CallerGone, Heard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from onshore.plan import Prompt

KEYS = "0123456789*#"
HANG_UP = "hHqQ\x03\x04"  # Ctrl-C and Ctrl-D too


class Keyboard(Protocol):
    """What a caller presses."""

    def wait(self, seconds: float, keys: str) -> str:
        """Wait so long at most for one of these keys, and return it; "": none came. CallerGone when the caller left."""
        ...


class TerminalLine:
    """Speaks by printing, and listens to a keyboard."""

    def __init__(self, say: Callable[[str], None], keyboard: Keyboard) -> None:
        self._say = say
        self._keyboard = keyboard
        self.variables: dict[str, str] = {}

    async def play(self, prompt: Prompt, keys: str = "", *, during: str = "", told: str = "", early: int = 0) -> Heard:
        """Print a prompt, and take as long as it takes to speak."""
        del during, told, early  # who reads knows sooner than who hears
        self._say(prompt.text)
        started = time.monotonic()
        key = self._keyboard.wait(prompt.milliseconds / 1000, keys)
        heard = round((time.monotonic() - started) * 1000) if key else prompt.milliseconds
        return Heard(min(heard, prompt.milliseconds), key)

    async def read_key(self, milliseconds: int, *, during: str = "") -> Heard:
        """Wait for a key."""
        del during
        return Heard(0, self._keyboard.wait(milliseconds / 1000, KEYS))

    async def hold(self, milliseconds: int) -> Heard:
        """Wait for a key, ringing."""
        self._say("(ringing)")
        return Heard(0, self._keyboard.wait(milliseconds / 1000, KEYS))

    async def signal(self, event: str, details: str) -> None:
        """Nobody listens here."""

    async def finish(self, variables: Mapping[str, str], language: str) -> None:
        """Keep the variables, for whoever asks."""
        del language
        self.variables.update(variables)


class ScriptedKeys:
    """Keys given beforehand: each is pressed as soon as it means anything, with no waiting.

    `.` lets one chance to press a key pass; `h` hangs up.
    """

    def __init__(self, keys: str) -> None:
        self._left = list(keys)

    def wait(self, seconds: float, keys: str) -> str:
        """Return the next key, if it is one of these."""
        del seconds
        if not self._left:
            return ""
        if self._left[0] in HANG_UP:
            raise CallerGone
        if self._left[0] in keys:
            return self._left.pop(0)
        if keys == KEYS and self._left[0] == ".":
            self._left.pop(0)
        return ""


class TerminalKeys:
    """The keys of a terminal, one by one; see `keyboard`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def wait(self, seconds: float, keys: str) -> str:
        """Wait for one of these keys."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            ready, _, _ = select.select([self._descriptor], [], [], left)
            if not ready:
                break
            key = os.read(self._descriptor, 1).decode("ascii", "replace")
            if not key or key in HANG_UP:
                raise CallerGone
            if key in keys:
                return key
        return ""


@contextmanager
def keyboard(stream: TextIO = sys.stdin) -> Iterator[Keyboard]:
    """Give the keys of a terminal, unechoed and at once; the terminal is put back afterwards."""
    descriptor = stream.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        yield TerminalKeys(descriptor)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
