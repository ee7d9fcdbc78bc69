"""A report whole: what is shown as HTML and PDF, and written as CSV and JSON, is made of the same tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from onshore import rules as rule_sets
from onshore.report.figures import ABROAD, SOMEWHERE
from onshore.report.tables import tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from onshore.report.figures import Figures
    from onshore.report.period import Period
    from onshore.report.table import Table
    from onshore.report.volume import Span
    from onshore.rules import Rules
    from onshore.site import Site

NEAR = 0.9  # of the rule set's threshold: from there on a report warns


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report."""

    title: str
    period: str
    rules: Rules
    standing: str  # whether the rule set is in force
    ahead: tuple[str, ...]  # what comes next for it, and when it was last looked at
    company: str
    made: str  # when: ISO 8601
    figures: Figures
    tables: tuple[Table, ...]
    warnings: tuple[str, ...]
    base: str  # conditions of all its calls


def document(site: Site, rules: Rules, period: Period, service: str, found: Figures, made: datetime) -> Document:
    """Return the tables of a report."""
    base = period.where() + (f" and service = {service}" if service else "") + f" and rules = {rules.name}"
    about = f"{period.first.isoformat()} to {period.end.isoformat()}, without the last day ({period.zone_name})"
    return Document(
        title=f"Calls and their disclosure: {service or 'all services'}",
        period=about,
        rules=rules,
        standing=rule_sets.standing(rules),
        ahead=tuple(rule_sets.ahead(rules)),
        company=site.company,
        made=made.isoformat(timespec="seconds"),
        figures=found,
        tables=tuple(tables(site, rules, period, service, found)),
        warnings=tuple(_warnings(found, rules, made)),
        base=base,
    )


def _warnings(found: Figures, rules: Rules, made: datetime) -> Iterator[str]:
    yield from _threshold([one for one in found.spans if one.within], rules)
    if found.reasons:
        yield f"{sum(found.reasons.values())} callers were to be told where the agent is, and were not: see below."
    if found.in_vain[ABROAD]:
        yield f"{found.in_vain[ABROAD]} callers asked for home and were answered abroad."
    if found.in_vain[SOMEWHERE]:
        yield f"{found.in_vain[SOMEWHERE]} callers asked for home and were answered, but it is not known where."
    if found.outcomes["unknown"]:
        number = found.outcomes["unknown"]
        yield f"Of {number} calls nothing told how they ended in the queue, nor whether an agent answered."
    if found.answers["no-country"]:
        yield f"Of {found.answers['no-country']} answered calls the country of the agent is not known."
    aged = rule_sets.aged(rules, made.date())
    if aged:
        yield f"Look at the rule set {rules.name} again: {aged}."


def _threshold(within: Sequence[Span], rules: Rules) -> Iterator[str]:
    """Yield what the spans of the period come to, against the rule set's threshold; the worst of them, if several."""
    report = rules.report
    if report.measure == "none" or not report.share_alert:
        return
    calls = "calls" if report.direction == "both" else f"{report.direction} calls"
    what = f"of the volume of {calls} moved abroad" if report.measure == "moved" else f"of {calls} were answered abroad"
    limit = f"{100 * report.share_alert:g} %"
    known = [
        (value, one)
        for one in within
        for value in [one.moved if report.measure == "moved" else one.share]
        if value is not None
    ]
    near = [one for one in known if one[0] >= NEAR * report.share_alert]
    if near:
        value, worst = max(near, key=lambda one: one[0])
        over = "over" if value >= report.share_alert else "close to"
        others = f"; so, or close to it, in {len(near)} of {len(known)} {report.per}s" if len(known) > 1 else ""
        yield f"{worst.span}: {100 * value:.1f} % {what}, {over} the {limit} of {rules.name}{others}."
    if report.measure != "moved":
        return
    hidden = [
        one
        for one in within
        if one.share is not None
        and one.average is not None
        and one.moved is not None
        and one.share - one.average >= report.share_alert > one.moved
    ]
    if hidden:
        worst = max(hidden, key=lambda one: one.share or 0)
        yield (
            f"{worst.span}: {100 * (worst.share or 0):.1f} % of {calls} were answered abroad, "
            f"{100 * (worst.average or 0):.1f} % in the months before. As all calls became fewer, that is less than "
            f"{limit} of the volume before: look at it all the same."
        )
    unknown = [one.span for one in within if one.moved is None]
    if unknown:
        yield f"How much moved abroad in {', '.join(unknown)} is not known: the ledger has not the months for it."
    short = [one for one in within if one.moved is not None and one.before < report.share_months]
    if short:
        least = min(short, key=lambda one: one.before)
        yield (
            f"The ledger has {least.before} of the {report.share_months} months before {least.span}: what moved abroad "
            "is measured against those alone."
        )


def lines(made: Document) -> Sequence[tuple[str, str, str, str, str]]:
    """Return every number of a report: table, item, column, value, and the conditions of the calls behind it."""
    return [
        (table.name, row.item, column, value, row.where)
        for table in made.tables
        for row in table.rows
        for column, value in zip(table.columns, row.values, strict=True)
        if value
    ]
