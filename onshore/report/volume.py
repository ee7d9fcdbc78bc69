"""How much of the volume is answered abroad, or moved there: by month, quarter or year, against the months before.

Volume is the calls that agents answered, in a country that is known; months are calendar months of the report's zone.
Two measures, for two kinds of texts:

*share* = answered abroad ÷ volume. The FCC's proposal asks about a cap on it (CG Docket 26-52).

*moved* = (answered abroad - n x mean abroad) ÷ (n x mean volume); the means are those of the months before (12), n is
how many months the span has. The US bills list an employer who moves at least 30 % of a call center's volume abroad,
measured against the average volume of the previous twelve months (S.4300, H.R.4954; so do the laws of several states).
Below zero: calls came home. It is about what is abroad now and was not before, wherever that volume comes from: calls
that grew in number abroad count, too, and show beside a share that stayed as it was.

A month of which the ledger has no call is not known: it is left out, and never counts as none. For *moved*, so is one
that is not over, and the one in which the ledger begins, unless its first call came within three days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from onshore.ledger.conditions import ANSWERED
from onshore.ledger.schema import calls
from onshore.report.period import milliseconds, shifted

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import ColumnElement, Connection

    from onshore.report.period import Period
    from onshore.rules import Per, ReportRules

MONTHS: dict[Per, int] = {"month": 1, "quarter": 3, "year": 12}
_BEGINNING = timedelta(days=3)  # a ledger whose first call came that early has all of its first month


@dataclass(frozen=True, slots=True)
class Span:
    """A month, quarter or year, and the months before it. None: not known."""

    span: str  # "2026-10", "2026-Q4", "2026"
    first: str  # the days from which on, and up to which, its calls are counted: the months that are known
    end: str
    within: bool  # the report's period touches it; else it is one of those before
    months: int  # how many of its months are counted
    of_months: int
    answered: int | None  # where, is known
    abroad: int | None
    elsewhere: int  # answered, it is not known where: in no other figure here
    share: float | None
    average: float | None  # the share of all calls of the months before
    before: int  # how many of the months before are counted
    before_answered: float | None  # in one of them, on average
    before_abroad: float | None
    moved: float | None


@dataclass(frozen=True, slots=True)
class _Month:
    first: date
    end: date  # the day on which it is over, or the report's period is
    known: bool
    whole: bool
    answered: int
    abroad: int
    elsewhere: int


def spans(
    connection: Connection,
    period: Period,
    home: Collection[str],
    report: ReportRules,
    now: datetime,
    where: Sequence[ColumnElement[bool]] = (),
) -> list[Span]:
    """Return the spans that a period touches, and those of the months before it; `home` counts as home.

    `report.per` says how long they are, `report.direction` which calls count, `report.measure` which months,
    `report.share_months` how many months they are compared with.
    """
    length = MONTHS[report.per]
    if report.direction != "both":
        where = (*where, calls.c.direction == report.direction)
    begin = _start(shifted(_start(period.first, length), -report.share_months), length)
    whole_only = report.measure == "moved"
    months = {
        one.first: one
        for one in _months(connection, period, shifted(begin, -report.share_months), home, now, where)
        if one.known and (one.whole or not whole_only)
    }
    found = []
    while begin < period.end:
        own = [months[month] for month in _each(begin, length) if month in months]
        before = _each(shifted(begin, -report.share_months), report.share_months)
        after = shifted(begin, length)
        known = [months[month] for month in before if month in months]
        found.append(_span(begin, length, own, known, within=after > period.first))
        begin = after
    return found


def name(first: date, length: int) -> str:
    """Return what a span of so many months is called: 2026-10, 2026-Q4, 2026."""
    return {1: f"{first:%Y-%m}", 3: f"{first:%Y}-Q{(first.month + 2) // 3}"}.get(length, f"{first:%Y}")


def _start(day: date, length: int) -> date:
    """Return the first day of the span that a day is in."""
    return date(day.year, day.month - (day.month - 1) % length, 1)


def _each(first: date, number: int) -> list[date]:
    return [shifted(first, by) for by in range(number)]


def _span(begin: date, length: int, own: Sequence[_Month], before: Sequence[_Month], *, within: bool) -> Span:
    answered, abroad = sum(one.answered for one in own), sum(one.abroad for one in own)
    base, base_abroad = sum(one.answered for one in before), sum(one.abroad for one in before)
    number = len(before)
    moved = None
    if own and base:
        expected = len(own) / number  # of the sums of the months before
        moved = (abroad - expected * base_abroad) / (expected * base)
    return Span(
        span=name(begin, length),
        first=(own[0].first if own else begin).isoformat(),
        end=(own[-1].end if own else begin).isoformat(),
        within=within,
        months=len(own),
        of_months=length,
        answered=answered if own else None,
        abroad=abroad if own else None,
        elsewhere=sum(one.elsewhere for one in own),
        share=abroad / answered if answered else None,
        average=base_abroad / base if base else None,
        before=number,
        before_answered=base / number if number else None,
        before_abroad=base_abroad / number if number else None,
        moved=moved,
    )


def _months(
    connection: Connection,
    period: Period,
    first: date,
    home: Collection[str],
    now: datetime,
    where: Sequence[ColumnElement[bool]],
) -> list[_Month]:
    """Count the months from one on, up to the period's end."""
    begun = connection.scalar(select(func.min(calls.c.arrived)).where(calls.c.arrived > 0, *where))
    if begun is None:
        return []
    began = datetime.fromtimestamp(begun / 1000, UTC).astimezone(period.zone).date()
    first = max(first, began.replace(day=1))
    found = []
    while first < period.end:
        after = shifted(first, 1)
        end = min(after, period.end)
        wanted = (
            select(calls.c.answered_country, ANSWERED.label("answered"), func.count().label("number"))
            .where(
                calls.c.arrived >= milliseconds(first, period.zone), calls.c.arrived < milliseconds(end, period.zone)
            )
            .where(*where)
            .group_by(calls.c.answered_country, ANSWERED)
        )
        rows = connection.execute(wanted).all()
        places = [(row.answered_country, row.number) for row in rows if row.answered]
        over = after <= period.end and milliseconds(after, period.zone) <= now.timestamp() * 1000
        found.append(
            _Month(
                first=first,
                end=end,
                known=bool(rows),
                whole=over and (first > began or began - first < _BEGINNING),
                answered=sum(number for country, number in places if country),
                abroad=sum(number for country, number in places if country and country not in home),
                elsewhere=sum(number for country, number in places if not country),
            )
        )
        first = after
    return found
