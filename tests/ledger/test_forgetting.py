"""What must not be kept any longer is taken out, and the rest can still be verified."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from onshore.ledger import forgetting, verify
from onshore.ledger.reading import read
from onshore.ledger.schema import calls, events
from tests.ledger.test_store import NUMBERS, kept

if TYPE_CHECKING:
    from onshore.ledger.settings import Settings
    from onshore.ledger.store import Store
    from onshore.testing.calls import MadeCall

MIDDLE = datetime(2026, 10, 29, tzinfo=UTC)


def filled(store: Store, week: list[MadeCall]) -> None:
    """Put calls into a ledger, those of a day side by side: their events are mixed."""
    for start in range(0, len(week), 5):
        part = [event for made in week[start : start + 5] for event in kept(made)]
        store.append(sorted(part, key=lambda event: event.at))


def test_a_forgotten_caller_is_nowhere(settings: Settings, store: Store, week: list[MadeCall]) -> None:
    """The calls stay, and nothing of the number, not even in the database's file; the chain holds."""
    filled(store, week)
    number = week[3].truth.number
    others = [made.truth.call for made in week if made.truth.number != number]
    taken = forgetting.forget(store, NUMBERS.hash(number))
    assert taken.calls == sum(made.truth.number == number for made in week)
    assert taken.events_emptied == taken.calls
    with store.engine.connect() as connection:
        found = {row.call: row for row in connection.execute(select(calls))}
        told = [one for one in read(connection) if one.kind == "forgotten"]
    assert len(found) == len(week)
    row = found[week[3].truth.call]
    assert (row.caller, row.caller_country, row.caller_area) == (None, None, None)
    assert (row.outcome, row.service) == (week[3].truth.outcome, week[3].truth.service)
    assert all(found[name].caller for name in others)
    assert [one.data for one in told] == [{"calls": taken.calls}]
    verified = verify.verify(store.engine)
    assert (verified.problems, verified.taken_out) == ((), taken.calls)
    assert forgetting.forget(store, NUMBERS.hash(number)).calls == 0
    if not settings.url:
        secret = NUMBERS.caller(number)["hash"].encode()
        assert all(secret not in file.read_bytes() for file in settings.state.glob("ledger.sqlite3*"))


def test_a_forgotten_caller_does_not_come_back(store: Store, week: list[MadeCall]) -> None:
    """What waited in the spool, or is imported again, does not bring the number back."""
    filled(store, week)
    forgetting.forget(store, NUMBERS.hash(week[3].truth.number))
    store.append(kept(week[3]), again=True)
    with store.engine.connect() as connection:
        assert connection.scalar(select(calls.c.caller).where(calls.c.call == week[3].truth.call)) is None
    assert verify.verify(store.engine).problems == ()


def test_purged_calls_are_gone_and_the_chain_holds(store: Store, week: list[MadeCall]) -> None:
    """Calls before a day are taken out; those after are as they were; the chain begins later, and can be verified."""
    filled(store, week)
    old = [made for made in week if made.truth.arrived < MIDDLE]
    with store.engine.connect() as connection:
        before = {row.call: row for row in connection.execute(select(calls))}
    taken = forgetting.purge(store, round(MIDDLE.timestamp() * 1000))
    assert taken.calls == len(old)
    assert taken.events_deleted > 0
    with store.engine.connect() as connection:
        after = {row.call: row for row in connection.execute(select(calls))}
        words = [one for one in read(connection, calls.c.call.in_([made.truth.call for made in old])) if one.data]
        assert words == []
    young = {made.truth.call for made in week} - {made.truth.call for made in old}
    assert {name: after[name] for name in young} == {name: before[name] for name in young}
    assert all(row.service is None and row.caller is None for name, row in after.items() if name not in young)
    assert verify.verify(store.engine).problems == ()
    store.append(kept(week[0]) if week[0] not in old else [])
    assert verify.verify(store.engine).problems == ()


def test_everything_can_be_purged(store: Store, week: list[MadeCall]) -> None:
    """An empty chain is a chain still, and goes on."""
    filled(store, week[:20])
    forgetting.purge(store, 2**42)
    with store.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(calls)) == 0
        assert {one.kind for one in read(connection)} <= {"purged", "prompt"}
    store.append([event for made in week[20:25] for event in kept(made)])
    assert verify.verify(store.engine).problems == ()
    assert forgetting.purge(store, 0).calls == 0
    with store.engine.connect() as connection:
        assert (connection.scalar(select(func.count()).select_from(events)) or 0) > 20
