"""What is abroad, and what moved there: compared with a count of its own, from the calls themselves."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete

from onshore import rules as rule_sets
from onshore import site as sites
from onshore.ledger import settings as settings_of
from onshore.ledger.opening import open_store
from onshore.ledger.schema import calls as rows_of_calls
from onshore.report.period import Period, shifted
from onshore.report.volume import spans
from onshore.testing.calls import MadeCall, Truth, calls
from tests.report.making import exported, reported, rule_set_with, run, site_with

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FIRST = date(2024, 5, 1)  # thirty months and some days of calls: eighteen mostly at home, then mostly abroad
MOVED = FIRST + timedelta(days=549)


@pytest.fixture(scope="module")
def made() -> list[MadeCall]:
    """Calls of thirty months: the volume moves abroad after eighteen."""
    before = calls(seed=31, first=FIRST, days=549, a_day=6, at_home=75, odd=True)
    after = calls(seed=32, first=MOVED, days=372, a_day=6, at_home=15, odd=True)
    return [*before, *after]


@pytest.fixture(scope="module")
def site_file(tmp_path_factory: pytest.TempPathFactory, made: list[MadeCall]) -> Path:
    """A site with these calls."""
    return site_with(tmp_path_factory.mktemp("volume"), made)


def counts(made: list[MadeCall], first: date, months: int, which: Callable[[Truth], bool]) -> tuple[int, int]:
    """Return how many calls were answered, and how many abroad, in some months: a plain count."""
    begin, end = (datetime.combine(day, datetime.min.time(), UTC) for day in (first, shifted(first, months)))
    each = [one.truth for one in made if begin <= one.truth.arrived < end and one.truth.answered_in]
    each = [truth for truth in each if truth.answered and which(truth)]
    return len(each), sum(truth.answered_in != "US" for truth in each)


@pytest.mark.parametrize(("per", "least"), [("month", 17), ("quarter", 5)])
@pytest.mark.parametrize("direction", ["both", "inbound", "outbound"])
def test_what_moved_is_measured_against_the_twelve_months_before(
    site_file: Path, made: list[MadeCall], per: str, least: int, direction: str
) -> None:
    """Abroad now less abroad before, of the volume before: each by its months; as counted from the calls."""

    def which(truth: Truth) -> bool:
        return direction in {"both", truth.direction}

    words = ("--from", "2025-01-01", "--to", "2026-10-01", "--per", per, "--direction", direction)
    found = reported(site_file, *words)["figures"]["spans"]
    length, checked = {"month": 1, "quarter": 3}[per], 0
    for one in found:
        year, month = one["span"].split("-")
        first = date(int(year), 3 * int(month[1:]) - 2 if per == "quarter" else int(month), 1)
        before = shifted(first, -12)
        if before < FIRST:
            continue
        answered, abroad = counts(made, first, length, which)
        base, base_abroad = counts(made, before, 12, which)
        assert (one["answered"], one["abroad"], one["before"]) == (answered, abroad, 12)
        assert one["share"] == pytest.approx(abroad / answered)
        assert one["average"] == pytest.approx(base_abroad / base)
        assert one["moved"] == pytest.approx((abroad / length - base_abroad / 12) / (base / 12))
        checked += 1
    assert checked >= least
    assert max(one["moved"] for one in found if one["moved"] is not None) > 0.3


def test_a_year_is_measured_against_the_year_before(tmp_path: Path) -> None:
    """Twelve months against twelve months: all is at home in the first, and abroad in the second."""
    home = calls(seed=4, first=date(2024, 1, 1), days=366, a_day=3, at_home=90)
    made = [*home, *calls(seed=5, first=date(2025, 1, 1), days=365, a_day=3, at_home=5)]
    file = site_with(tmp_path, made)
    found = reported(file, "--from", "2025-01-01", "--to", "2026-01-01", "--per", "year")
    (one,) = [span for span in found["figures"]["spans"] if span["span"] == "2025"]
    answered, abroad = counts(made, date(2025, 1, 1), 12, lambda _: True)
    base, base_abroad = counts(made, date(2024, 1, 1), 12, lambda _: True)
    assert (one["months"], one["before"], one["answered"], one["abroad"]) == (12, 12, answered, abroad)
    assert one["moved"] == pytest.approx((abroad - base_abroad) / base)
    told = "of the volume of calls moved abroad, over the 30 % of us-call-center-act"
    assert any(told in warning for warning in found["warnings"])


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("us-call-center-act", "of the volume of calls moved abroad, over the 30 %"),
        ("us-keep-call-centers", "of the volume of calls moved abroad, over the 30 %"),
        ("us-fcc-26-52", "of calls were answered abroad, over the 30 %"),
    ],
)
def test_each_rule_set_warns_of_what_its_text_speaks_of(tmp_path: Path, name: str, told: str) -> None:
    """The bills of moving, the proposal of the share; the page draws the same, with the threshold."""
    before = calls(seed=8, first=date(2025, 1, 1), days=365, a_day=4, rules=name, at_home=75)
    file = site_with(
        tmp_path, [*before, *calls(seed=9, first=date(2026, 1, 1), days=59, a_day=4, rules=name, at_home=5)], name
    )
    done = run(file, "report", "--month", "2026-01", "--output", tmp_path / "page.html")
    assert done.exit_code == 0, done.output
    assert f"{told} of {name}" in done.output
    page = (tmp_path / "page.html").read_text("utf-8")
    moved = rule_sets.load(name).report.measure == "moved"
    assert ("Volume of calls moved abroad" in page, "Share of calls answered abroad" in page) == (moved, not moved)


def test_a_high_share_that_was_always_so_is_no_move(tmp_path: Path) -> None:
    """Four calls of five abroad for two years: over a cap on the share, and nothing moved."""
    file = site_with(tmp_path, calls(seed=21, first=date(2024, 10, 1), days=750, a_day=5))
    found = reported(file, "--month", "2026-10")
    assert found["figures"]["spans"][-1]["share"] > 0.6
    assert not [one for one in found["warnings"] if "abroad" in one and "30 %" in one]


def test_a_move_that_fewer_calls_hide_is_told(tmp_path: Path) -> None:
    """Half of the calls are gone, and of the rest most are abroad: less than 30 % of the volume before, and yet."""
    before = calls(seed=22, first=date(2025, 1, 1), days=365, a_day=12, at_home=80)
    file = site_with(tmp_path, [*before, *calls(seed=23, first=date(2026, 1, 1), days=31, a_day=4, at_home=0)])
    found = reported(file, "--month", "2026-01")
    assert found["figures"]["spans"][-1]["moved"] < 0.27
    told = [one for one in found["warnings"] if "As all calls became fewer, that is less than 30 %" in one]
    assert len(told) == 1
    assert told[0].startswith("2026-01: ")


def test_italy_has_no_threshold(tmp_path: Path) -> None:
    """Its law speaks of no share and no volume: the share is shown, nothing is warned of."""
    made = calls(seed=2, first=date(2026, 8, 1), days=92, a_day=5, rules="it-24-bis")
    file = site_with(tmp_path, made)
    file.write_text(file.read_text("utf-8").replace("us-call-center-act", "it-24-bis").replace('"US"', '"IT"'), "utf-8")
    found = reported(file, "--month", "2026-10")
    table = next(table for table in found["tables"] if table["name"] == "abroad")
    assert "it-24-bis speaks of no share of calls" in table["note"]
    assert found["figures"]["spans"][-1]["answered"] > 50
    assert not [one for one in found["warnings"] if "%" in one]


@pytest.mark.parametrize(
    "begun", [date(2026, 1, 1), date(2026, 5, 3), date(2026, 5, 17), date(2026, 9, 1), date(2026, 10, 1)]
)
def test_a_ledger_younger_than_twelve_months_says_so(tmp_path: Path, begun: date) -> None:
    """The months that are not there are not known, never none; the one in which it begins is no whole one."""
    days = (date(2026, 11, 1) - begun).days
    file = site_with(tmp_path, calls(seed=6, first=begun, days=days, a_day=12))
    found = reported(file, "--month", "2026-10")
    by_span = {one["span"]: one for one in found["figures"]["spans"]}
    whole = [
        shifted(date(2026, 10, 1), -by)
        for by in range(1, 13)
        if shifted(date(2026, 10, 1), -by) >= begun - timedelta(days=2)
    ]
    assert by_span["2026-10"]["before"] == len(whole)
    assert by_span["2025-11"]["answered"] is None
    table = next(table for table in found["tables"] if table["name"] == "abroad")
    shown = {row["item"]: row["values"] for row in table["rows"]}
    assert shown["2025-11"][:3] == ["not known"] * 3
    told = " ".join(found["warnings"])
    if whole:
        assert by_span["2026-10"]["moved"] is not None
        assert f"The ledger has {len(whole)} of the 12 months before 2026-10" in told
    else:
        assert by_span["2026-10"]["moved"] is None
        assert "How much moved abroad in 2026-10 is not known" in told


def test_months_without_a_call_are_left_out(tmp_path: Path) -> None:
    """A gap of three months in the books lowers no average."""
    made = [
        one
        for one in calls(seed=13, first=date(2025, 8, 1), days=457, a_day=8)
        if one.truth.arrived.month not in {2, 3, 4} or one.truth.arrived.year != 2026
    ]
    file = site_with(tmp_path, made)
    found = reported(file, "--month", "2026-10", "--per", "month")
    one = found["figures"]["spans"][-1]
    base, base_abroad = counts(made, date(2025, 10, 1), 12, lambda _: True)
    answered, abroad = counts(made, date(2026, 10, 1), 1, lambda _: True)
    assert (one["answered"], one["before"]) == (answered, 9)
    assert one["moved"] == pytest.approx((abroad - base_abroad / 9) / (base / 9))
    quarter = reported(file, "--from", "2026-04-01", "--to", "2026-07-01", "--per", "quarter")
    table = next(table for table in quarter["tables"] if table["name"] == "abroad")
    assert table["rows"][-1]["item"] == "2026-Q2 (2 of 3 months)"
    assert table["rows"][-1]["values"][0] == str(counts(made, date(2026, 5, 1), 2, lambda _: True)[0])


def _spans(site_file: Path, period: Period, now: datetime, **changes: str) -> list[Any]:
    report = rule_sets.load("us-call-center-act").report.model_copy(update=changes)
    store = open_store(settings_of.of_site(sites.load(site_file)))
    with store.engine.connect() as connection:
        found = spans(connection, period, {"US"}, report, now)
    store.engine.dispose()
    return found


def test_a_month_that_is_not_over_is_not_measured(site_file: Path) -> None:
    """Half a month would look as if calls had come home; the share is known so far."""
    period = Period(date(2026, 9, 1), date(2026, 10, 1), UTC, "UTC")
    now = datetime(2026, 9, 16, tzinfo=UTC)
    moved = _spans(site_file, period, now)[-1]
    assert (moved.span, moved.months, moved.answered, moved.moved) == ("2026-09", 0, None, None)
    assert _spans(site_file, period, now, measure="share")[-1].share is not None
    cut = Period(date(2026, 9, 1), date(2026, 9, 20), UTC, "UTC")
    assert _spans(site_file, cut, datetime(2027, 1, 1, tzinfo=UTC))[-1].moved is None


@pytest.mark.parametrize("zone", ["Asia/Manila", "America/New_York", "Pacific/Auckland"])
def test_months_are_those_of_the_time_zone(site_file: Path, made: list[MadeCall], zone: str) -> None:
    """They begin at midnight there."""
    there = ZoneInfo(zone)
    period = Period(date(2026, 8, 1), date(2026, 10, 1), there, zone)
    found = {one.span: one.answered for one in _spans(site_file, period, datetime(2027, 1, 1, tzinfo=UTC))}
    for month in ("2026-03", "2026-09"):
        wanted = [one.truth for one in made if f"{one.truth.arrived.astimezone(there):%Y-%m}" == month]
        assert found[month] == sum(one.answered and bool(one.answered_in) for one in wanted)


def test_the_conditions_of_each_span_give_its_calls(site_file: Path) -> None:
    """For months, quarters and years, of one direction, and where months are missing."""
    for words in (
        ("--month", "2026-09", "--per", "quarter", "--direction", "outbound"),
        ("--from", "2024-06-01", "--to", "2026-09-15", "--per", "year", "--direction", "inbound"),
        ("--month", "2024-05", "--timezone", "Asia/Manila"),
    ):
        table = next(table for table in reported(site_file, *words)["tables"] if table["name"] == "abroad")
        assert any(row["where"] for row in table["rows"])
        for row in table["rows"]:
            if row["where"]:
                answered = exported(site_file, row["where"])
                assert len(answered) == int(row["values"][0]), (words, row["item"])
                (abroad,) = re.findall(r"`(and answered_country != .*?)`", table["note"])
                assert len(exported(site_file, f"{row['where']} {abroad}")) == int(row["values"][1])
            else:
                assert row["values"][0] == "not known"


def test_the_rule_set_says_per_and_direction_and_the_command_line_goes_first(tmp_path: Path) -> None:
    """Options of the rule set, with --per and --direction before them."""
    file = site_with(tmp_path, calls(seed=3, first=date(2026, 7, 1), days=92, a_day=5, odd=True))
    rule_set_with(
        file, "us-call-center-act", ('per           = "month"', 'per = "quarter"'), ('= "both"', '= "outbound"')
    )
    found = reported(file, "--month", "2026-09")
    assert found["measure"] == {
        "what": "moved",
        "alert": 0.3,
        "months_before": 12,
        "per": "quarter",
        "direction": "outbound",
    }
    assert found["figures"]["spans"][-1]["span"] == "2026-Q3"
    other = reported(file, "--month", "2026-09", "--per", "year", "--direction", "both")
    assert other["figures"]["spans"][-1]["span"] == "2026"
    assert other["figures"]["spans"][-1]["answered"] > found["figures"]["spans"][-1]["answered"]


def test_a_service_that_is_new_has_no_months_before(tmp_path: Path) -> None:
    """The months before are those of the calls of the report: under a filter, too."""
    made = [
        one
        for one in calls(seed=17, first=date(2025, 9, 1), days=426, a_day=8)
        if one.truth.service == "support" or one.truth.arrived >= datetime(2026, 8, 1, tzinfo=UTC)
    ]
    file = site_with(tmp_path, made)
    assert reported(file, "--month", "2026-10", "--service", "sales")["figures"]["spans"][-1]["before"] == 2
    assert reported(file, "--month", "2026-10", "--service", "support")["figures"]["spans"][-1]["before"] == 12


def test_an_empty_ledger_has_no_months(tmp_path: Path) -> None:
    """Nothing is known; nothing is zero, and the report is made all the same."""
    file = site_with(tmp_path, [])
    store = open_store(settings_of.of_site(sites.load(file)))
    with store.engine.begin() as connection:
        connection.execute(delete(rows_of_calls))
    store.engine.dispose()
    found = reported(file, "--month", "2026-10")
    assert all(one["answered"] is None and one["moved"] is None for one in found["figures"]["spans"])
    assert run(file, "report", "--month", "2026-10", "--output", tmp_path / "empty.html").exit_code == 0
