"""A console that answers from a table, for what is asked of a running Asterisk."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from onshore.asterisk.console import Console

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PROGRAM = """\
import json, pathlib, sys
answers = json.loads(pathlib.Path(sys.argv[0]).with_name("answers.json").read_text())
print(answers.get(sys.argv[-1], "No such command '" + sys.argv[-1] + "'"))
"""


def console(folder: Path, answers: Mapping[str, str]) -> Console:
    """Return a console of an Asterisk that says this, and knows no other command."""
    (folder / "talks.py").write_text(_PROGRAM)
    (folder / "answers.json").write_text(json.dumps(dict(answers)))
    return Console(f"{sys.executable} {folder / 'talks.py'}", folder)
