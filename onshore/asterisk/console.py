"""Asterisk's console, as one command at a time: `asterisk -C ETC/asterisk.conf -rx '…'`."""

from __future__ import annotations

import shlex
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onshore.asterisk.config import MAIN
from onshore.errors import AsteriskError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Console:
    """The console of the Asterisk whose asterisk.conf is in `etc`."""

    command: str  # may be several words; no shell reads it
    etc: Path
    timeout: float = 10  # seconds, for each line

    def run(self, line: str) -> str:
        """Return what Asterisk prints; AsteriskError when it does not run or answer, or knows no such command."""
        try:
            words = shlex.split(self.command)
        except ValueError as error:
            raise AsteriskError(f"`command` under [asterisk] in the site is {self.command!r}: {error}") from error
        if not words:
            raise AsteriskError(
                "`command` under [asterisk] in the site is empty: it is how to start Asterisk's console"
            )
        try:
            done = subprocess.run(
                [*words, "-C", str(self.etc / MAIN), "-rx", line],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self.timeout,
                check=False,
            )
        except FileNotFoundError:
            raise AsteriskError(
                f"there is no command {words[0]!r}: set `command` under [asterisk] in the site to Asterisk's console"
            ) from None
        except OSError as error:
            raise AsteriskError(f"{words[0]} cannot be started: {error.strerror}") from error
        except subprocess.TimeoutExpired:
            raise AsteriskError(f"Asterisk did not answer {line!r} within {self.timeout:g} s") from None
        output = done.stdout.decode(errors="replace")
        if done.returncode:
            said = (output + done.stderr.decode(errors="replace")).strip() or f"exit code {done.returncode}"
            raise AsteriskError(f"Asterisk does not answer its console: {said}")
        if begins(output, "No such command"):
            raise AsteriskError(f"Asterisk knows no command {line!r}: {output.strip()}")
        return output


def begins(output: str, words: str) -> bool:
    """Return whether a line of what the console printed begins with these words.

    Not the first line alone: before the answer stands what the console's own program has to say, "No ethernet interface
    found for seeding global EID" for example, on a machine or in a container that has none.
    """
    return any(line.startswith(words) for line in output.splitlines())
