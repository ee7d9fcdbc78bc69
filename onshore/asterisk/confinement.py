"""What SELinux and AppArmor may refuse Asterisk, whatever the bits of a file say."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from onshore.asterisk import running
from onshore.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ENFORCE = Path("/sys/fs/selinux/enforce")
PROFILES = Path("/sys/kernel/security/apparmor/profiles")
GETENFORCE = ("getenforce",)


def findings(state: Path, python: Path, port: int, process: Path | None) -> Iterator[Finding]:
    """Yield what may be refused, with the lines that allow it; `process`: Asterisk's folder in /proc, if it runs."""
    label = _read(process / "attr" / "current") if process else ""
    if _enforcing() and _confined(label):
        yield Finding(
            "SELinux",
            f"it is enforcing, and Asterisk is {f'confined ({label})' if label else 'probably confined (asterisk_t)'}: "
            f"it may be refused {state}, {python} or port {port}",
            "; ".join(selinux(state, python, port)) + "; `ausearch -m avc -ts recent` tells what is refused still",
            serious=False,
        )
    profile = _profile(label)
    if profile:
        yield Finding(
            "AppArmor",
            f"the profile {profile} confines Asterisk: it may be refused {state}, {python} or port {port}",
            f"add to /etc/apparmor.d/local/usr.sbin.asterisk: {' '.join(apparmor(state, python))} and run "
            "`apparmor_parser -r /etc/apparmor.d/usr.sbin.asterisk`",
            serious=False,
        )


def selinux(state: Path, python: Path, port: int) -> Sequence[str]:
    """Return the commands that let a confined Asterisk use the state folder, this Python and the daemon's port."""
    folder = python.parent
    lines = [
        f"semanage fcontext -a -t asterisk_var_lib_t '{_pattern(state)}(/.*)?'",
        f"semanage fcontext -a -t bin_t '{_pattern(folder)}(/.*)?'",
        f"restorecon -R {state} {folder}",
    ]
    return (*lines, f"semanage port -a -t sip_port_t -p tcp {port}") if port else tuple(lines)


def apparmor(state: Path, python: Path) -> Sequence[str]:
    """Return the lines of a profile that let Asterisk do the same."""
    return (f"{state}/** rwk,", f"{python.parent}/* ixr,", f"{python.parent.parent}/** r,", "network inet stream,")


def _enforcing() -> bool:
    said = _read(ENFORCE)
    if said:
        return said == "1"
    try:
        done = subprocess.run(GETENFORCE, stdin=subprocess.DEVNULL, capture_output=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.stdout.strip().lower() == b"enforcing"


def _confined(label: str) -> bool:
    """Tell whether a process is in a domain of its own. One that does not run may be."""
    return not label or "asterisk" in label


def _profile(label: str) -> str:
    """Return the enforced AppArmor profile of Asterisk: its process' own, else the one that is loaded for it."""
    found = re.fullmatch(r"(\S*asterisk\S*) \((enforce|kill)\)", label)
    if found or label:
        return found[1] if found else ""
    loaded = re.search(r"^(\S*asterisk\S*) \((enforce|kill)\)$", _read(PROFILES), re.MULTILINE)
    return loaded[1] if loaded else ""


def _pattern(path: Path) -> str:
    return re.sub(r"([.+*?()\[\]{}^$|\\])", r"\\\1", str(path))


def _read(file: Path) -> str:
    try:
        return file.read_text(errors="replace").strip("\0\n ")
    except OSError:
        return ""


def process(etc: Path, run: Path) -> Path | None:
    """Return the folder in /proc of the Asterisk of this configuration; None: it does not run, or is not seen."""
    found = running.process(etc, run)
    return running.PROC / found if found else None
