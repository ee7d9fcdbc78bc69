"""The versions of the ledger's tables, and how one becomes the next: by Alembic, with no file of its own to set up."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Column, MetaData, String, Table, inspect, select

from onshore.errors import LedgerError

if TYPE_CHECKING:
    from sqlalchemy import Engine

HEAD = "0002"  # the version that this Onshore reads and writes
KEYS = "0002"  # the version that brought the table `keys`

_alone = threading.Lock()  # what Alembic works on is one for the whole process
_version = Table("alembic_version", MetaData(), Column("version_num", String(32)))


def current(engine: Engine) -> str:
    """Return the version of a database's tables; "": it has none yet."""
    with engine.connect() as connection:
        if not inspect(connection).has_table(_version.name):
            return ""
        return connection.scalar(select(_version.c.version_num)) or ""


def ensure(engine: Engine) -> None:
    """Make the tables where there are none; LedgerError when they are of another version."""
    if not current(engine):
        upgrade(engine)
    else:
        expect(engine)


def expect(engine: Engine) -> None:
    """Raise LedgerError when there are no tables, or they are of another version. Makes nothing."""
    found = current(engine)
    if not found:
        raise LedgerError(
            "there is no ledger in this database yet: `onshore serve`, or `onshore ledger import`, makes it"
        )
    if found < HEAD:
        raise LedgerError(f"the ledger is of version {found}, this Onshore has {HEAD}: run `onshore ledger upgrade`")
    if found > HEAD:
        raise LedgerError(f"the ledger is of version {found}, newer than this Onshore's {HEAD}: install that Onshore")


def upgrade(engine: Engine) -> tuple[str, str]:
    """Bring the tables to HEAD, whole or not at all; return the version before and after."""
    from alembic import command  # noqa: PLC0415 - 100 ms, for once in a ledger's life
    from alembic.config import Config  # noqa: PLC0415 - the same

    before = current(engine)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with _alone, engine.connect().execution_options(writes=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before, current(engine)
