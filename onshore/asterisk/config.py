"""What Asterisk's own configuration says: its folders, whom it runs as, its queues."""

from __future__ import annotations

import grp
import pwd
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from onshore.asterisk.syntax import Section, read
from onshore.errors import AsteriskError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAIN = "asterisk.conf"

# As Asterisk is compiled when nobody asks for something else; distributions do (Debian: /usr/share/asterisk).
_DEFAULTS = {
    "astvarlibdir": "/var/lib/asterisk",
    "astdatadir": "/var/lib/asterisk",
    "astagidir": "/var/lib/asterisk/agi-bin",
    "astrundir": "/var/run/asterisk",
    "astlogdir": "/var/log/asterisk",
    "astspooldir": "/var/spool/asterisk",
}
_DEBIAN = Path("/usr/share/asterisk")

# What `core show settings` calls them.
_SETTINGS = {
    "Configuration directory": "astetcdir",
    "VarLib directory": "astvarlibdir",
    "Data directory": "astdatadir",
    "AGI Scripts directory": "astagidir",
    "Run/Sockets directory": "astrundir",
    "Log directory": "astlogdir",
    "Spool directory": "astspooldir",
}


@dataclass(frozen=True, slots=True)
class Folders:
    """Where Asterisk keeps what. The names are those of asterisk.conf, without `ast` and `dir`."""

    etc: Path
    varlib: Path
    data: Path  # prompts are in `sounds` in it
    agi: Path
    run: Path
    log: Path
    spool: Path

    @property
    def sounds(self) -> Path:
        """Where a prompt's file is looked for: LANG/NAME in it."""
        return self.data / "sounds"


@dataclass(frozen=True, slots=True)
class Account:
    """Whom Asterisk runs as."""

    user: str
    group: str
    uid: int
    gid: int


def folders(etc: Path, settings: Mapping[str, str] | None = None) -> Folders:
    """Return Asterisk's folders: those of asterisk.conf in `etc`, else of the running Asterisk, else the defaults.

    `settings` is what `running_folders` made of the console's answer. AsteriskError when asterisk.conf cannot be read.
    """
    named = dict(settings or {}) | _items(_main(etc), "directories")
    defaults = dict(_DEFAULTS)
    if (_DEBIAN / "sounds").is_dir():
        defaults |= {"astdatadir": str(_DEBIAN), "astagidir": str(_DEBIAN / "agi-bin")}

    def folder(name: str) -> Path:
        return Path(named.get(name) or defaults[name])

    return Folders(
        etc=Path(named.get("astetcdir") or etc),
        varlib=folder("astvarlibdir"),
        data=folder("astdatadir"),
        agi=folder("astagidir"),
        run=folder("astrundir"),
        log=folder("astlogdir"),
        spool=folder("astspooldir"),
    )


def running_folders(output: str) -> dict[str, str]:
    """Return the folders out of what the console answers to `core show settings`, by their names in asterisk.conf."""
    found = re.findall(r"^\s*([\w/ ]+?):\s+(/.*?)\s*$", output, re.MULTILINE)
    return {_SETTINGS[label]: value for label, value in found if label in _SETTINGS}


def account(etc: Path) -> Account | None:
    """Return whom Asterisk runs as: `runuser` and `rungroup`, else a user `asterisk` if there is one, else None.

    AsteriskError when asterisk.conf names a user or a group that this machine does not have.
    """
    options = _items(_main(etc), "options")
    user = options.get("runuser", "")
    group = options.get("rungroup", "")
    try:
        entry = pwd.getpwnam(user or "asterisk")
    except KeyError:
        if user:
            raise AsteriskError(f"{etc / MAIN}: runuser = {user}: there is no such user on this machine") from None
        return None
    try:
        wanted = grp.getgrnam(group) if group else grp.getgrgid(entry.pw_gid)
    except KeyError:
        if group:
            raise AsteriskError(f"{etc / MAIN}: rungroup = {group}: there is no such group on this machine") from None
        return Account(entry.pw_name, str(entry.pw_gid), entry.pw_uid, entry.pw_gid)
    return Account(entry.pw_name, wanted.gr_name, entry.pw_uid, wanted.gr_gid)


def queues(etc: Path) -> frozenset[str]:
    """Return the names of the queues in queues.conf (those of a realtime database are not in it).

    AsteriskError when it cannot be read.
    """
    return frozenset(
        section.name
        for section in read(etc / "queues.conf", etc)
        if not section.template and section.name.lower() != "general"
    )


def _main(etc: Path) -> tuple[Section, ...]:
    file = etc / MAIN
    if not file.is_file():
        raise AsteriskError(f"{file} is not there: set `etc` under [asterisk] in the site to Asterisk's own folder")
    return read(file, etc)


def _items(sections: tuple[Section, ...], name: str) -> dict[str, str]:
    """Return a section's items; Asterisk's sample has `[directories](!)`, a template, which counts for nothing."""
    return {
        key.lower(): value
        for section in sections
        if section.name.lower() == name and not section.template
        for key, value in section.items
    }
