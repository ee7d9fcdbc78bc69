"""Conditions on calls, as reports print them: several values, and what is made of several columns."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, insert, select

from onshore.errors import LedgerError
from onshore.ledger.conditions import parse
from onshore.ledger.schema import calls, chains
from onshore.testing.calls import calls as made_calls
from tests.ledger.test_store import kept

if TYPE_CHECKING:
    from onshore.ledger.store import Store


def number(store: Store, where: str) -> int:
    """Return how many calls there are of some conditions."""
    with store.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(calls).where(*parse(where))) or 0


def test_several_values_are_any_of_them(store: Store) -> None:
    """With commas between; and with != none of them, where no value is another one, too."""
    made = list(made_calls(seed=5, first=date(2026, 9, 1), days=20, a_day=15, odd=True))
    store.append([event for one in made for event in kept(one)])
    countries = [one.truth.answered_in for one in made]
    assert number(store, "answered_country = PH,US") == sum(one in {"PH", "US"} for one in countries)
    assert number(store, "answered_country != PH,US") == sum(one not in {"PH", "US"} for one in countries)
    empty = number(store, "answered_country = none")
    assert number(store, "answered_country = none,IN") == empty + sum(one == "IN" for one in countries)
    assert number(store, "answered_country != none,IN") == len(made) - empty - sum(one == "IN" for one in countries)
    assert number(store, "waited = 1,2,3") == sum(number(store, f"waited = {one}") for one in (1, 2, 3))
    answered = sum(one.truth.answered for one in made)
    assert (number(store, "answered = yes"), number(store, "answered != no")) == (answered, answered)
    assert number(store, "answered = no") == len(made) - answered
    untold = sum(one.truth.disclosed == "no" for one in made)
    assert (number(store, "untold = yes"), number(store, "untold = no")) == (untold, len(made) - untold)


def test_each_call_is_answered_or_not_whatever_its_row_holds(store: Store) -> None:
    """Of every row that there may be: one of the two, and never answered where it ended otherwise."""
    outcomes = ("answered", "abandoned", "unanswered", "left", "unknown", "before-queue", "closed", None)
    rows = [
        {
            "outcome": outcome,
            "connected": connected,
            "answered_country": country,
            "disclosed": disclosed,
            "skipped": why,
        }
        for outcome, connected, country, disclosed, why in product(
            outcomes, (None, 5), (None, "PH"), (None, "no", "full"), (None, "sound-missing", "at-home")
        )
    ]
    with store.engine.begin() as connection:
        connection.execute(insert(chains).values(id=1, name="made", head=0, head_hash=b"", base=0, base_hash=b""))
        fixed = {"chain": 1, "arrived": 1, "direction": "inbound", "offered": False, "returned": 0, "transferred": 0}
        for place, row in enumerate(rows, 1):
            connection.execute(insert(calls).values(id=place, call=f"c{place}", **fixed, **row))
    for name in ("answered", "untold"):
        assert number(store, f"{name} = yes") + number(store, f"{name} = no") == len(rows)
        assert number(store, f"{name} = yes and {name} = no") == 0
    wanted = sum(row["outcome"] == "answered" or (row["outcome"] is None and row["connected"] == 5) for row in rows)
    assert number(store, "answered = yes") == wanted
    assert number(store, "answered = yes and outcome = left,unknown,abandoned,unanswered,before-queue,closed") == 0


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("answered > yes", "write `answered = yes` or `answered = no`"),
        ("answered = maybe", "write `answered = yes` or `answered = no`"),
        ("untold = none", "write `untold = yes` or `untold = no`"),
        ("waited < 1,2", "several values can only be = or !="),
        ("waited = 1,soon", "'soon' is no whole number"),
        ("arrived = 2026-10-01,lately", "'lately' is no moment"),
        ("answerd = yes", "calls have no 'answerd'; did you mean"),
    ],
)
def test_a_mistake_says_what_to_write(where: str, message: str) -> None:
    """One message, with what is allowed."""
    with pytest.raises(LedgerError) as raised:
        parse(where)
    assert message in str(raised.value)
