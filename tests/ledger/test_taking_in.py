"""Whatever is in the spool: what is good gets into the ledger, and what is not is put aside, and told."""

from __future__ import annotations

import asyncio
import json
import os
import time
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from sqlalchemy import text

from onshore import cli
from onshore.evidence import Event, Spool
from onshore.ledger import daemon, writer
from onshore.ledger.opening import open_store, take_in
from onshore.ledger.reading import read
from onshore.ledger.settings import key_of
from tests.ledger.conftest import written
from tests.ledger.test_writer import choice, in_database, passed, wait_until_empty

if TYPE_CHECKING:
    from pathlib import Path

    from onshore.ledger.settings import Settings


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at a spool that waits more often than one does in earnest."""
    monkeypatch.setattr(writer, "RETRY", 0.1)


def line(**more: object) -> str:
    """Return a line of the spool, with some of it changed."""
    return json.dumps({"at": 1_790_000_000_000, "call": "pbx-0", "kind": "key", "data": {"key": "1"}} | more)


BAD = [
    line(kind="brandnew"),  # left by a newer version
    line(kind=""),
    line(kind=5),
    '{"at":1e999,"call":"pbx-0","kind":"key","data":{"key":"1"}}',
    '{"at":NaN,"call":"pbx-0","kind":"key","data":{"key":"1"}}',
    line(at=10**20),
    line(at=10**400),
    line(at=-1),
    line(at=253_500_000_000_000),  # after the year 9999, about
    line(at="soon"),
    line(call=None),
    line(call=5),
    line(call="x" * 300),
    line(call="\ud800"),
    line(call="a\0b"),
    line(data=[]),
    line(data=None),
    line(data={"key": "\ud800"}),
    line(data={"\udfff": "1"}),
    line(data={"key": None}),
    line(data={"key": 1.5}),
    line(data={"key": 5}),
    line(data={"key": ["1"]}),
    line(data={"key": {"a": "b"}}),
    line(data={"more": 10**30}),
    line(kind="disclosed", data={"heard_ms": "a", "of_ms": 3}),
    line(kind="disclosed", data={"heard_ms": 10**12}),
    line(kind="disclosed", data={"heard_ms": True}),
    line(kind="skipped", data={"prompt": 5}),
    line(kind="caller", data={"hash": 5}),
    line(kind="ended", data={"outcome": 5, "waited": -1}),
    "[" * 100_000,
    "nothing of the kind",
    "null",
    "5",
    '{"at": 17, "call": "CUT',
]


def spool(settings: Settings, *lines: str) -> None:
    """Write lines into the spool as they are."""
    folder = settings.state / "spool"
    folder.mkdir(exist_ok=True)
    with (folder / "events.jsonl").open("ab") as file:
        file.writelines(one.encode("utf-8", "surrogatepass") + b"\n" for one in lines)


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
def test_a_line_that_is_no_event_stops_no_other(tmp_path: Path, bad: str) -> None:
    """By the command, and by forget and purge, which take the spool in first: exit code 0, and it is put aside."""
    settings = written(tmp_path / "state")
    key_of(settings)
    good = [line(call="pbx-1"), line(call="pbx-2")]
    spool(settings, good[0], bad, good[1])
    run = CliRunner()
    state = ["--state", str(settings.state)]
    for words in (["import"], ["forget", "+12025550100", "--yes"], ["purge", "--before", "2020-01-01", "--yes"]):
        done = run.invoke(cli.main, ["ledger", *words, *state])
        assert done.exit_code == 0, done.output
    store = open_store(settings)
    with store.engine.connect() as connection:
        assert [one.call for one in read(connection) if one.kind == "key"] == ["pbx-1", "pbx-2"]
    store.engine.dispose()
    assert Spool(settings.state).empty
    damaged = settings.state / "spool" / "damaged.jsonl"
    assert len(damaged.read_bytes().splitlines()) == 1
    assert damaged.stat().st_mode & 0o777 == 0o600


def test_a_running_daemon_takes_in_all_that_is_good(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    """And what its calls tell meanwhile, in SQLite and in PostgreSQL."""
    spool(settings, line(call="pbx-1"), *BAD, line(call="pbx-2"))
    with daemon.evidence(settings.state) as evidence:
        asyncio.run(passed(evidence, 7))
        wait_until_empty(settings)
        asyncio.run(passed(evidence, 8))
        assert in_database(settings) == 2
    store = open_store(settings)
    with store.engine.connect() as connection:
        assert [one.call for one in read(connection) if one.kind == "key"] == ["pbx-1", "pbx-2"]
    store.engine.dispose()
    assert "does not take an event of call pbx-0: 'brandnew' is no kind of event" in caplog.text
    assert len((settings.state / "spool" / "damaged.jsonl").read_bytes().splitlines()) == len(BAD)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)
NAMES = st.sampled_from(["key", "heard_ms", "of_ms", "prompt", "outcome", "waited", "hash", "text", "language", "x"])
ALMOST = st.fixed_dictionaries(
    {},
    optional={
        "at": st.one_of(st.integers(-(10**16), 10**16), JSON),
        "call": st.one_of(st.sampled_from(["pbx-0", "", "pbx-1"]), JSON),
        "kind": st.one_of(st.sampled_from(["disclosed", "ended", "caller", "skipped", "connected", "newer"]), JSON),
        "data": st.one_of(st.dictionaries(NAMES, JSON, max_size=4), JSON),
    },
)


@given(lines=st.lists(st.one_of(JSON, ALMOST), max_size=8))
@trying(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_good_events_get_in_whatever_is_around_them(tmp_path: Path, lines: list[object]) -> None:
    """Arbitrary JSON, and what is almost an event: nothing is raised, and the good ones are in the ledger."""
    for name in ("state/ledger.sqlite3", "state/ledger.sqlite3-wal", "state/ledger.sqlite3-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    settings = written(tmp_path / "state")
    good = [choice(number) for number in range(len(lines) + 1)]
    for event, bad in zip(good, [*lines, ""], strict=True):
        Spool(settings.state).write([event])
        spool(settings, json.dumps(bad))
    store = open_store(settings)
    take_in(store, settings)
    with store.engine.connect() as connection:
        found = [one.call for one in read(connection) if one.kind == "choice" and one.call in {e.call for e in good}]
    store.engine.dispose()
    assert sorted(found) == sorted(event.call for event in good)
    assert Spool(settings.state).empty


def test_a_long_spool_is_taken_in_piece_by_piece(tmp_path: Path) -> None:
    """What was taken in is not read again when the next piece fails; nothing is lost, and nothing counts twice."""
    place = Spool(tmp_path)
    place.write([choice(number) for number in range(250)])
    taken: list[Event] = []
    for turn in range(9):
        if turn == 4:
            with pytest.raises(RuntimeError), place.taken(40):
                raise RuntimeError
        with place.taken(40) as events:
            assert len(events) <= 40
            taken += events
        if turn == 2:
            place.write([choice(number) for number in range(250, 300)])
    assert taken == [choice(number) for number in range(300)]
    assert place.empty


def test_a_row_that_is_in_the_way_is_the_databases_trouble(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Tables restored from two moments: no event is put aside for it, all wait in the spool until it is mended."""
    settings = written(tmp_path / "state")
    store = open_store(settings)
    store.append([choice(0)])
    with store.engine.begin() as connection:
        connection.execute(text("INSERT INTO events SELECT id + 1, at, call, kind, data, hash, digest FROM events"))
    with daemon.evidence(settings.state) as evidence:
        for number in (1, 2, 3):
            asyncio.run(passed(evidence, number))
        time.sleep(0.3)
        assert not Spool(settings.state).empty
        with store.engine.begin() as connection:
            connection.execute(text("DELETE FROM events WHERE id = 2"))
        wait_until_empty(settings)
    store.engine.dispose()
    assert in_database(settings) == 4
    assert not (settings.state / "spool" / "damaged.jsonl").exists()
    assert caplog.text.count("UNIQUE constraint failed") == 1


def test_an_event_that_the_spool_does_not_take_gets_into_the_database_all_the_same(tmp_path: Path) -> None:
    """The database let a call wait, and a folder is where the spool's file should be: it is in the ledger soon."""
    settings = written(tmp_path / "state")
    (settings.state / "spool" / "events.jsonl").mkdir(parents=True)
    store = open_store(settings)
    with daemon.evidence(settings.state) as evidence:
        with store.engine.begin() as connection:
            connection.execute(text("DELETE FROM calls"))  # holds the lock
            for number in (1, 2, 3):
                assert asyncio.run(passed(evidence, number)) < 2
        deadline = time.monotonic() + 10
        while in_database(settings) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    store.engine.dispose()


def test_where_no_room_can_be_kept_the_database_is_used(tmp_path: Path) -> None:
    """The spool's folder cannot be made, and that is not because the disk is full."""
    settings = written(tmp_path / "state")
    (settings.state / "spool").symlink_to(tmp_path / "nowhere" / "deep")
    with daemon.evidence(settings.state) as evidence:
        asyncio.run(passed(evidence, 1))
        assert in_database(settings) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="gives files away")
def test_what_root_has_put_aside_belongs_to_whoever_has_the_folder(tmp_path: Path) -> None:
    """Asterisk's daemon puts aside, where root's command did before."""
    place = Spool(tmp_path)
    place.write([choice(1)])
    os.chown(tmp_path / "spool", 12345, 12345)
    place.put_aside([b"{"])
    status = (tmp_path / "spool" / "damaged.jsonl").stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (12345, 12345, 0o600)


def test_what_cannot_be_put_aside_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Its words go to the log."""
    settings = written(tmp_path / "state")
    spool(settings, "no event", line(call="pbx-1"))
    (settings.state / "spool" / "damaged.jsonl").mkdir()
    store = open_store(settings)
    assert take_in(store, settings) == 1
    store.engine.dispose()
    assert "no event" in caplog.text
    assert Spool(settings.state).empty


def test_a_file_of_the_spool_that_cannot_be_read_stops_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A folder of such a name, or a link to nowhere, is passed over; what waits beside it is taken in."""
    settings = written(tmp_path / "state")
    spool(settings, line(call="pbx-1"))
    (settings.state / "spool" / "taken-1.jsonl").mkdir()
    (settings.state / "spool" / "taken-2.jsonl").symlink_to("nowhere")
    (settings.state / "spool" / "taken-3+huge.jsonl").write_text(line(call="pbx-2") + "\n")
    store = open_store(settings)
    assert take_in(store, settings) == 2
    store.engine.dispose()
    del caplog


def test_what_was_put_aside_can_be_taken_in_again(tmp_path: Path) -> None:
    """As docs/ledger.md says, after an upgrade for example."""
    settings = written(tmp_path / "state")
    folder = settings.state / "spool"
    spool(settings, line(call="pbx-1"))
    (folder / "events.jsonl").rename(folder / "damaged.jsonl")
    assert Spool(settings.state).empty
    (folder / "damaged.jsonl").rename(folder / "taken-again.jsonl")
    store = open_store(settings)
    assert take_in(store, settings) == 1
    store.engine.dispose()
