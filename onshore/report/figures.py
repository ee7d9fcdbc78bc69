"""The figures of a report: counted in one pass over the calls of its period, and by month for what is abroad.

What counts as answered, and as untold, is in `ledger.conditions`, for these and for the conditions beside each number.
A call that is not known to have been answered was answered by nobody; one that was may lack its country, or its wait.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from onshore.ledger.conditions import ANSWERED, UNTOLD
from onshore.ledger.reading import BLOCK
from onshore.ledger.schema import calls, chains
from onshore.report.period import milliseconds
from onshore.report.volume import Span, spans

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy import ColumnElement, Connection

    from onshore.report.period import Period
    from onshore.rules import ReportRules

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
    *("answered_country", "waited", "transferred", "outcome", "fallback", "center"),
)
HUNG_UP = "hung-up-before"  # the reason of a call that ended before the disclosure began
ENDED_BEFORE = "ended-before"  # nothing had been said, nothing chosen: the daemon or its process had just died
NOT_KNOWN = "not-known"  # a country, a reason
NOT_OVER = "not-over"  # calls that had not ended, or whose end nobody told
ABROAD, SOMEWHERE = "answered-abroad", "country-not-known"  # asked for home, and an agent answered


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
class Day:
    """What a day's calls to one center lacked."""

    day: str
    center: str
    calls: int  # answered there
    untold: int  # without a disclosure
    in_vain: int  # though the caller had asked for home


@dataclass(slots=True)
class Figures:
    """Everything in a report."""

    calls: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)  # "not-over": there is none yet
    answers: Counter[str] = field(default_factory=Counter)  # of answered calls: "all", "no-country", "no-wait", …
    by_month: dict[str, Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )  # month → country answered in; "not-known": answered, but where? "": not answered
    disclosed: Counter[str] = field(default_factory=Counter)  # "full", "part", "no", "not-needed", "not-known"
    reasons: Counter[str] = field(default_factory=Counter)  # of "no"
    not_needed: Counter[str] = field(default_factory=Counter)  # reasons
    untold: list[Untold] = field(default_factory=list)
    offers: dict[str, Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )  # language → choices, "offered"
    asked: Waits = Waits(0, None, None, None)
    first: Waits = Waits(0, None, None, None)
    asked_in_all: int = 0
    in_vain: Counter[str] = field(default_factory=Counter)  # how: outcome, or answered-abroad, country-not-known
    spans: list[Span] = field(default_factory=list)
    fallbacks: Counter[str] = field(default_factory=Counter)
    days: list[Day] = field(default_factory=list)
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)


def figures(
    connection: Connection,
    period: Period,
    home: Collection[str],
    report: ReportRules,
    now: datetime,
    *where: ColumnElement[bool],
) -> Figures:
    """Count the calls of a period; `home` are the countries that count as home, `where` what else calls must be.

    `now` tells which months are over.
    """
    counting = _Counting(period, frozenset(home))
    wanted = select(*(calls.c[name] for name in _COLUMNS), ANSWERED.label("answered"), UNTOLD.label("untold")).where(
        calls.c.arrived >= period.start_ms, calls.c.arrived < period.end_ms, *where
    )
    for row in connection.execution_options(yield_per=BLOCK).execute(wanted.order_by(calls.c.arrived)):
        counting.count(row)
    found = counting.done()
    found.spans = spans(connection, period, frozenset(home), report, now, where)
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

    def count(self, row: Any) -> None:  # noqa: ANN401 - a row of _COLUMNS, and what is made of them
        found = self._figures
        found.calls += 1
        month, day = self._moments.of(row.arrived)
        found.outcomes[row.outcome or NOT_OVER] += 1
        found.by_month[month][(row.answered_country or NOT_KNOWN) if row.answered else ""] += 1
        untold = self._disclosure(row)
        if row.offered:
            chosen = found.offers[row.language or ""]
            chosen["offered"] += 1
            chosen[row.choice or "none"] += 1
        vain = self._asked_for_home(row) if row.choice == "domestic" else ""
        if row.fallback:
            found.fallbacks[row.fallback] += 1
        if row.answered:
            self._answer(row)
            each = self._days[day, row.center or ""]
            each["calls"] += 1
            each["untold"] += untold
            each["in-vain"] += vain == ABROAD

    def _asked_for_home(self, row: Any) -> str:  # noqa: ANN401 - the same
        """Count a caller who asked for home; return how it went when no agent at home answered."""
        found = self._figures
        found.asked_in_all += 1
        if not row.answered:
            how = row.outcome or NOT_OVER
        elif row.answered_country in self._home:
            return ""
        else:
            how = ABROAD if row.answered_country else SOMEWHERE
        found.in_vain[how] += 1
        return how

    def _answer(self, row: Any) -> None:  # noqa: ANN401 - the same
        found, home = self._figures, self._home
        found.answers["all"] += 1
        found.answers["no-country"] += not row.answered_country
        found.answers["no-wait"] += row.waited is None
        found.answers["transferred"] += row.transferred > 0
        if row.answered_country not in home or row.waited is None:
            return
        if row.choice == "domestic":
            self._asked.append(row.waited)
        elif row.country in home:
            self._first.append(row.waited)

    def _disclosure(self, row: Any) -> bool:  # noqa: ANN401 - the same
        """Count how much was disclosed; return whether it was to be, and was not at all."""
        found = self._figures
        if row.disclosed in {"full", "part"}:
            found.disclosed[row.disclosed] += 1
            return False
        if not row.untold:
            reason = row.skipped or (ENDED_BEFORE if row.outcome == "before-queue" else "")
            found.disclosed["not-needed" if reason else NOT_KNOWN if row.outcome else NOT_OVER] += 1
            if reason:
                found.not_needed[reason] += 1
            return False
        reason = row.skipped or (HUNG_UP if row.choice == "hangup" else NOT_KNOWN)
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
