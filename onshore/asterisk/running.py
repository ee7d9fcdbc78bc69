"""Whom Asterisk really runs as: what this machine does, before what asterisk.conf says."""

from __future__ import annotations

import itertools
import re
import shlex
import subprocess
from pathlib import Path
from typing import NamedTuple

DEFAULT_ETC = Path("/etc/asterisk")
DEFAULTS = (Path("/etc/default/asterisk"), Path("/etc/sysconfig/asterisk"))
SYSTEMCTL = ("systemctl",)
PROC = Path("/proc")
_CONFIG = "asterisk.conf"


class Named(NamedTuple):
    """A user and a group, by name or number; "" where nothing is said. `source` says who says it."""

    user: str
    group: str
    source: str


def named(etc: Path, run: Path) -> Named | None:
    """Return whom the Asterisk of this configuration runs as: its process, its unit, its defaults; None: who knows."""
    return _process(etc, run) or (_unit() or _defaults() if _same(etc, DEFAULT_ETC) else None)


def process(etc: Path, run: Path) -> str:
    """Return the process id of the Asterisk of this configuration, by its own file of it, else by looking at all."""
    try:
        pids = [str(int((run / "asterisk.pid").read_text()))]
    except (OSError, ValueError):
        pids = sorted(path.name for path in PROC.glob("[0-9]*"))
    return next((pid for pid in pids if _is_asterisk(PROC / pid, etc)), "")


def _process(etc: Path, run: Path) -> Named | None:
    """Return the owner of the running process."""
    pid = process(etc, run)
    try:
        status = (PROC / pid / "status").read_text() if pid else ""
    except OSError:  # it has ended
        status = ""
    ids = {key: value.split() for key, _, value in (line.partition(":") for line in status.splitlines())}
    return Named(ids["Uid"][1], ids["Gid"][1], f"process {pid}") if ids else None


def _is_asterisk(folder: Path, etc: Path) -> bool:
    try:
        words = (folder / "cmdline").read_bytes().decode(errors="surrogateescape").split("\0")
        name = (folder / "comm").read_text().strip()
    except OSError:
        return False
    loaded = name.startswith("ld-linux") and any(word.endswith("/sbin/asterisk") for word in words[1:4])
    if name != "asterisk" and not loaded:
        return False
    console = any(re.match(r"-[a-zA-Z]*[rRx]", word) for word in words[1:])
    return not console and _same(_etc(words), etc) and _of_this_machine(folder)


def _of_this_machine(folder: Path) -> bool:
    """Return whether a process sees the files that we see: one in a container of this machine has others there."""
    try:
        return (folder / "root").samefile("/")
    except OSError:  # another user's, which we may not see: it may well be ours
        return True


def _etc(words: list[str]) -> Path:
    """Return the folder of the asterisk.conf that a command line names with -C, else the usual one."""
    for at, word in enumerate(words[:-1]):
        if re.fullmatch(r"-[a-zA-Z]*C", word):
            return Path(words[at + 1]).parent
    attached = next((word[2:] for word in words if word.startswith("-C") and len(word) > 2), "")
    return Path(attached).parent if attached else DEFAULT_ETC


def _unit() -> Named | None:
    """Return what systemd's unit of Asterisk says: `User=`, or `-U` of what it starts."""
    words = [*SYSTEMCTL, "show", "asterisk.service", "-p", "User", "-p", "Group", "-p", "ExecStart"]
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = dict(line.split("=", 1) for line in done.stdout.decode(errors="replace").splitlines() if "=" in line)
    user, group = _options(said.get("ExecStart", ""))
    user, group = said.get("User", "") or user, said.get("Group", "") or group
    return Named(user, group, "asterisk.service") if user else None


def _defaults() -> Named | None:
    """Return what the start script's settings say: AST_USER, or `-U` among the options."""
    for file in DEFAULTS:
        try:
            lines = [line.strip() for line in file.read_text(errors="replace").splitlines()]
        except OSError:
            continue
        said = dict(line.removeprefix("export ").split("=", 1) for line in lines if "=" in line and line[0] != "#")
        values = {key.strip(): value.partition(" #")[0].strip().strip("\"'") for key, value in said.items()}
        user, group = _options(" ".join(values.values()))
        user, group = values.get("AST_USER", "") or user, values.get("AST_GROUP", "") or group
        if user:
            return Named(user, group, str(file))
    return None


def _options(text: str) -> tuple[str, str]:
    """Return the user and the group of `-U` and `-G` in a command line."""
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    found = {"U": "", "G": ""}
    for word, following in itertools.zip_longest(words, words[1:], fillvalue=""):
        option = re.fullmatch(r"-[a-zA-Z]*?([UG])([\w.-]*);?", word)
        if option:
            found[option[1]] = option[2] or following.rstrip(";")
    return found["U"], found["G"]


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()
