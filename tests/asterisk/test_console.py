"""Asterisk's console, one command at a time."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from onshore.asterisk.console import Console, begins
from onshore.errors import AsteriskError

ETC = Path("/etc/not here")


def test_the_command_gets_its_words_without_a_shell(tmp_path: Path) -> None:
    """Several words, quotes and all; what is asked is one word."""
    program = tmp_path / "a console"
    program.write_text("import sys\nprint(sys.argv[1:])\n")
    console = Console(f"{sys.executable} '{program}' $HOME", ETC)
    said = console.run("dialplan show; rm x")
    assert said == f"{['$HOME', '-C', '/etc/not here/asterisk.conf', '-rx', 'dialplan show; rm x']}\n"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("no-such-command-here", "there is no command 'no-such-command-here'"),
        ("/", "cannot be started"),
        ("", "is empty"),
        ("'unclosed", "No closing quotation"),
        (f"{sys.executable} -c \"import sys; sys.exit('Unable to connect')\"", "Unable to connect"),
        (f"{sys.executable} -c \"print('No such command')\"", "knows no command 'x'"),
        (f"{sys.executable} -c \"print('No ethernet interface'); print('No such command')\"", "knows no command 'x'"),
        (f'{sys.executable} -c "import signal; signal.pause()"', r"did not answer 'x' within 0\.3 s"),
    ],
)
def test_what_goes_wrong_is_told(command: str, expected: str) -> None:
    """Each with what to do, or with what Asterisk said."""
    with pytest.raises(AsteriskError, match=expected):
        Console(command, ETC, timeout=0.3 if "signal" in command else 10).run("x")


# What Asterisk 22 prints on its standard output before it answers, where its libraries or its settings call for it.
WARNINGS = (
    "No ethernet interface found for seeding global EID. You will have to set it manually.",
    "Unable to open specified master config file '/etc/asterisk/asterisk.conf', using built-in defaults",
)


@pytest.mark.parametrize("warned", [(), WARNINGS[:1], WARNINGS])
@pytest.mark.parametrize(("queue", "there"), [("support", True), ("sup", False), ("calls", False), ("No", False)])
def test_what_the_program_warns_of_stands_before_the_answer(
    warned: tuple[str, ...], queue: str, *, there: bool
) -> None:
    """A queue is found by its own line, wherever that is."""
    answer = ("support has 0 calls (max unlimited) in 'ringall' strategy (0s holdtime, 0s talktime)", "   No Members")
    assert begins("\n".join((*warned, *answer)), f"{queue} has ") == there
