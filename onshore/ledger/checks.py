"""What `onshore check` looks at in the ledger: the database, its disk, its key, and who may write there."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from onshore.asterisk import config, systemd
from onshore.asterisk.access import may_use
from onshore.errors import AsteriskError, LedgerError
from onshore.evidence import Spool
from onshore.finding import Finding
from onshore.ledger import address, disks, keys, migrations, sandbox, settings
from onshore.ledger.database import connect, without_wal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from onshore.asterisk.systemd import Systemd
    from onshore.ledger.settings import Settings
    from onshore.site import Site

_SOON = 60.0  # seconds that an event may wait where there is a daemon
_DAILY = 2 * 86400.0  # … and where there is none
_LOCAL = "put it on a disk of this machine, or use PostgreSQL: `[ledger] url`"


def check(site: Site, manager: Systemd | None = None) -> Iterator[Finding]:
    """Look at a site's ledger, and change nothing. `manager`: the systemd to ask, else this machine's."""
    wanted = settings.of_site(site)
    try:
        current = settings.load(site.asterisk.state) == wanted
    except LedgerError as error:
        yield Finding("ledger", str(error), "see there; calls go on, and their events wait in the spool")
        return
    if not current:
        yield Finding(
            "ledger", "`[ledger]` has changed since the last build", "run `onshore build`, restart the daemon"
        )
        return
    yield _database(wanted)
    yield from _spool(site, wanted)
    yield from _disks(wanted)
    yield from _secret(site)
    yield from _writers(site, wanted)
    manager = manager or systemd.running()
    if manager:
        yield from _sandboxes(site, wanted, manager)


def _database(wanted: Settings) -> Finding:
    """Tell whether the database can be read, by who runs this. One that is not there is made on its first use."""
    file = wanted.file
    if file and not file.parent.is_dir():
        remedy = f"install -d -o asterisk -g asterisk -m 750 {file.parent}; events wait in the spool meanwhile"
        return Finding("ledger", f"the database's folder {file.parent} is not there", remedy)
    if file and (not file.exists() or not file.stat().st_size):
        return Finding("ledger")
    try:
        engine = connect(wanted.database, read_only=True)
        try:
            return _known(engine, wanted) if migrations.current(engine) else Finding("ledger")
        finally:
            engine.dispose()
    except LedgerError as error:
        return Finding("ledger", str(error), "see there; calls go on, and their events wait in the spool")
    except (SQLAlchemyError, ModuleNotFoundError) as error:
        said = " ".join(str(getattr(error, "orig", None) or error).split())
        return Finding("ledger", said, "mend `[ledger] url`, or the database; events wait in the spool meanwhile")


def _known(engine: Engine, wanted: Settings) -> Finding:
    """Tell whether the tables are this version's, in WAL mode, and numbers are hashed with the key that is here."""
    migrations.expect(engine)
    with engine.connect() as connection:
        if wanted.file:
            mode = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar())
            if mode.lower() != "wal":
                return Finding("ledger", without_wal(wanted.file, mode), _LOCAL)
        if wanted.key.exists():
            keys.checked(connection, wanted)
            return Finding("ledger")
    keys.refuse_new(wanted)
    return Finding("ledger")


def _spool(site: Site, wanted: Settings) -> Iterator[Finding]:
    """Tell of events that wait and are not taken in. The daemon takes them in within seconds; cron, within a day."""
    since = Spool(wanted.state).since()
    if since is None or time.time() - since < (_SOON if site.server else _DAILY):
        return
    moment = datetime.fromtimestamp(since, UTC).isoformat(" ", "minutes")
    yield Finding(
        "spool",
        f"events wait in {wanted.state}/spool since {moment}, and the ledger does not take them in",
        "see the daemon's log: `journalctl -u onshore`; then `onshore ledger import`"
        if site.server
        else "run `onshore ledger import`, from cron for example",
    )


def _disks(wanted: Settings) -> Iterator[Finding]:
    """Tell of a network's disk: SQLite's WAL there is locked until a restart, or damaged (sqlite.org/wal.html)."""
    kind = disks.network(wanted.file) if wanted.file else ""
    if wanted.file and kind:
        yield Finding("ledger's disk", f"{wanted.file} is on {kind}, where SQLite's locks and WAL do not hold", _LOCAL)
    elif kind := disks.network(wanted.state):
        yield Finding(
            "state's disk",
            f"{wanted.state} is on {kind}: the spool's locks may not hold there, and calls wait for the network",
            "put `[asterisk] state` on a disk of this machine",
            serious=False,
        )


def _secret(site: Site) -> Iterator[Finding]:
    """Tell of a password in a file that others may read."""
    if not (site.ledger.url and address.has_password(site.ledger.url)):
        return
    try:
        mode = site.file.stat().st_mode
    except OSError:
        return
    if mode & 0o004:
        yield Finding(
            "site's file",
            f"{site.file} has the database's password in it, and everybody may read it",
            f"chmod 640 {site.file}, and chgrp it to Asterisk's group",
        )


def _writers(site: Site, wanted: Settings) -> Iterator[Finding]:
    """Tell whether Asterisk's user may write where the database is: into its folder, for WAL has files beside it."""
    file = wanted.file
    try:
        account = config.account(site.asterisk.etc)
    except AsteriskError:
        return  # told elsewhere
    if not (file and wanted.url and account and file.parent.is_dir()):
        return  # in the state folder: `install` sees to that
    for path in (file.parent, file):
        if path.exists() and not may_use(account, path):
            owner = f"{account.user}:{account.group}"
            yield Finding(
                "ledger's folder", f"Asterisk's user {account.user} cannot use {path}", f"chown {owner} {path}"
            )


def _sandboxes(site: Site, wanted: Settings, manager: Systemd) -> Iterator[Finding]:
    """Tell of a unit whose program cannot write where it must, whatever owner and mode say."""
    unit = systemd.UNIT if site.server else "asterisk.service"
    folders = {wanted.state}
    if site.server and wanted.file:
        folders.add(wanted.file.parent)
    properties = manager.shows(unit, *sandbox.PROPERTIES)
    for folder in sorted(folders):
        setting = sandbox.closed(properties, folder)
        if setting:
            ours = "run `onshore install`; or, w" if site.server else "W"
            yield Finding(
                unit,
                f"cannot write into {folder}: {setting} in its unit",
                f"{ours}ith `systemctl edit {unit}`: [Service] ReadWritePaths={folder}; then restart it",
            )
