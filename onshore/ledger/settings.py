"""What the ledger of a site is like. `build` writes it into the state folder: the daemon need not read the site."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from onshore import owner
from onshore.errors import LedgerError

if TYPE_CHECKING:
    from pathlib import Path

    from onshore.site import Site

FILE = "ledger.json"  # in the state folder; holds the database's password, if it has one: mode 0600
DATABASE = "ledger.sqlite3"
OWN_LOG = "queue_log"
KEY = "ledger.key"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where a ledger is, and how it is kept."""

    state: Path
    url: str = field(repr=False)  # "": SQLite in the state folder
    chain: str  # the name of this machine's chain
    home: str  # ISO 3166-1: where a caller's number without a country is from
    keep_numbers: bool  # encrypted; else only a keyed hash is kept
    queue_log: str  # Asterisk's file, or OWN_LOG where it writes none; "": not known

    @property
    def database(self) -> str:
        """The database's URL, as SQLAlchemy has it."""
        return self.url or f"sqlite:///{quote(str((self.state / DATABASE).absolute()))}"

    @property
    def file(self) -> Path | None:
        """The database's file; None: it is a server's. ValueError when the URL is none."""
        if not self.url:
            return self.state / DATABASE
        from onshore.ledger import address  # noqa: PLC0415 - with SQLAlchemy, 150 ms, for sites that name a database

        return address.file_of(self.url)

    @property
    def key(self) -> Path:
        """The file with the key by which callers' numbers are hashed, and encrypted."""
        return self.state / KEY

    def to_json(self) -> str:
        """Return what `load` reads."""
        found = asdict(self)
        del found["state"]
        return json.dumps(found, indent=1) + "\n"


def own_log(state: Path) -> Path:
    """Return where the dialplan itself writes what goes into queue_log, where Asterisk writes that into no file."""
    return state / OWN_LOG


def of_site(site: Site) -> Settings:
    """Return what a site says of its ledger."""
    ledger = site.ledger
    return Settings(
        state=site.asterisk.state,
        url=ledger.url,
        chain=ledger.chain or socket.gethostname(),
        home=site.home[0],
        keep_numbers=ledger.keep_numbers,
        queue_log=_queue_log(site),
    )


def _queue_log(site: Site) -> str:
    from onshore.asterisk.queuelog import queue_log  # noqa: PLC0415 - only at build time
    from onshore.errors import AsteriskError  # noqa: PLC0415 - the same

    try:
        there = queue_log(site.asterisk.etc)
    except AsteriskError:
        return ""  # no Asterisk here yet
    return str(own_log(site.asterisk.state) if there.off or there.elsewhere else there.file)


def load(state: Path) -> Settings:
    """Read what `build` wrote into a state folder; LedgerError when it is missing or damaged."""
    file = state / FILE
    try:
        return Settings(state=state.absolute(), **json.loads(file.read_text("utf-8")))
    except FileNotFoundError:
        raise LedgerError(f"{file} is not there: run `onshore build`") from None
    except (OSError, ValueError, TypeError) as error:
        raise LedgerError(f"{file} cannot be read ({error}): run `onshore build`, as the user who has it") from None


def key_of(settings: Settings, *, make: bool = True) -> bytes:
    """Return the key of a ledger; LedgerError when it cannot be had.

    `make` makes it on its first use: what only reads a ledger must not. Without it callers' numbers can be neither
    found nor read: it belongs into the backup, apart from the ledger. One that was lost is not made anew.
    """
    file = settings.key
    try:
        if make and not file.exists():
            from onshore.ledger import keys  # noqa: PLC0415 - with SQLAlchemy, once in a ledger's life

            keys.refuse_new(settings)
            write_key(file, os.urandom(32).hex())
        key = bytes.fromhex(file.read_text("ascii").strip())
    except FileNotFoundError:
        raise LedgerError(
            f"{file}, the key of callers' numbers, is not there: it is made when the first one is kept; if it was "
            "lost, take it from your backup"
        ) from None
    except (OSError, ValueError) as error:
        raise LedgerError(f"{file} cannot be read: {error}; it holds the key of callers' numbers") from None
    if len(key) != 32:
        raise LedgerError(f"{file} holds no key of 32 bytes in hexadecimal: take it from your backup")
    return key


def write_key(file: Path, text: str, mode: int = 0o600) -> None:
    """Write a key's file, unless there is one; for whoever has the folder. OSError."""
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}-{os.getpid()}")
    new.unlink(missing_ok=True)  # of a process that was killed
    descriptor = owner.new_file(new, mode)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(f"{text}\n")
        stream.flush()
        os.fsync(descriptor)
    try:
        os.link(new, file)  # never over one that another process has just made
    except FileExistsError:
        pass
    finally:
        new.unlink()
