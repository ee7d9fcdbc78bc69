"""What `queue show` prints is read by its beginning alone: the rest is another in each version and each realm."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from onshore import cli
from onshore.asterisk.console import Console
from tests.making import write_site

if TYPE_CHECKING:
    from pathlib import Path

QUEUE = "support-manila"
HEAD = f"{QUEUE} has 0 calls (max unlimited) in 'ringall' strategy (0s holdtime, 0s talktime), W:0, C:0, A:0, SL:0.0%"
MEMBER = "      PJSIP/ana (ringinuse disabled) (Not in use) has taken no calls yet"

# What is shown, and what is to be said of the queue: whether that is an error.
SHOWN = {
    "plain": (f"{HEAD}\n   Members: \n{MEMBER}\n   No Callers\n", None),
    "realtime": (f"{HEAD}, SL2:0.0% within 0s\n   Members: \n      ana (PJSIP/ana) (realtime) (In use)\n", None),
    "unlimited in another way": (f"{QUEUE}     has 0 calls (max 0) in '(null)' strategy\n{MEMBER}\n", None),
    "paused and odd": (f"{HEAD}\n   Members:\n  {'x' * 300} (paused:<b> was 4294967295 secs ago)\n", None),
    "colours": (f"{HEAD}\n   Members: \n      \x1b[1;36mana\x1b[0m (Unavailable)\n", None),
    "nothing but its name": (QUEUE, None),
    "nobody": (f"{HEAD}\n   No Members\n   No Callers\n\n", False),
    "no such queue": (f"No such queue: {QUEUE}.\n", True),
    "no queues at all": ("No queues.\n", True),
    "nothing": ("", True),
}


@pytest.mark.parametrize("kind", SHOWN)
def test_a_queue_is_there_when_its_line_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Whatever follows the queue's name, the queue is there; without its name it is not, and the key is named."""
    file = write_site(tmp_path)
    shown, serious = SHOWN[kind]

    def run(_console: Console, line: str) -> str:
        return shown if line == f"queue show {QUEUE}" else ""

    monkeypatch.setattr(Console, "run", run)
    said = CliRunner().invoke(cli.main, ["--config", str(file), "check", "--json"], catch_exceptions=False)
    problems = [
        one
        for one in json.loads(said.output)
        if one["what"] == f"queue {QUEUE}" and re.match("Asterisk has no queue|nobody is in", one["problem"])
    ]
    assert [one["serious"] for one in problems] == ([] if serious is None else [serious])


@pytest.mark.parametrize("queue", ["No", "Unable", "N", "No-such"])
@pytest.mark.parametrize("before", ["", "No ethernet interface found for seeding global EID.\n", "Unable to open x\n"])
def test_what_is_said_is_no_queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, queue: str) -> None:
    """A queue whose name begins a refusal, or a warning, is not there by that."""
    file = write_site(tmp_path, (QUEUE, queue))

    def run(_console: Console, line: str) -> str:
        return f"{before}No such queue: {queue}.\n" if line == f"queue show {queue}" else ""

    monkeypatch.setattr(Console, "run", run)
    said = CliRunner().invoke(cli.main, ["--config", str(file), "check", "--json"], catch_exceptions=False)
    assert any(one["problem"].startswith(f"Asterisk has no queue {queue!r}") for one in json.loads(said.output))
