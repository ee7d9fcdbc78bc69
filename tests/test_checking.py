"""What `onshore check` makes of what it looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onshore import checking
from onshore.asterisk import dialplan
from onshore.asterisk.console import Console
from onshore.testing.plans import sample_plan
from tests.making import site

if TYPE_CHECKING:
    from pathlib import Path

# All that Asterisk must have for Onshore's own template.
APPLICATIONS = [
    "AGI",
    "Answer",
    "ControlPlayback",
    "ExecIf",
    "Gosub",
    "Goto",
    "GotoIf",
    "Hangup",
    "Playtones",
    "Queue",
    "QueueLog",
    "Read",
    "Return",
    "Set",
    "StopPlaytones",
    "TryExec",
    "WaitExten",
]
FUNCTIONS = [
    "ARRAY",
    "CALLERID",
    "CDR",
    "CHANNEL",
    "CUT",
    "DIALPLAN_EXISTS",
    "FILTER",
    "IF",
    "RAND",
    "STAT",
    "STRFTIME",
    "STRREPLACE",
    "TIMEOUT",
    "TOLOWER",
]


def found(folder: Path, text: str, lacks: str = "") -> str:
    """Return what is said of an Asterisk that has all but one of these, and of a dialplan."""
    made = site(folder)
    file = made.asterisk.state / "asterisk" / dialplan.FILE
    file.parent.mkdir(parents=True)
    file.write_text(text)
    shown = "".join(f" {name}: Does it\n" for name in APPLICATIONS if name != lacks)
    told = "".join(f"{name}  {name}(x)  Does it\n" for name in FUNCTIONS if name != lacks)

    class Fake(Console):
        def run(self, line: str) -> str:
            return shown if line.endswith("applications") else told

    (finding,) = checking._modules(made, Fake("", folder))  # noqa: SLF001 - one of the checks, alone
    return finding.problem


@pytest.mark.parametrize("lacks", ["", *APPLICATIONS, *FUNCTIONS])
def test_what_the_dialplan_runs_must_be_there(tmp_path: Path, lacks: str) -> None:
    """Each application and each function of the dialplan that was built is looked for, and no other."""
    said = found(tmp_path, dialplan.render(sample_plan(listen=""), None), lacks)
    assert lacks in said
    assert bool(said) == bool(lacks)


@pytest.mark.parametrize("step", ["MyApp(1)", 'ExecIf($["x" = "y"]?MyApp(${EXTEN}))', "Set(MyVar=${MYFUNC(x)})"])
def test_what_an_admin_s_own_template_runs_is_looked_for_too(tmp_path: Path, step: str) -> None:
    """The list is read from the dialplan."""
    said = found(tmp_path, f"[onshore]\nexten => support,1,{step}\n same => n(x),Hangup()\n")
    assert "MyApp" in said or "MYFUNC()" in said
