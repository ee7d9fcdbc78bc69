"""The ledger's database: opened to write, which may make it, or to read, which never does."""

from __future__ import annotations

import logging
import os
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import create_engine
from sqlalchemy import event as listening

from onshore import owner
from onshore.errors import LedgerError
from onshore.ledger import address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection, Engine

log = logging.getLogger(__name__)

LOCKED = 0.25  # seconds that a write waits for a database that somebody else has locked
PATIENT = 5  # seconds that a command that reads does
REACHED = 2  # seconds to connect to a server

_MAKERS = "`onshore serve`, or `onshore ledger import`, makes it"


def connect(url: str | URL, *, read_only: bool = False) -> Engine:
    """Return an engine for a database: SQLite in WAL mode, each commit on the disk when it returns; or PostgreSQL.

    An SQLite database that is not there is made, unless `read_only`. LedgerError when that cannot be, when there is
    none to read, or when the URL is none.
    """
    try:
        where = address.parse(url) if isinstance(url, str) else url
    except ValueError as error:
        raise LedgerError(f"`[ledger] url`: {error}. Then run `onshore build`") from None
    if where.drivername != address.SQLITE:
        # Nothing is prepared on the server: behind PgBouncer, the next transaction may be on another one.
        arguments = {"connect_timeout": REACHED, "prepare_threshold": None}
        return create_engine(where, pool_pre_ping=True, connect_args=arguments)
    file = Path(where.database or "")
    return _read_only(where, file) if read_only else _writable(where, file)


def _writable(where: URL, file: Path) -> Engine:
    try:
        _make(file)
    except OSError as error:
        raise LedgerError(
            f"{file} cannot be made: {error.strerror}. Its folder must be there, and Asterisk's user have it: "
            f"install -d -o asterisk -g asterisk -m 750 {file.parent}"
        ) from None
    engine = create_engine(where, connect_args={"timeout": LOCKED})
    told: list[str] = []

    @listening.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's own
        connection.isolation_level = None  # a transaction begins where it is said to, below
        mode = str(connection.execute("PRAGMA journal_mode=WAL").fetchone()[0])
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA secure_delete=ON")  # what is taken out is gone from the file, too
        if mode.lower() != "wal" and not told:
            told.append(mode)
            log.warning("%s", without_wal(file, mode))

    _begins(engine)
    return engine


def without_wal(file: Path, mode: str) -> str:
    """Return what is to be told of a database that has no write-ahead log: `PRAGMA journal_mode` has said `mode`."""
    return (
        f"{file} is in journal mode {mode.lower()}, not WAL: its disk may be a network's, or not share memory. It is "
        "safe, but who reads keeps the daemon waiting; put it on a local disk, or use PostgreSQL"
    )


def _read_only(where: URL, file: Path) -> Engine:
    """Open a database only to read. SQLite itself still makes the two files of its WAL, where it may."""
    try:
        empty = not file.stat().st_size
    except FileNotFoundError:
        raise LedgerError(f"{file} is not there yet: {_MAKERS}") from None
    except OSError as error:
        raise LedgerError(f"{file} cannot be read: {error.strerror}; run this as a user who may read it") from None
    if empty:
        raise LedgerError(f"{file} is empty yet: {_MAKERS}")
    # On a disk that nobody writes to, a backup's for example, there can be no WAL, and it needs none.
    still = os.statvfs(file).f_flag & os.ST_RDONLY and not Path(f"{file}-wal").exists()
    name = f"file:{quote(str(file))}?mode=ro{'&immutable=1' if still else ''}"

    def opened() -> sqlite3.Connection:
        connection = sqlite3.connect(name, uri=True, timeout=PATIENT, check_same_thread=False, isolation_level=None)
        connection.execute("PRAGMA query_only=ON")
        return connection

    engine = create_engine(where, creator=opened)
    _begins(engine)
    return engine


def _make(file: Path) -> None:
    """Make a database's file, which nobody but its owner may read, for whoever has the folder; OSError."""
    if file.exists():
        return
    try:
        os.close(owner.new_file(file))
    except FileExistsError:
        if file.is_symlink():
            raise  # it leads nowhere


def _begins(engine: Engine) -> None:
    @listening.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # One that will write takes the lock at once: taking it later fails when another has written meanwhile.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that reads, and sees the ledger as it was at one moment."""
    options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection
