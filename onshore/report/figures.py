"""The figures of a report: counted in one pass over the calls of its period, and by month over the year before."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from onshore.ledger.reading import BLOCK
from onshore.ledger.schema import calls, chains
from onshore.report.period import milliseconds, shifted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement, Connection

    from onshore.report.period import Period

LISTED = 500  # calls of one kind that are listed one by one; the rest are counted, and exported

_COLUMNS = (
    *(
        "call",
        "arrived",
        "service",
        "language",
        "country",
        "disclosed",
        "skipped",
        "offered",
        "choice",
        "routed_country",
    ),
    *("connected", "answered_country", "waited", "outcome", "fallback", "center", "domestic", "routed"),
)
HUNG_UP = "hung-up-before"  # the reason of a call that ended before the disclosure began
UNKNOWN = "not-known"
OPEN = "not-over"  # calls that had not ended


@dataclass(frozen=True, slots=True)
class Waits:
    """Waits of callers who reached an agent, in seconds; none where there was no such caller."""

    number: int
    mean: float | None
    median: float | None
    percentile_90: float | None


@dataclass(frozen=True, slots=True)
class Untold:
    """A call that was to be told, and was not."""

    call: str
    arrived: str  # ISO 8601, in the report's time zone
    country: str
    reason: str


@dataclass(frozen=True, slots=True)
class Month:
    """Calls that agents answered in a month, and the share of them that was answered abroad."""

    month: str  # 2026-10
    answered: int
    abroad: int
    share: float | None
    average: float | None  # of all calls of the months before, as many as the rule set says


@dataclass(frozen=True, slots=True)
class Day:
    """What a day's calls to one center lacked."""

    day: str
    center: str
    calls: int  # answered there
    untold: int  # without a disclosure
    in_vain: int  # though the caller had asked for home


def _counters() -> dict[str, Counter[str]]:
    return defaultdict(Counter)


@dataclass(slots=True)
class Figures:
    """Everything in a report."""

    calls: int = 0
    by_month: dict[str, Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )  # month → country answered in
    disclosed: Counter[str] = field(default_factory=Counter)  # "full", "part", "no", "not-needed"
    reasons: Counter[str] = field(default_factory=Counter)  # of "no"
    not_needed: Counter[str] = field(default_factory=Counter)  # reasons
    untold: list[Untold] = field(default_factory=list)
    offers: dict[str, Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )  # language → choices, "offered"
    asked: Waits = Waits(0, None, None, None)
    first: Waits = Waits(0, None, None, None)
    asked_in_all: int = 0
    in_vain: Counter[str] = field(default_factory=Counter)  # how: outcome, or answered-abroad
    months: list[Month] = field(default_factory=list)
    fallbacks: Counter[str] = field(default_factory=Counter)
    days: list[Day] = field(default_factory=list)
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)


def figures(
    connection: Connection,
    period: Period,
    home: Sequence[str],
    share_months: int,
    *where: ColumnElement[bool],
) -> Figures:
    """Count the calls of a period; `home` are the countries that count as home, `where` what else calls must be."""
    counting = _Counting(period, frozenset(home))
    wanted = select(*(calls.c[name] for name in _COLUMNS)).where(
        calls.c.arrived >= period.start_ms, calls.c.arrived < period.end_ms, *where
    )
    for row in connection.execution_options(yield_per=BLOCK).execute(wanted.order_by(calls.c.arrived)):
        counting.count(row)
    found = counting.done()
    found.months = _months(connection, period, home, share_months, where)
    heads = connection.execute(select(chains.c.name, chains.c.head, chains.c.head_hash))
    found.heads = {name: (head, bytes(head_hash).hex()) for name, head, head_hash in heads}
    return found


class _Counting:
    def __init__(self, period: Period, home: frozenset[str]) -> None:
        self._zone = period.zone
        self._home = home
        self._figures = Figures()
        self._asked: list[int] = []
        self._first: list[int] = []
        self._days: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._moments = _Moments(period)

    def count(self, row: Any) -> None:  # noqa: ANN401 - a row of _COLUMNS
        found, home = self._figures, self._home
        found.calls += 1
        month, day = self._moments.of(row.arrived)
        found.by_month[month][row.answered_country or ""] += 1
        untold = self._disclosure(row)
        if row.offered:
            chosen = found.offers[row.language or ""]
            chosen["offered"] += 1
            chosen[row.choice or "none"] += 1
        vain = ""
        if row.choice == "domestic":
            found.asked_in_all += 1
            vain = (
                "" if row.answered_country in home else "answered-abroad" if row.connected else row.outcome or UNKNOWN
            )
            if vain:
                found.in_vain[vain] += 1
            elif row.waited is not None:
                self._asked.append(row.waited)
        elif row.answered_country in home and row.country in home and row.waited is not None:
            self._first.append(row.waited)
        if row.fallback:
            found.fallbacks[row.fallback] += 1
        if row.connected:
            each = self._days[day, row.center or ""]
            each["calls"] += 1
            each["untold"] += untold
            each["in-vain"] += vain == "answered-abroad"

    def _disclosure(self, row: Any) -> bool:  # noqa: ANN401 - the same
        """Count how much was disclosed; return whether it was to be, and was not at all."""
        found = self._figures
        if row.disclosed in {"full", "part"}:
            found.disclosed[row.disclosed] += 1
            return False
        if row.disclosed is None:
            found.disclosed["not-needed" if row.skipped else OPEN] += 1
            if row.skipped:
                found.not_needed[row.skipped] += 1
            return False
        reason = row.skipped or (HUNG_UP if row.choice == "hangup" else UNKNOWN)
        found.disclosed["no"] += 1
        found.reasons[reason] += 1
        if len(found.untold) < LISTED:
            arrived = datetime.fromtimestamp(row.arrived / 1000, self._zone).isoformat(timespec="seconds")
            found.untold.append(Untold(row.call, arrived, row.country or "", reason))
        return True

    def done(self) -> Figures:
        found = self._figures
        found.asked, found.first = waits(self._asked), waits(self._first)
        found.days = [
            Day(day, center, each["calls"], each["untold"], each["in-vain"])
            for (day, center), each in sorted(self._days.items())
        ]
        return found


class _Moments:
    """Which month and day a moment is in. Calls come in order: the day is looked up once, not for each."""

    def __init__(self, period: Period) -> None:
        self._zone = period.zone
        self._until = 0
        self._told = ("", "")

    def of(self, at: int) -> tuple[str, str]:
        if at >= self._until:
            day = datetime.fromtimestamp(at / 1000, self._zone).date()
            self._until = milliseconds(date.fromordinal(day.toordinal() + 1), self._zone)
            self._told = (f"{day:%Y-%m}", day.isoformat())
        return self._told


def waits(seconds: Iterable[int]) -> Waits:
    """Return mean, median and 90th percentile (the least that is not below nine tenths of them)."""
    each = sorted(seconds)
    number = len(each)
    if not number:
        return Waits(0, None, None, None)
    middle = (each[(number - 1) // 2] + each[number // 2]) / 2
    return Waits(number, sum(each) / number, middle, float(each[math.ceil(0.9 * number) - 1]))


def _months(
    connection: Connection, period: Period, home: Sequence[str], share_months: int, where: Sequence[ColumnElement[bool]]
) -> list[Month]:
    """Return answered calls by month, from so many months before the period on."""
    counted: list[tuple[str, int, int]] = []
    for first in period.months(before=share_months):
        start, end = milliseconds(first, period.zone), milliseconds(shifted(first, 1), period.zone)
        wanted = (
            select(calls.c.answered_country, func.count())
            .where(calls.c.arrived >= start, calls.c.arrived < end, calls.c.connected.is_not(None), *where)
            .group_by(calls.c.answered_country)
        )
        by_country: dict[str | None, int] = {row[0]: row[1] for row in connection.execute(wanted)}
        abroad = sum(number for country, number in by_country.items() if country not in home)
        counted.append((f"{first:%Y-%m}", sum(by_country.values()), abroad))
    months = []
    for place, (name, answered, abroad) in enumerate(counted):
        before = counted[max(0, place - share_months) : place]
        base = sum(one[1] for one in before)
        average = sum(one[2] for one in before) / base if base else None
        months.append(Month(name, answered, abroad, abroad / answered if answered else None, average))
    return months
