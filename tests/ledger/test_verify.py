"""Whatever is done to a ledger behind its back is found, and where."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from onshore.errors import LedgerError
from onshore.ledger import seal, verify
from onshore.ledger.schema import CODES
from tests.ledger.test_store import kept

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from onshore.ledger.settings import Settings
    from onshore.ledger.store import Store
    from onshore.testing.calls import MadeCall

    Spoil = Callable[[Connection], None]

PLACE = 40  # in the chain


@pytest.fixture
def filled(store: Store, week: list[MadeCall]) -> Store:
    """A ledger with calls in it, and with parts small enough that there are several."""
    for made in week:
        store.append(kept(made))
    return store


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut chains into parts of 97 events, recomputed in this process."""
    monkeypatch.setattr(verify, "PART", 97)
    monkeypatch.setattr(verify, "SIDE_BY_SIDE", 10_000)


def sql(*statements: str) -> Spoil:
    """Return what runs some statements."""

    def spoil(connection: Connection) -> None:
        for statement in statements:
            assert connection.execute(text(statement)).rowcount

    return spoil


def swapped(connection: Connection) -> None:
    """Two events change places."""
    pair = (PLACE, PLACE + 1)
    one, other = (
        connection.execute(text("SELECT at, call, kind, data, hash FROM events WHERE id = :id"), {"id": id_}).one()
        for id_ in pair
    )
    change = text("UPDATE events SET at=:at, call=:call, kind=:kind, data=:data, hash=:hash WHERE id=:id")
    for identity, row in zip(pair, (other, one), strict=True):
        connection.execute(change, {**row._mapping, "id": identity})  # noqa: SLF001 - SQLAlchemy's name


def rechained(connection: Connection) -> None:
    """An event's hash is changed so that it fits its words again."""
    found = connection.execute(text("SELECT hash FROM events WHERE id = :id"), {"id": PLACE}).scalar_one()
    broken = bytes([bytes(found)[0] ^ 1]) + bytes(found)[1:]
    connection.execute(text("UPDATE events SET hash = :hash WHERE id = :id"), {"hash": broken, "id": PLACE})


def cut(connection: Connection) -> None:
    """The last ten events are gone."""
    last = connection.execute(text("SELECT max(id) FROM events")).scalar_one()
    connection.execute(text("DELETE FROM events WHERE id > :id"), {"id": last - 10})


SPOILED: dict[str, tuple[Spoil, str]] = {
    "a removed row": (sql(f"DELETE FROM events WHERE id = {PLACE}"), f"{PLACE}: it is not there"),
    "several removed rows": (
        sql(f"DELETE FROM events WHERE id BETWEEN {PLACE} AND {PLACE + 5}"),
        f"{PLACE}: it and those up to {PLACE + 5} are not there",
    ),
    "a changed byte": (
        sql(f"UPDATE events SET data = replace(data, '\"', '\"') || ' ' WHERE id = {PLACE}"),
        f"{PLACE}: it was changed",
    ),
    "another moment": (sql(f"UPDATE events SET at = at + 1 WHERE id = {PLACE}"), f"{PLACE}: it was changed"),
    "another kind": (
        sql(f"UPDATE events SET kind = {CODES['returned']} WHERE id = {PLACE}"),
        f"{PLACE}: it was changed",
    ),
    "another call": (
        sql(f"UPDATE events SET call = (SELECT max(id) FROM calls) WHERE id = {PLACE}"),
        f"{PLACE}: it was changed",
    ),
    "a swapped pair": (swapped, f"{PLACE}: it was changed"),
    "a changed hash": (rechained, f"{PLACE}: it was changed"),
    "a cut tail": (cut, "are not there"),
    "words taken out": (
        sql(f"UPDATE events SET data = NULL WHERE id = {PLACE}"),
        f"{PLACE}: it was changed",
    ),
    "another name of a call": (
        sql("UPDATE calls SET call = 'other' WHERE id = (SELECT max(id) FROM calls)"),
        "it was changed",
    ),
    "a row of a call": (
        sql("UPDATE calls SET disclosed = 'full' WHERE id = (SELECT min(id) FROM calls WHERE disclosed = 'part')"),
        "is not what its events say: disclosed",
    ),
    "a row of a call that is gone": (
        sql("DELETE FROM calls WHERE id = (SELECT max(id) FROM calls)"),
        "the row of its call is not there",
    ),
    "a row of a call that never was": (
        sql(
            "INSERT INTO calls (id, call, chain, arrived, direction, offered, returned, transferred) "
            f"VALUES ({PLACE + 1}000, 'never', 0, 0, 'inbound', '0', 0, 0)"
        ),
        "there are rows of",
    ),
    "what a prompt says": (
        sql("UPDATE prompts SET text = 'Anything.' WHERE id = (SELECT min(id) FROM prompts)"),
        "says something else than its event",
    ),
    "a prompt that is gone": (sql("DELETE FROM prompts WHERE id = (SELECT min(id) FROM prompts)"), "is gone"),
    "the head": (sql("UPDATE chains SET head = head - 1"), "it is not the event that the chain's head tells of"),
}


def problems(store: Store, *seals: seal.Seal) -> str:
    """Return what a verification finds, a line each."""
    return "\n".join(f"{one.chain} {one.number}: {one.what}" for one in verify.verify(store.engine, seals).problems)


def test_a_ledger_that_nobody_touched_is_whole(filled: Store, week: list[MadeCall]) -> None:
    """Every event is recomputed, and progress is told."""
    steps: list[tuple[int, int]] = []
    verified = verify.verify(filled.engine, progress=lambda done, of: steps.append((done, of)))
    assert verified.problems == ()
    assert verified.calls == len(week)
    assert steps[-1][0] == steps[-1][1] == verified.events > sum(len(made.events) for made in week)
    assert len(steps) > 5


def test_an_empty_ledger_is_whole(store: Store) -> None:
    """There is nothing to find in nothing."""
    assert verify.verify(store.engine) == verify.Verified(0, 0, 0, {}, ())


@pytest.mark.parametrize("what", SPOILED)
def test_whatever_was_changed_is_found(filled: Store, what: str) -> None:
    """A removed row, a changed byte, a swapped pair, a cut tail, another row of a call: each is found, and where."""
    spoil, message = SPOILED[what]
    with filled.engine.begin() as connection:
        spoil(connection)
    assert message in problems(filled)


def test_processes_side_by_side_find_the_same(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large ledger is recomputed by several processes."""
    monkeypatch.setattr(verify, "SIDE_BY_SIDE", 2)
    assert problems(filled) == ""
    with filled.engine.begin() as connection:
        swapped(connection)
    assert f"{PLACE}: it was changed" in problems(filled)


def sealed(settings: Settings, store: Store) -> tuple[seal.Seal, ...]:
    """Seal a ledger, and read the seal back."""
    heads = verify.verify(store.engine).heads
    file = settings.state / "head.json"
    file.write_text(seal.make(settings.state, heads))
    return seal.read(file, seal.public_key(settings.state))


def test_a_tail_cut_off_with_its_head_shows_with_a_seal(settings: Settings, filled: Store) -> None:
    """Whoever has the database can make its end look like an end; not what was sealed elsewhere."""
    seals = sealed(settings, filled)
    assert problems(filled, *seals) == ""
    with filled.engine.begin() as connection:
        cut(connection)
        last = connection.execute(text("SELECT id, hash FROM events ORDER BY id DESC LIMIT 1")).one()
        change = text("UPDATE chains SET head = :id, head_hash = :hash")
        connection.execute(change, {"id": last.id, "hash": last.hash})
        connection.execute(text("DELETE FROM calls WHERE id > :id"), {"id": last.id})
    assert "the tail was cut off" not in problems(filled)
    assert "the tail was cut off" in problems(filled, *seals)


def test_a_ledger_written_anew_shows_with_a_seal(settings: Settings, filled: Store, week: list[MadeCall]) -> None:
    """A whole chain made anew, with other words, ends in another hash than the sealed one."""
    seals = sealed(settings, filled)
    with filled.engine.begin() as connection:
        for table in ("events", "calls", "prompts", "chains"):
            connection.execute(text(f"DELETE FROM {table}"))
    filled.append([event for made in week[1:] for event in kept(made)])
    filled.append(kept(week[0]))
    assert problems(filled) == ""
    assert "that was sealed on" in problems(filled, *seals) or "it was sealed on" in problems(filled, *seals)


def test_a_seal_that_was_changed_is_refused(settings: Settings, filled: Store) -> None:
    """The signature is of the chain's name, its length, its hash and the moment."""
    sealed(settings, filled)
    file = settings.state / "head.json"
    found = json.loads(file.read_text())
    found["seals"][0]["number"] -= 1
    file.write_text(json.dumps(found))
    with pytest.raises(LedgerError, match=r"head\.json is not signed by"):
        seal.read(file, None)
    file.write_text("{}")
    with pytest.raises(LedgerError, match="is no seal"):
        seal.read(file, None)
    sealed(settings, filled)
    with pytest.raises(LedgerError, match="is not signed by"):
        seal.read(file, "00" * 31 + "01")


def test_the_sealing_key_is_its_owners_alone(settings: Settings, filled: Store) -> None:
    """The private key is made once, of mode 0600; the public one is for all."""
    sealed(settings, filled)
    private, public = settings.state / seal.PRIVATE, settings.state / seal.PUBLIC
    assert (private.stat().st_mode & 0o777, public.stat().st_mode & 0o777) == (0o600, 0o644)
    before = private.read_text()
    sealed(settings, filled)
    assert private.read_text() == before
