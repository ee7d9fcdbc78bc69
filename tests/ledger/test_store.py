"""Events are appended to a chain, once, and one row a call says what they come to."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from sqlalchemy import func, select

from onshore.errors import LedgerError
from onshore.evidence import Event
from onshore.ledger import chain, migrations
from onshore.ledger.opening import open_store
from onshore.ledger.privacy import Numbers
from onshore.ledger.reading import read
from onshore.ledger.schema import calls, events, prompts
from onshore.ledger.store import NotWantedError, Store, connect
from onshore.ledger.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

    from onshore.ledger.settings import Settings
    from onshore.testing.calls import MadeCall

NUMBERS = Numbers(bytes(32), "US")


def kept(call: MadeCall, numbers: Numbers = NUMBERS) -> list[Event]:
    """Return a call's events as the daemon has them: of the number, what is kept."""
    return [
        Event(one.call, one.kind, numbers.caller(str(one.data["number"])), one.at) if one.kind == "caller" else one
        for one in call.events
    ]


def total(store: Store) -> int:
    """Return how many events there are of calls."""
    with store.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(events).where(events.c.call.is_not(None))) or 0


def test_a_call_s_row_says_what_happened(store: Store, week: list[MadeCall]) -> None:
    """Each column of `calls` is what truly happened, whatever way the call went."""
    for made in week:
        store.append(kept(made))
    with store.engine.connect() as connection:
        rows = {row.call: row for row in connection.execute(select(calls))}
    assert len(rows) == len(week)
    for made in week:
        truth, row = made.truth, rows[made.truth.call]
        assert row.arrived == round(truth.arrived.timestamp() * 1000)
        assert (row.service, row.language, row.country) == (truth.service, truth.language, truth.country)
        assert (row.disclosed or "", row.skipped or "") == (truth.disclosed, truth.reason)
        assert (row.offered, row.choice or "") == (truth.offered, truth.choice)
        assert (row.answered_country or "", row.waited, row.talked) == (truth.answered_in, truth.waited, truth.talked)
        assert (row.outcome, row.fallback or "") == (truth.outcome, truth.fallback)
        assert bytes(row.caller) == NUMBERS.hash(truth.number)
        assert (row.caller_country, row.caller_area) == ("US", truth.number[2:5])


def test_what_a_prompt_says_is_kept_once(store: Store, week: list[MadeCall]) -> None:
    """The text of a prompt is in an event of its own before its first use, and in the table of prompts."""
    for made in week:
        store.append(kept(made))
    said = {str(one.data["text"]) for made in week for one in made.events if "text" in one.data}
    with store.engine.connect() as connection:
        assert {row.text for row in connection.execute(select(prompts))} == said
        told = [one.data for one in read(connection) if one.kind == "prompt"]
        others = [one.data for one in read(connection) if one.kind in {"disclosed", "offered"}]
    assert len(told) == len({(one["language"], one["id"]) for one in told if one})
    assert all(one and "text" not in one and "language" not in one for one in others)


def test_the_same_events_again_change_nothing(store: Store, week: list[MadeCall]) -> None:
    """What may have been appended before is appended once, also when only some of it was."""
    every = [event for made in week[:30] for event in kept(made)]
    store.append(every[: len(every) // 2])
    assert store.append(every, again=True) == len(every) - len(every) // 2 + _prompts(store)
    before = total(store)
    assert store.append(every, again=True) == 0
    assert total(store) == before == len(every)
    assert verify(store.engine).problems == ()


def _prompts(store: Store) -> int:
    """Return how many prompts were told by the later half: their events were new, too."""
    with store.engine.connect() as connection:
        ids = [one.number for one in read(connection) if one.kind == "prompt"]
        half = max(one.number for one in read(connection)) // 2
    return sum(number > half for number in ids)


def test_two_calls_that_look_alike_are_two(store: Store) -> None:
    """Events of other calls are others, though all else is the same."""
    pair = [Event(name, "arrived", {"service": "support"}, 1_790_000_000.0) for name in ("one", "two")]
    assert store.append(pair, again=True) == 2
    assert store.append(pair, again=True) == 0


def test_two_that_append_to_one_chain_do_not_break_it(settings: Settings, week: list[MadeCall]) -> None:
    """The daemon and a command may append side by side: each sees what the other has appended."""
    first, second = open_store(settings), open_store(settings)
    for number, made in enumerate(week[:40]):
        each = kept(made)
        (first if number % 2 else second).append(each[:3])
        (second if number % 3 else first).append(each[3:])
    assert verify(first.engine).problems == ()
    assert total(first) == sum(len(made.events) for made in week[:40])
    for one in (first, second):
        one.engine.dispose()


def test_daemons_that_share_a_database_have_a_chain_each(settings: Settings, week: list[MadeCall]) -> None:
    """Each chain is whole for itself."""
    engine = open_store(settings).engine
    stores = [Store(engine, name) for name in ("pbx1", "pbx2")]
    for number, made in enumerate(week[:20]):
        stores[number % 2].append(kept(made))
    verified = verify(engine)
    assert verified.problems == ()
    assert set(verified.heads) == {"pbx1", "pbx2"}
    engine.dispose()


def test_what_is_not_wanted_any_more_is_not_appended(store: Store, week: list[MadeCall]) -> None:
    """Whoever did not want to wait has written it elsewhere: nothing is appended then."""
    with pytest.raises(NotWantedError):
        store.append(kept(week[0]), unless=lambda: True)
    assert total(store) == 0
    store.append(kept(week[0]), unless=lambda: False)
    assert total(store) == len(week[0].events)


def test_a_ledger_of_another_version_is_not_touched(tmp_path: Path, settings: Settings) -> None:
    """An older one wants `onshore ledger upgrade`; a newer one its own Onshore."""
    del tmp_path
    engine = open_store(settings).engine
    for version, message in (("0000", "onshore ledger upgrade"), ("9999", "newer than this Onshore's")):
        with engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{version}'")
        with pytest.raises(LedgerError, match=message):
            migrations.ensure(engine)
    engine.dispose()


def test_the_migrations_make_the_tables_of_the_schema(settings: Settings) -> None:
    """What Alembic makes is what the code reads and writes: nothing is left to add or to take away."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 - for this alone
    from alembic.migration import MigrationContext  # noqa: PLC0415 - the same

    from onshore.ledger.schema import metadata  # noqa: PLC0415 - the same

    engine = open_store(settings).engine
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert [one for one in compare_metadata(context, metadata) if one[0] != "remove_table"] == []
    engine.dispose()


def test_only_the_owner_reads_a_new_ledger(tmp_path: Path) -> None:
    """The files of SQLite are of mode 0600."""
    engine = connect(f"sqlite:///{tmp_path}/ledger.sqlite3")
    migrations.ensure(engine)
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}
    engine.dispose()
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@given(st.dictionaries(st.text(max_size=8), st.one_of(st.text(max_size=40), st.integers(-5, 10**12), st.booleans())))
@trying(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_what_an_event_says_is_written_in_one_way(data: dict[str, str | int | bool]) -> None:
    """The same words in another order have the same digest; other words another."""
    again = dict(reversed(list(data.items())))
    assert chain.encoded(data) == chain.encoded(again)
    assert json.loads(chain.encoded(data)) == data
    other = {**data, "more": 1}
    assert chain.digest(chain.encoded(other)) != chain.digest(chain.encoded(data)) or data == other
