"""What a call has passed is on the disk, whatever dies, is locked, gone or full."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from onshore.evidence import Event, Spool
from onshore.ledger import daemon, writer
from onshore.ledger.opening import open_store, take_in
from onshore.ledger.reading import read
from onshore.ledger.verify import verify
from tests.ledger.conftest import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onshore.ledger.settings import Settings
    from tests.ledger.conftest import Server

KILLS = 200


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at a database in trouble more often than one does in earnest."""
    monkeypatch.setattr(writer, "RETRY", 0.1)


def choice(number: int) -> Event:
    """Return what is to be safe before a call goes on."""
    return Event(f"pbx-{number}", "choice", {"choice": "domestic"}, 1_790_000_000 + number)


async def passed(evidence: writer.LedgerEvidence, number: int) -> float:
    """Note a choice and wait until it is safe; return how many seconds that took."""
    started = time.monotonic()
    evidence.add(choice(number))
    await evidence.commit()
    return time.monotonic() - started


def numbers(settings: Settings) -> list[int]:
    """Return the choices in the ledger, what waits in the spool among them."""
    store = open_store(settings)
    take_in(store, settings)
    with store.engine.connect() as connection:
        found = [int(one.call.removeprefix("pbx-")) for one in read(connection) if one.kind == "choice"]
    assert verify(store.engine).problems == ()
    store.engine.dispose()
    return found


def in_database(settings: Settings) -> int:
    """Return how many choices the database itself has."""
    store = open_store(settings)
    with store.engine.connect() as connection:
        count = sum(one.kind == "choice" for one in read(connection))
    store.engine.dispose()
    return count


def wait_until_empty(settings: Settings) -> None:
    """Wait until the spool was taken in."""
    deadline = time.monotonic() + 20
    while not Spool(settings.state).empty:
        assert time.monotonic() < deadline, "the spool is not taken in"
        time.sleep(0.02)


def test_many_calls_share_a_commit(settings: Settings) -> None:
    """Of a hundred calls at once each is safe when it goes on, and there are far fewer transactions than calls."""
    with daemon.evidence(settings.state) as evidence:

        async def all_at_once() -> None:
            await asyncio.gather(*(passed(evidence, number) for number in range(100)))

        asyncio.run(all_at_once())
        assert in_database(settings) == 100
    assert sorted(numbers(settings)) == list(range(100))


def test_what_waits_in_the_spool_is_taken_in_as_a_daemon_starts(settings: Settings) -> None:
    """What a process without a daemon, or one that was killed, has written is in the ledger soon, and once."""
    Spool(settings.state).write([choice(1), choice(2)])
    with daemon.evidence(settings.state):
        wait_until_empty(settings)
    Spool(settings.state).write([choice(2), choice(3)])
    with daemon.evidence(settings.state):
        wait_until_empty(settings)
    assert sorted(numbers(settings)) == [1, 2, 3]


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Keep the database locked, as somebody does who looks at it with a tool."""
    if settings.url:
        engine = open_store(settings).engine
        with engine.begin() as connection:
            connection.execute(text("LOCK TABLE chains, events IN ACCESS EXCLUSIVE MODE"))
            yield
        engine.dispose()
    else:
        with closing(sqlite3.connect(settings.state / "ledger.sqlite3", isolation_level=None)) as file:
            file.execute("BEGIN EXCLUSIVE")
            yield
            file.execute("ROLLBACK")


def test_a_locked_database_keeps_no_call_waiting(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    """Events go into the spool, the call goes on, the log says so once; all is in the ledger when the lock is gone."""
    with daemon.evidence(settings.state) as evidence:
        asyncio.run(passed(evidence, 0))
        with locked(settings):
            for number in range(1, 8):
                assert asyncio.run(passed(evidence, number)) < 3
            assert not Spool(settings.state).empty
        wait_until_empty(settings)
        asyncio.run(passed(evidence, 8))
    assert sorted(numbers(settings)) == list(range(9))
    told = [record for record in caplog.records if "events go into" in record.getMessage()]
    assert 1 <= len(told) <= 3


def test_a_database_that_is_gone_is_waited_for(
    tmp_path: Path, postgresql: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """A server that dies and comes back costs no event."""
    settings = written(tmp_path, postgresql.new())
    with daemon.evidence(settings.state) as evidence:
        asyncio.run(passed(evidence, 0))
        postgresql.stop()
        try:
            for number in range(1, 6):
                assert asyncio.run(passed(evidence, number)) < 3
        finally:
            postgresql.start()
        wait_until_empty(settings)
        asyncio.run(passed(evidence, 6))
    assert sorted(numbers(settings)) == list(range(7))
    assert "events go into" in caplog.text


def test_a_database_that_cannot_be_opened_is_waited_for(tmp_path: Path) -> None:
    """A daemon starts though its database is of no use, and takes everything in once it is mended."""
    settings = written(tmp_path)
    database = settings.state / "ledger.sqlite3"
    database.write_bytes(b"this is no database, and was never one " * 40)
    with daemon.evidence(settings.state) as evidence:
        asyncio.run(passed(evidence, 1))
        database.unlink()
        wait_until_empty(settings)
    assert numbers(settings) == [1]


def test_an_event_that_no_database_takes_keeps_none_out(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    """It is put aside, and told; all others are in the ledger."""
    poison = Event("pbx-2", "choice", {"choice": "domestic"}, 1e17)  # a moment beyond what a column holds
    with daemon.evidence(settings.state) as evidence:
        asyncio.run(passed(evidence, 1))
        evidence.add(poison)
        asyncio.run(passed(evidence, 3))
        wait_until_empty(settings)
        asyncio.run(passed(evidence, 4))
    assert sorted(numbers(settings)) == [1, 3, 4]
    assert "does not take an event of call pbx-2" in caplog.text
    assert '"call":"pbx-2"' in (settings.state / "spool" / "damaged.jsonl").read_text()


def test_names_longer_than_a_column_are_cut(settings: Settings) -> None:
    """What a queue's member is called is Asterisk's to say, however long."""
    store = open_store(settings)
    store.append([Event("pbx-1", "connected", {"member": "Local/" + 300 * "x", "country": "US"}, 1_790_000_000)])
    with store.engine.connect() as connection:
        assert connection.scalar(text("SELECT length(member) FROM calls")) == 80
    assert verify(store.engine).problems == ()
    store.engine.dispose()


_FULL = """
import asyncio, pathlib, sys
from tests.ledger.test_writer import passed, numbers, wait_until_empty
from tests.ledger.conftest import written
from onshore.evidence import Spool
from onshore.ledger import daemon, writer
writer.RETRY = 0.1
state = pathlib.Path(sys.argv[1])
settings = written(state)
with daemon.evidence(state) as evidence:
    asyncio.run(passed(evidence, 0))
    junk = (state / "junk").open("wb", buffering=0)
    try:
        while True:
            junk.write(bytes(4096))
    except OSError:
        pass
    for number in range(1, 600):
        asyncio.run(passed(evidence, number))
    waits = not Spool(state).empty
    junk.close()
    (state / "junk").unlink()
    wait_until_empty(settings)
    asyncio.run(passed(evidence, 600))
print(waits, sorted(numbers(settings)) == list(range(601)))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a small disk")
def test_a_full_disk_costs_no_event(tmp_path: Path) -> None:
    """The database takes no more, the spool has kept some room for itself; all is in the ledger when there is room."""
    namespace = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    mount = f"mount -t tmpfs -o size=20m none {tmp_path} && exec {sys.executable} -c '{_FULL}' {tmp_path}/state"
    done = subprocess.run(
        [*namespace, "sh", "-c", mount], capture_output=True, text=True, check=False, timeout=100, cwd=Path.cwd()
    )
    assert done.stdout.strip() == "True True", done.stderr
    assert "disk is full" in done.stderr
    assert "events go into" in done.stderr


_LOAD = """
import asyncio, os, pathlib, random, signal, sys, time
from tests.ledger.test_writer import choice
from onshore.ledger import daemon, migrations, settings, verify
from onshore.ledger.opening import open_store

state, kills, seed = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
open_store(settings.load(state)).engine.dispose()  # what is imported on first use is there then

async def call(evidence, number, pipe):
    evidence.add(choice(number))
    await evidence.commit()
    os.write(pipe, b"%d\\n" % number)

async def load(first, pipe):
    with daemon.evidence(state) as evidence:
        number = first
        while True:
            await asyncio.gather(*(call(evidence, number + n, pipe) for n in range(5)))
            number += 5

chance = random.Random(seed)
first, safe = 0, []
for kill in range(kills):
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        asyncio.run(load(first, theirs))
    os.close(theirs)
    time.sleep(chance.uniform(0.0, 0.15))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with open(ours, "rb") as pipe:
        told = [int(line) for line in pipe.read().splitlines(keepends=True) if line.endswith(b"\\n")]
    safe += told
    first += 100_000
print(len(safe), *safe)
"""


def test_a_daemon_killed_at_any_instant_loses_no_event_that_a_call_had_passed(tmp_path: Path) -> None:
    """Two hundred times, under load: what a call was told is safe is in the ledger, once, and the chain is whole."""
    settings = written(tmp_path)
    command = [sys.executable, "-c", _LOAD, str(tmp_path), str(KILLS), "11"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=110, cwd=Path.cwd())
    assert done.returncode == 0, done.stderr
    count, *safe = map(int, done.stdout.split())
    assert count == len(safe) > KILLS
    found = numbers(settings)
    assert len(found) == len(set(found))
    assert set(safe) <= set(found)


def test_settings_that_cannot_be_had_are_an_error(tmp_path: Path) -> None:
    """A daemon without a build says so as it starts."""
    from onshore.errors import LedgerError  # noqa: PLC0415 - for this alone

    with pytest.raises(LedgerError, match="run `onshore build`"), daemon.evidence(tmp_path):
        pass
    (tmp_path / "ledger.json").write_text(json.dumps({"url": ""}))
    with pytest.raises(LedgerError, match="cannot be read"), daemon.evidence(tmp_path):
        pass
