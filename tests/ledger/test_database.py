"""The database, opened: to read makes nothing; to write is safe without WAL, too, and behind a pooler."""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from onshore import cli
from onshore.errors import LedgerError
from onshore.ledger import migrations
from onshore.ledger.database import connect
from onshore.ledger.opening import open_store
from onshore.ledger.schema import calls
from onshore.ledger.verify import verify
from tests.ledger.conftest import written
from tests.ledger.test_store import kept, total
from tests.making import write_site

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from onshore.ledger.settings import Settings
    from onshore.testing.calls import MadeCall
    from tests.ledger.conftest import Server

READING = [
    ["ledger", "verify"],
    ["ledger", "seal"],
    ["ledger", "find", "2025550101"],
    ["ledger", "show", "CALL"],
    ["ledger", "export"],
    ["report", "--output", "-"],
    ["check"],
]


@pytest.fixture
def built(tmp_path: Path) -> Callable[[str], list[str]]:
    """Return what builds a site with a database of this URL, and gives the beginning of its commands."""

    def build(url: str) -> list[str]:
        file = write_site(tmp_path, more=f'[ledger]\nurl = "{url}"\n' if url else "")
        words = ["--config", str(file)]
        assert CliRunner().invoke(cli.main, [*words, "build"]).exit_code == 0
        return words

    return build


@pytest.mark.parametrize("command", READING, ids=" ".join)
@pytest.mark.parametrize(
    ("there", "elsewhere"),
    [("nothing", False), ("nothing", True), ("an empty file", False), ("tables of nobody", True)],
)
def test_a_command_that_reads_makes_nothing(
    tmp_path: Path, built: Callable[[str], list[str]], command: list[str], there: str, *, elsewhere: bool
) -> None:
    """No database, no table, no key: one message says what makes it."""
    folder = tmp_path / ("other place" if elsewhere else "state")
    words = built(f"sqlite:///{folder}/ledger.sqlite3" if elsewhere else "")
    folder.mkdir(exist_ok=True)
    if there == "an empty file":
        (folder / "ledger.sqlite3").touch(0o600)
    elif there == "tables of nobody":
        with sqlite3.connect(folder / "ledger.sqlite3") as connection:
            connection.execute("CREATE TABLE notes (text)")
        connection.close()
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    done = CliRunner().invoke(cli.main, [*words, *command])
    if command != ["check"]:
        assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (1, "", 1)
        assert "`onshore serve`, or `onshore ledger import`, makes it" in done.stderr
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_server_s_database_is_left_empty_by_who_reads(postgresql: Server, tmp_path: Path) -> None:
    """No table is made in it."""
    settings = written(tmp_path, postgresql.new())
    done = CliRunner().invoke(cli.main, ["ledger", "verify", "--state", str(tmp_path)])
    assert (done.exit_code, "makes it" in done.stderr) == (1, True)
    engine = connect(settings.database, read_only=True)
    assert migrations.current(engine) == ""
    engine.dispose()


def test_who_reads_cannot_write(tmp_path: Path, week: list[MadeCall]) -> None:
    """And sees what a daemon that has it open writes meanwhile."""
    settings = written(tmp_path)
    store = open_store(settings)
    engine = connect(settings.database, read_only=True)
    for made in week[:3]:
        store.append(kept(made))
        with engine.connect() as connection:
            count = connection.scalar(select(func.count()).select_from(calls))
        assert count == week.index(made) + 1
    with engine.connect() as connection, pytest.raises(Exception, match="readonly database"):
        connection.exec_driver_sql("DELETE FROM calls")
    engine.dispose()
    store.engine.dispose()


def test_a_copy_on_a_disk_that_is_read_only_can_be_verified(
    tmp_path: Path, week: list[MadeCall], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup's, for example: no file can be made beside it there."""
    settings = written(tmp_path)
    store = open_store(settings)
    store.append(kept(week[0]))
    store.engine.dispose()
    real = os.statvfs

    class ReadOnly:
        f_flag = os.ST_RDONLY

    monkeypatch.setattr(os, "statvfs", lambda _: ReadOnly)
    tmp_path.chmod(0o500)
    engine = connect(settings.database, read_only=True)
    before = sorted(tmp_path.iterdir())
    assert verify(engine).events
    assert sorted(tmp_path.iterdir()) == before
    engine.dispose()
    monkeypatch.setattr(os, "statvfs", real)
    tmp_path.chmod(0o700)


@pytest.mark.parametrize("where", ["no/such/folder/l.sqlite3", "a file/l.sqlite3", "leads nowhere"])
def test_a_database_that_cannot_be_made_is_told(tmp_path: Path, where: str) -> None:
    """With its folder, and how to make that."""
    (tmp_path / "a file").touch()
    (tmp_path / "leads nowhere").symlink_to(tmp_path / "nowhere")
    settings = written(tmp_path / "state", f"sqlite:///{tmp_path}/{where}")
    with pytest.raises(LedgerError, match=r"cannot be made: .* install -d"):
        connect(settings.database)
    for command in ("import", "upgrade", "verify"):
        done = CliRunner().invoke(cli.main, ["ledger", command, "--state", str(settings.state)])
        assert (done.exit_code, type(done.exception), done.stderr.count("\n")) == (1, SystemExit, 1)


def test_without_wal_the_ledger_is_whole_and_the_log_says_so(
    tmp_path: Path, week: list[MadeCall], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """On a disk without shared memory SQLite answers another mode; two that write and one that reads get along."""
    real = sqlite3.connect

    def dotfile(name: str, **more: Any) -> sqlite3.Connection:  # noqa: ANN401 - as sqlite3 has it
        place = name.removeprefix("file:").partition("?")[0]
        found: sqlite3.Connection = real(f"file:{place}?vfs=unix-dotfile", **{**more, "uri": True})
        return found

    monkeypatch.setattr(sqlite3.dbapi2, "connect", dotfile)
    monkeypatch.setattr(sqlite3, "connect", dotfile)
    settings = written(tmp_path)
    with caplog.at_level(logging.WARNING):
        first, second = open_store(settings), open_store(settings)
        for number, made in enumerate(week[:20]):
            (first if number % 2 else second).append(kept(made))
    assert [record.message for record in caplog.records if "in journal mode delete, not WAL" in record.message]
    assert total(first) == sum(len(made.events) for made in week[:20])
    assert verify(first.engine).problems == ()
    for store in (first, second):
        store.engine.dispose()


def test_nothing_is_prepared_on_a_server(postgresql: Server, tmp_path: Path, week: list[MadeCall]) -> None:
    """However often a statement is run: behind PgBouncer, the next transaction may be on another connection."""
    settings = written(tmp_path, postgresql.new())
    store = open_store(settings)
    for made in week[:15]:
        store.append(kept(made), again=True)
    for _ in range(12):
        verify(store.engine)
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements").scalar() == 0
    store.engine.dispose()


def test_a_ledger_of_the_version_before_is_upgraded(settings: Settings, week: list[MadeCall]) -> None:
    """What is in it stays, and can be verified."""
    store = open_store(settings)
    store.append(kept(week[0]))
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE keys")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    store.engine.dispose()
    words = ["--state", str(settings.state)]
    done = CliRunner().invoke(cli.main, ["ledger", "verify", *words])
    assert (done.exit_code, "run `onshore ledger upgrade`" in done.stderr) == (1, True)
    assert CliRunner().invoke(cli.main, ["ledger", "upgrade", *words]).output.endswith("0002 now.\n")
    assert CliRunner().invoke(cli.main, ["ledger", "verify", *words]).exit_code == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_root_that_reads_leaves_nothing_of_roots(tmp_path: Path, week: list[MadeCall]) -> None:
    """The two files of the WAL, too, belong to whoever has the database."""
    settings = written(tmp_path)
    store = open_store(settings)
    store.append(kept(week[0]))
    store.engine.dispose()
    subprocess.run(["chown", "-R", "games:games", str(tmp_path)], check=True)
    engine = connect(settings.database, read_only=True)
    with engine.connect() as connection:
        connection.scalar(select(func.count()).select_from(calls))
        assert {path.stat().st_uid for path in tmp_path.iterdir()} == {tmp_path.stat().st_uid}
    engine.dispose()
