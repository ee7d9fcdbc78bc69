"""`onshore try`: a call in the terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from onshore.cli import main
from tests.making import write_site

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = str(Path(sys.executable).with_name("onshore"))
DISCLOSURE = "Your call will be answered by an agent in the Philippines."
OFFER = "To speak with an agent in the United States, press 1. Otherwise, please stay on the line."
CONNECTING = "Thank you. We are connecting you with an agent in the United States."
ABROAD = "The call goes to queue support-manila (center manila, PH); announced: PH; choice: none."
HOME = "The call goes to queue support-milwaukee (center milwaukee, US); announced: PH; choice: domestic."


def phone(file: Path, *words: str, given: str = "") -> list[str]:
    """Phone a service, and return what was said, without the evidence."""
    done = CliRunner().invoke(main, ["--config", str(file), "try", *words], input=given, catch_exceptions=False)
    assert (done.exit_code, done.stderr) == (0, "")
    return [line for line in done.stdout.splitlines() if line and not line.startswith("  ")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A site whose speech command is not there: nothing is spoken here."""
    (tmp_path / "speech").mkdir()
    return write_site(tmp_path)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("1", [DISCLOSURE, CONNECTING, HOME]),
        ("", [DISCLOSURE, OFFER, "To hear this again, press star.", ABROAD]),
        (".1", [DISCLOSURE, OFFER, "To hear this again, press star.", CONNECTING, HOME]),
        ("5...", [DISCLOSURE, OFFER, "This key is not in use.", OFFER, "To hear this again, press star.", ABROAD]),
        ("*1", [DISCLOSURE, OFFER, DISCLOSURE, CONNECTING, HOME]),
        ("h", [DISCLOSURE, "The caller hung up."]),
        (".h", [DISCLOSURE, OFFER, "To hear this again, press star.", "The caller hung up."]),
    ],
)
def test_keys_are_pressed_as_given(file: Path, keys: str, said: list[str]) -> None:
    """Each key acts where it means something; a dot lets a chance pass; h hangs up."""
    assert phone(file, "--keys", keys) == said


def test_keys_may_come_through_a_pipe(file: Path) -> None:
    """Without --keys they are read from the input, spaces and line ends aside."""
    assert phone(file, given=" 1\n") == [DISCLOSURE, CONNECTING, HOME]
    assert phone(file) == phone(file, "--keys", "")


def test_the_channel_s_language_is_spoken(file: Path) -> None:
    """A language of the site's is taken, its region aside; another falls back to the first."""
    assert phone(file, "--language", "es_MX", "--keys", "1")[0].startswith("Su llamada")
    assert phone(file, "--language", "de", "--keys", "1")[0] == DISCLOSURE


def test_a_menu_of_languages_takes_a_key(tmp_path: Path) -> None:
    """The languages are read out, each in its own, and a key chooses."""
    said = phone(write_site(tmp_path, more="ask_language = true\n"), "--keys", "21")
    assert said[0] == "For English, press 1."
    assert any(line.startswith("Su llamada") for line in said)


def test_no_agent_takes_the_call(file: Path) -> None:
    """With --no-agent the queue gives the caller back once, and home is offered."""
    said = phone(file, "--no-agent", "--keys", "...1")
    assert "No agent takes the call in queue support-manila." in said
    assert said[-1] == HOME
    waits = phone(file, "--no-agent", "--keys", "")
    assert waits[-1] == ABROAD
    assert "(ringing)" in waits
    assert sum(line.startswith("Your call will be answered") for line in waits) == 1


def test_a_service_may_be_left_out(tmp_path: Path) -> None:
    """The first service is phoned unless one is named."""
    file = write_site(tmp_path, more='[services.sales]\ncenter = "milwaukee"\ndomestic = "milwaukee"\n')
    assert phone(file, "--keys", "")[0] == DISCLOSURE
    assert phone(file, "sales", "--keys", "") == [
        "The call goes to queue support-milwaukee (center milwaukee, US); announced: nothing; choice: none."
    ]


def test_nothing_is_written(file: Path, tmp_path: Path) -> None:
    """A call in the terminal leaves no trace."""
    phone(file, "--keys", "1")
    assert not (tmp_path / "state").exists()


# In a real terminal.


class Terminal:
    """`onshore try` in a terminal of its own."""

    def __init__(self, file: Path) -> None:
        self.screen = b""
        self.controller, self.line = pty.openpty()
        self.before = termios.tcgetattr(self.line)
        self.process = subprocess.Popen(
            ["env", "--default-signal=INT", COMMAND, "--config", file, "try"],  # see test_cli on SIGINT
            stdin=self.line,
            stdout=self.line,
            stderr=self.line,
            start_new_session=True,
            preexec_fn=self._take,  # noqa: PLW1509 - there are no threads here
            env={**os.environ, "TERM": "dumb", "COLUMNS": "200"},
        )

    def _take(self) -> None:
        """Make the terminal the one whose Ctrl-C reaches the process."""
        import fcntl  # noqa: PLC0415 - between fork and exec

        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def press(self, key: str) -> None:
        """Press a key."""
        os.write(self.controller, key.encode())

    def shows(self, pattern: str, seconds: float = 30) -> str:
        """Wait until something is on the screen, and return all that is."""
        until = time.monotonic() + seconds
        while not re.search(pattern.encode(), self.screen):
            left = until - time.monotonic()
            assert left > 0, f"{pattern!r} is not shown: {self.screen.decode()}"
            if select.select([self.controller], [], [], left)[0]:
                self.screen += os.read(self.controller, 4096)
        return self.screen.decode().replace("\r\n", "\n")

    def ends(self) -> int:
        """Wait for the end of the process, and return its exit code; the terminal must be as it was."""
        code = self.process.wait(30)
        while select.select([self.controller], [], [], 0)[0]:
            self.screen += os.read(self.controller, 4096)
        assert termios.tcgetattr(self.line) == self.before
        return code

    def close(self) -> None:
        """Leave nothing running."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.controller)
        os.close(self.line)


@pytest.fixture
def terminal(file: Path) -> Iterator[Terminal]:
    """A call in a terminal, which has begun."""
    made = Terminal(file)
    made.shows("answered by an agent in the Philippines")
    yield made
    made.close()


def test_a_key_acts_at_once(terminal: Terminal) -> None:
    """The home key, pressed in the disclosure, brings the call home without waiting for its end, and is not echoed."""
    started = time.monotonic()
    terminal.press("1")
    terminal.shows("connecting you")
    assert time.monotonic() - started < 3  # the disclosure takes 3.6 seconds
    screen = terminal.shows("choice: domestic")
    assert "\n1" not in screen
    terminal.shows("The call goes to queue support-milwaukee")
    assert terminal.ends() == 0


def test_a_key_that_means_nothing_there_is_passed_over(terminal: Terminal) -> None:
    """In the disclosure only the home key counts; it still does after another one."""
    terminal.press("7x1")
    terminal.shows("The call goes to queue support-milwaukee")
    assert terminal.ends() == 0


def test_h_hangs_up(terminal: Terminal) -> None:
    """The call ends at once."""
    terminal.press("h")
    terminal.shows(r"The caller hung up\.")
    assert terminal.ends() == 0


def test_ctrl_c_ends_it_at_once_and_puts_the_terminal_back(terminal: Terminal) -> None:
    """No traceback, and the terminal echoes again."""
    assert not termios.tcgetattr(terminal.line)[3] & termios.ECHO
    terminal.press("\x03")
    assert terminal.ends() != 0
    assert "The call goes to queue" not in terminal.screen.decode()  # as it would, had the call gone on
    assert "Aborted!" in terminal.screen.decode()
    assert "Traceback" not in terminal.screen.decode()


def test_a_terminal_that_is_closed_ends_it(terminal: Terminal) -> None:
    """A window that is closed leaves no process behind."""
    os.killpg(terminal.process.pid, signal.SIGHUP)
    assert terminal.process.wait(10) != 0
