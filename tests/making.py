"""What the tests of sites and builds share: a site in a temporary folder, and a speech command that is quick."""

from __future__ import annotations

import array
import math
import shlex
import stat
import subprocess
import sys
import wave
from pathlib import Path
from typing import TYPE_CHECKING

from onshore import site as sites
from onshore.plan import Prompt, prompt_key
from onshore.planning import plan, wanted

if TYPE_CHECKING:
    from onshore.plan import Plan
    from onshore.site import Site

SITE = """\
home = "US"
rules = "us-call-center-act"
languages = ["en", "es"]

[asterisk]
etc = "etc"
state = "state"

[speech]
command = "SPEECH"

[centers.manila]
country = "PH"
queue = "support-manila"

[centers.milwaukee]
country = "US"
queue = "support-milwaukee"

[services.support]
center = "manila"
domestic = "milwaukee"
"""

Tree = dict[str, tuple[int, int, bytes]]


def write_site(folder: Path, *changes: tuple[str, str], more: str = "") -> Path:
    """Write a site, with texts of SITE replaced and something added at its end, and return its file."""
    text = SITE.replace("SPEECH", speech(folder).replace("\\", "\\\\").replace('"', '\\"'))
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    file = folder / "onshore.toml"
    file.write_text(text + more, "utf-8")
    return file


def site(folder: Path, *changes: tuple[str, str], more: str = "") -> Site:
    """Return such a site."""
    return sites.load(write_site(folder, *changes, more=more))


def speech(folder: Path) -> str:
    """Return a speech command that gives half a second of buzz, whatever it is to say."""
    wav = folder / "speech" / "buzz.wav"
    if not wav.exists():
        wav.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(wav), "wb") as file:
            file.setparams((1, 2, 16000, 0, "NONE", ""))
            file.writeframes(array.array("h", (int(9000 * math.sin(n * 0.2)) for n in range(8000))).tobytes())
    return f"cat {shlex.quote(str(wav))}"


def slow_speech(folder: Path, seconds: float) -> str:
    """Return a speech command that takes its time."""
    script = folder / "speech" / "slow.sh"
    fast = speech(folder)
    script.write_text(f"sleep {seconds}\n{fast}\n")
    return f"sh {shlex.quote(str(script))}"


def spoken_log(folder: Path) -> tuple[str, Path]:
    """Return a speech command that writes down what it is to say, a line each, and where."""
    script, log = folder / "speech" / "log.sh", folder / "spoken"
    fast = speech(folder)
    script.write_text(f"text=$(cat)\nprintf '%s\\n' \"$text\" >>{shlex.quote(str(log))}\n{fast}\n")
    return f"sh {shlex.quote(str(script))}", log


def unspoken_plan(made: Site) -> Plan:
    """Return a site's plan, with prompts that nobody has spoken: exactly those that `build` would make."""
    keys = [(language, prompt_key(name, *parameters)) for language, name, parameters in wanted(made)]
    return plan(made, [(key, Prompt(f"{key}-000000", language, key, 1000)) for language, key in keys])


def tree(folder: Path) -> Tree:
    """Return everything under a folder: mode, when changed (files alone), and content."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        regular = stat.S_ISREG(status.st_mode)
        content = path.read_bytes() if regular else b""
        found[str(path.relative_to(folder))] = (status.st_mode, status.st_mtime_ns if regular else 0, content)
    return found


def onshore(*words: str | Path, given: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run `onshore` as a user does."""
    command = [str(Path(sys.executable).with_name("onshore")), *map(str, words)]
    return subprocess.run(command, input=given, capture_output=True, text=True, timeout=60, check=False, cwd=cwd)
