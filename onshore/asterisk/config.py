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
_TRUE = ("yes", "true", "y", "t", "1", "on")  # to Asterisk

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
    language_first: bool = True  # `languageprefix`: sounds/LANG/onshore/NAME; else sounds/onshore/LANG/NAME

    @property
    def sounds(self) -> Path:
        """Where a prompt's file is looked for, in `places`."""
        return self.data / "sounds"

    def places(self, language: str) -> tuple[Path, ...]:
        """Return the folders in which Asterisk may look for the prompts of a language."""
        usual = self.sounds / language / "onshore"
        return (usual,) if self.language_first else (usual, self.sounds / "onshore" / language)


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
    main = _main(etc)
    named = dict(settings or {}) | _items(main, "directories")
    # Asterisk reads it when it starts: what it has now, and what it will have, may differ.
    prefix = _items(main, "options").get("languageprefix", "yes")
    language_first = prefix.lower() in _TRUE and (settings or {}).get("languageprefix", "yes") == "yes"
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
        language_first=language_first,
    )


def running_folders(output: str) -> dict[str, str]:
    """Return the folders out of what the console answers to `core show settings`, by their names in asterisk.conf."""
    found = re.findall(r"^\s*([\w/ ]+?):\s+(/.*?)\s*$", output, re.MULTILINE)
    named = {_SETTINGS[label]: value for label, value in found if label in _SETTINGS}
    if re.search(r"^\s*Language prefix:\s+Disabled\s*$", output, re.MULTILINE):
        named["languageprefix"] = "no"
    return named


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
