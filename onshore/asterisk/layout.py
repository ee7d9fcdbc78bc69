"""What is to be in Asterisk's folders once Onshore is installed, worked out from what `build` made. Touches nothing."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from onshore import plan
from onshore.asterisk import queuefile, systemd
from onshore.asterisk.include import LINE, OWN, includes
from onshore.errors import InstallError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onshore.asterisk.config import Account, Folders

DIALPLAN = Path("asterisk") / OWN  # in the state folder, made by `build`
SCRIPT = "onshore.agi"
_SHEBANG = 127  # characters of a `#!` line that every Linux reads


@dataclass(frozen=True, slots=True)
class Target:
    """What is installed, and into what."""

    etc: Path  # of the site, as the next two
    state: Path
    command: str
    daemon: bool  # whether the site has one
    script: Path  # onshore.agi as it comes with Onshore
    database: Path | None = None  # the folder of the ledger, where the site has it elsewhere than in the state folder
    program: Path = field(default_factory=lambda: Path(sys.executable).with_name("onshore"))
    systemd: systemd.Systemd | None = field(default_factory=systemd.here)  # None: no unit is wanted
    queues: tuple[str, ...] = ()  # of the site
    queue_variables: bool | None = None  # whether they are to be told to say who answered; None: as it is installed


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be there. The default: nothing."""

    files: Mapping[Path, tuple[bytes, int]] = field(default_factory=dict)  # content and mode
    lines: Mapping[Path, bytes] = field(default_factory=dict)  # `#include` lines, by the admin's files they go into
    links: Mapping[Path, str] = field(default_factory=dict)


def wanted(target: Target, folders: Folders, account: Account | None, *, queue_variables: bool = False) -> Wanted:
    """Return what is to be there; PlanError or InstallError when `build` has not made it yet.

    With `queue_variables`, that the site's queues say who answered, too.
    """
    built = plan.load(target.state / plan.FILE)
    dialplan = target.state / DIALPLAN
    if not dialplan.is_file():
        raise InstallError(f"{dialplan} is not there: run `onshore build` first")
    files = {
        folders.etc / OWN: (_pointer(dialplan), 0o644),
        folders.agi / SCRIPT: (script(target.script, target.state), 0o755),
    }
    if target.daemon and target.systemd:
        unit = systemd.unit(target.program, target.state, account, target.database)
        files[target.systemd.folder / systemd.UNIT] = (unit, 0o644)
    links: dict[Path, str] = {}
    for language in built.languages:
        sounds = target.state / "sounds" / language / "onshore"
        if not sounds.is_dir():
            raise InstallError(f"{sounds} is not there: run `onshore build` first")
        links |= dict.fromkeys(folders.places(language), str(sounds))
    lines = {entry(folders.etc): LINE}
    if queue_variables:
        lines[queuefile.entry(folders.etc)] = f"#include {queuefile.OWN}".encode()
        files[folders.etc / queuefile.OWN] = (queuefile.added(folders.etc, target.queues), 0o644)
    return Wanted(files, lines, links)


def _pointer(dialplan: Path) -> bytes:
    if re.search(r'["<>;*?\[\]\x00-\x1f]', str(dialplan)):
        raise InstallError(
            f"Asterisk cannot include {str(dialplan)!r}: set `state` under [asterisk] in the site to a folder "
            'without " < > ; * ? [ ] in its name'
        )
    return (
        "; Written by `onshore install`, removed by `onshore uninstall`.\n"
        "; The dialplan itself is made by `onshore build`; `dialplan reload` takes a new one in.\n"
        f'#tryinclude "{dialplan}"\n'
    ).encode(errors="surrogateescape")


def script(source: Path, state: Path) -> bytes:
    """Return onshore.agi for this machine: started by this Python, with the state folder it is to read."""
    try:
        text = source.read_text("utf-8")
    except OSError as error:
        raise InstallError(f"{source}, which comes with Onshore, cannot be read: {error.strerror}") from error
    first, _, rest = text.partition("\n")
    rest, found = re.subn(r"^STATE = .*$", lambda _: f"STATE = {str(state)!r}", rest, flags=re.MULTILINE)
    if not first.startswith("#!") or found != 1:
        raise InstallError(f"{source} is not as it came with Onshore: install Onshore again with pip")
    return (_interpreter(Path(sys.executable)) + rest).encode(errors="surrogateescape")


def _interpreter(python: Path) -> str:
    # -P: what else lies in Asterisk's folder of scripts must not be taken for a module.
    line = f"#!{python} -P\n"
    if len(line) <= _SHEBANG and not re.search(r"\s", str(python)):
        return line
    # Such a name can only be started by a shell, for which the rest is quoted: to Python it is a string.
    quoted = str(python).replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("`", "\\`")
    return f"#!/bin/sh\n'''exec' \"{quoted}\" -P \"$0\" \"$@\"\n' '''\n"


def entry(etc: Path) -> Path:
    """Return the admin's dialplan that gets the line: extensions.conf, or extensions_custom.conf on FreePBX.

    FreePBX writes extensions.conf anew all the time.
    """
    main, custom = etc / "extensions.conf", etc / "extensions_custom.conf"
    if (etc.parent / "freepbx.conf").exists():
        return custom
    try:
        content = main.read_bytes()
    except OSError as error:
        raise InstallError(
            f"{main} cannot be read: {error.strerror}. It is where Asterisk's dialplan begins."
        ) from error
    return custom if includes(content, custom.name) else main
