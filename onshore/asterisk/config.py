"""What Asterisk's own configuration says: its folders, whom it runs as, its queues."""

from __future__ import annotations

import grp
import pwd
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from onshore.asterisk import running
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
TRUE = ("yes", "true", "y", "t", "1", "on")  # to Asterisk

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
    language_first = prefix.lower() in TRUE and (settings or {}).get("languageprefix", "yes") == "yes"
    defaults = dict(_DEFAULTS)
    if (_DEBIAN / "sounds").is_dir():
        defaults |= {"astdatadir": str(_DEBIAN), "astagidir": str(_DEBIAN / "agi-bin")}

    def folder(name: str) -> Path:
        return Path(named.get(name) or defaults[name])

    return Folders(
        etc=Path(named.get("astetcdir") or etc),
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
    """Return whom Asterisk runs as; None when nothing says it.

    That is: the owner of the running process, else the user of its unit or start script, else `runuser` and `rungroup`
    of asterisk.conf, else a user `asterisk` if there is one. AsteriskError when a user or a group is named that this
    machine does not have.
    """
    options = _items(_main(etc), "options")
    found = running.named(etc, folders(etc).run)
    if not found and (user := options.get("runuser", "")):
        found = running.Named(user, options.get("rungroup", ""), f"{etc / MAIN}: runuser = {user}")
    named = found or running.Named("asterisk", options.get("rungroup", ""), f"{etc / MAIN}")
    try:
        entry = pwd.getpwuid(int(named.user)) if named.user.isdecimal() else pwd.getpwnam(named.user)
    except KeyError:
        if found:
            raise AsteriskError(
                f"{found.source}: Asterisk's user is {found.user}, and there is no such user on this machine: make it "
                f"(`useradd --system {found.user}`), or name another there"
            ) from None
        return None
    try:
        group = _group(named.group) if named.group else grp.getgrgid(entry.pw_gid)
    except KeyError:
        if named.group and not named.group.isdecimal():
            raise AsteriskError(
                f"{named.source}, rungroup = {named.group}: there is no such group on this machine"
            ) from None
        gid = int(named.group or entry.pw_gid)
        return Account(entry.pw_name, str(gid), entry.pw_uid, gid)
    return Account(entry.pw_name, group.gr_name, entry.pw_uid, group.gr_gid)


def _group(name: str) -> grp.struct_group:
    return grp.getgrgid(int(name)) if name.isdecimal() else grp.getgrnam(name)


def root_on_purpose(etc: Path) -> bool:
    """Tell whether asterisk.conf itself says that Asterisk is to be root."""
    return _items(_main(etc), "options").get("runuser") == "root"


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
