"""Calls that go as calls seldom do are in every figure as what they are: a plain count of what truly happened."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from onshore.testing.calls import MadeCall, Truth, calls
from tests.report.making import exported, reported, rule_set_with, run, site_with

if TYPE_CHECKING:
    from pathlib import Path

SEEDS = (3, 11, 2026)
PERIOD = ("--from", "2026-07-01", "--to", "2026-09-01")


@pytest.fixture(scope="module", params=SEEDS)
def made(request: pytest.FixtureRequest) -> list[MadeCall]:
    """Two months of odd calls."""
    return list(calls(seed=request.param, first=date(2026, 7, 1), days=62, a_day=8, odd=True))


@pytest.fixture(scope="module")
def truths(made: list[MadeCall]) -> list[Truth]:
    """What happened."""
    return [one.truth for one in made]


@pytest.fixture(scope="module")
def site_file(tmp_path_factory: pytest.TempPathFactory, made: list[MadeCall]) -> Path:
    """A site with these calls; its rule set lists violations by day, too."""
    file = site_with(tmp_path_factory.mktemp("odd"), made)
    rule_set_with(file, "us-call-center-act", ("violations_by_day = false", "violations_by_day = true"))
    return file


@pytest.fixture(scope="module")
def found(site_file: Path) -> dict[str, Any]:
    """The report of these months."""
    return reported(site_file, *PERIOD)


def counted(counter: Counter[str] | dict[str, int]) -> dict[str, int]:
    """Return a counter without what was never counted."""
    return {name: number for name, number in counter.items() if number}


def rows(found: dict[str, Any], table: str) -> dict[str, list[str]]:
    """Return the values of a table by item."""
    return {row["item"]: row["values"] for each in found["tables"] if each["name"] == table for row in each["rows"]}


def test_each_call_has_one_outcome(found: dict[str, Any], truths: list[Truth]) -> None:
    """Every way out is counted, and the table has a row for each, also for those that did not happen."""
    wanted = Counter(truth.outcome or "not-over" for truth in truths)
    assert {"answered", "left", "unknown", "before-queue", "not-over"} <= set(wanted)
    assert found["figures"]["outcomes"] == counted(wanted)
    shown = rows(found, "outcomes")
    assert len(shown) == 9
    assert shown["the caller left the queue: by a key, or as the admin's dialplan had it"][0] == str(wanted["left"])
    assert shown["nothing told how it ended in the queue"][0] == str(wanted["unknown"])
    assert sum(int(values[0]) for item, values in shown.items() if item != "all calls") == len(truths)


def test_nobody_answered_who_only_left(found: dict[str, Any], truths: list[Truth]) -> None:
    """By country of the agent: those answered alone; where is not known of some, and that is said."""
    of_months = found["figures"]["by_month"]
    wanted = Counter(
        (f"{truth.arrived:%Y-%m}", (truth.answered_in or "not-known") if truth.answered else "") for truth in truths
    )
    assert {(month, code): number for month, each in of_months.items() for code, number in each.items()} == wanted
    shown = rows(found, "calls")
    assert shown["answered, country not known"][-1] == str(sum(one.answered and not one.answered_in for one in truths))
    assert shown["no agent answered, or none is known of"][-1] == str(sum(not one.answered for one in truths))
    assert "nobody answered" not in shown


def test_what_is_not_known_of_the_answered_is_said(found: dict[str, Any], truths: list[Truth]) -> None:
    """Those of no country, those without a wait, and those that were transferred."""
    answered = [truth for truth in truths if truth.answered]
    assert found["figures"]["answers"] == {
        "all": len(answered),
        "no-country": sum(not truth.answered_in for truth in answered),
        "no-wait": sum(truth.waited is None for truth in answered),
        "transferred": sum(truth.transferred > 0 for truth in answered),
    }
    assert all(found["figures"]["answers"].values())
    note = next(table["note"] for table in found["tables"] if table["name"] == "answers")
    assert "Local channels, as FreePBX makes them, it tells none" in note
    waits = next(table["note"] for table in found["tables"] if table["name"] == "waits")
    assert f"Of {sum(one.waited is None for one in answered)} of all {len(answered)} answered calls it is not." in waits


def test_an_answer_without_a_wait_is_an_answer_everywhere(found: dict[str, Any], truths: list[Truth]) -> None:
    """In the volume by month, in the days, among those who asked for home: though no wait is known of it."""
    spans = {one["span"]: one for one in found["figures"]["spans"]}
    for month in ("2026-07", "2026-08"):
        answered = [one for one in truths if one.answered and f"{one.arrived:%Y-%m}" == month]
        known = [one for one in answered if one.answered_in]
        assert any(one.waited is None for one in known)
        assert spans[month]["answered"] == len(known)
        assert spans[month]["abroad"] == sum(one.answered_in != "US" for one in known)
        assert spans[month]["elsewhere"] == len(answered) - len(known)
    days: Counter[str] = Counter()
    for one in found["figures"]["days"]:
        days[one["day"]] += one["calls"]
    assert days == Counter(f"{one.arrived:%Y-%m-%d}" for one in truths if one.answered)


def test_asked_in_vain_is_only_who_was_not_answered_at_home(found: dict[str, Any], truths: list[Truth]) -> None:
    """Each by how it ended; an answer of which the country is not known is told apart."""
    asked = [truth for truth in truths if truth.choice == "domestic"]
    wanted: Counter[str] = Counter()
    for truth in asked:
        if not truth.answered:
            wanted[truth.outcome or "not-over"] += 1
        elif truth.answered_in != "US":
            wanted["answered-abroad" if truth.answered_in else "country-not-known"] += 1
    assert {"answered-abroad", "country-not-known"} <= set(wanted)
    assert found["figures"]["in_vain"] == counted(wanted)
    assert any(
        f"{wanted['answered-abroad']} callers asked for home and were answered abroad" in one
        for one in found["warnings"]
    )


def test_waits_are_of_those_that_are_known(found: dict[str, Any], truths: list[Truth]) -> None:
    """Callers whom an agent at home answered after a wait that somebody told."""
    home = [one for one in truths if one.answered and one.answered_in == "US" and one.waited is not None]
    asked = [one.waited for one in home if one.choice == "domestic"]
    first = [one.waited for one in home if one.choice != "domestic" and one.country == "US"]
    assert (found["figures"]["asked"]["number"], found["figures"]["first"]["number"]) == (len(asked), len(first))


def test_a_call_whose_process_was_killed_is_not_untold(found: dict[str, Any], truths: list[Truth]) -> None:
    """It ended before anything was said: there was nobody to be told of."""
    killed = sum(truth.reason == "ended-before" for truth in truths)
    assert killed
    assert found["figures"]["not_needed"]["ended-before"] == killed
    untold = [truth.call for truth in truths if truth.disclosed == "no"]
    assert [one["call"] for one in found["figures"]["untold"]] == untold
    assert found["figures"]["disclosed"].get("no", 0) == len(untold)


def test_each_condition_gives_just_so_many_calls(site_file: Path, found: dict[str, Any]) -> None:
    """Whatever the number: `onshore ledger export --where` lists as many, in every row of every table."""
    checked = 0
    for table in found["tables"]:
        for row in table["rows"]:
            if row["where"]:
                values = dict(zip(table["columns"], row["values"], strict=True))
                wanted = values.get("all") or values.get("calls") or values.get("offered") or values.get("answered")
                assert int(str(wanted)) == len(exported(site_file, row["where"])), (table["name"], row)
                checked += 1
    assert checked > 35


def test_the_page_says_what_is_not_known(site_file: Path, tmp_path: Path) -> None:
    """In HTML: a table of how calls ended, and warnings of what nobody told."""
    done = run(site_file, "report", *PERIOD, "--output", tmp_path / "odd.html")
    assert "nothing told how they ended in the queue, nor whether an agent answered" in done.output
    page = (tmp_path / "odd.html").read_text("utf-8")
    assert "How calls ended" in page
    assert "asked, and it is not known who answered, or whether anybody did" in page
