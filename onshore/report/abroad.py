"""The table of what a rule set measures: calls answered abroad, or moved there."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from onshore.report.table import Row, Table
from onshore.report.volume import MONTHS

if TYPE_CHECKING:
    from onshore.report.figures import Figures
    from onshore.report.period import Period
    from onshore.report.volume import Span
    from onshore.rules import Rules


def share(found: Figures, rules: Rules, period: Period, more: str) -> Table:
    """Return the share of calls answered abroad; `more` is what the conditions have beside the time."""
    rows = [
        Row(
            _named(one),
            (_number(one.answered), _number(one.abroad), _share_of(one.share), _share_of(one.average)),
            _answered_in(one, rules, period, more),
        )
        for one in found.spans
    ]
    columns = ("answered", "abroad", "share", f"share of the {rules.report.share_months} months before")
    return Table(
        "abroad", f"Share of {_calls(rules)} answered abroad", columns, tuple(rows), _volume(found, rules, "share")
    )


def moved(found: Figures, rules: Rules, period: Period, more: str) -> Table:
    """Return how much of the volume moved abroad; `more` as above."""
    rows = [
        Row(
            _named(one),
            (
                _number(one.answered),
                _number(one.abroad),
                _share_of(one.share),
                _average(one.before_answered),
                _average(one.before_abroad),
                f"{one.before} of {rules.report.share_months}",
                _share_of(one.moved),
            ),
            _answered_in(one, rules, period, more),
        )
        for one in found.spans
    ]
    columns = (
        *("answered", "abroad", "share", "a month before: answered", "a month before: abroad", "months before"),
        "moved abroad",
    )
    return Table(
        "abroad", f"Volume of {_calls(rules)} moved abroad", columns, tuple(rows), _volume(found, rules, "moved")
    )


def _volume(found: Figures, rules: Rules, measure: str) -> str:
    """Return how the figures of the volume abroad are made, and what is not known of them."""
    report = rules.report
    times = "" if report.per == "month" else f"{MONTHS[report.per]} x "
    formula = f"(abroad - {times}abroad a month before) / ({times}answered a month before)"
    note = f"By {report.per}. " + (
        f"Moved = {formula}; a month before is the average of the {report.share_months} months before. {rules.name} "
        f"speaks of moving volume abroad, measured against them ({rules.source}). Below zero, calls came home. Where "
        "all calls grew, or shrank, those abroad did, too, without a move: look at the share. A month that is not "
        "over, or in which the ledger only begins, is left out."
        if measure == "moved"
        else "Share = abroad / answered."
        + (f" {rules.name} speaks of no share of calls." if report.measure == "none" else f" {rules.source}.")
    )
    note += " A month of which the ledger has no call is not known, and counts nowhere. The commands list the calls "
    home = ",".join((*rules.home, *rules.also_home))
    note += f"answered; of these, those abroad: `and answered_country != {home}`."
    elsewhere = sum(one.elsewhere for one in found.spans)
    if elsewhere:
        note += f" Of {elsewhere} answered calls the country is not known: they are in no number here."
    return note


def _calls(rules: Rules) -> str:
    return "calls" if rules.report.direction == "both" else f"{rules.report.direction} calls"


def _named(one: Span) -> str:
    return one.span if one.months in {0, one.of_months} else f"{one.span} ({one.months} of {one.of_months} months)"


def _number(number: int | None) -> str:
    return "not known" if number is None else str(number)


def _average(number: float | None) -> str:
    return "not known" if number is None else f"{number:.1f}"


def _share_of(share: float | None) -> str:
    return "not known" if share is None else f"{100 * share:.1f} %"


def _answered_in(one: Span, rules: Rules, period: Period, more: str) -> str:
    if not one.months:
        return ""
    first, end = date.fromisoformat(one.first), date.fromisoformat(one.end)
    direction = "" if rules.report.direction == "both" else f" and direction = {rules.report.direction}"
    return f"{period.where(first, end)}{more}{direction} and answered = yes and answered_country != none"
