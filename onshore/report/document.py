"""A report as tables: what is shown as HTML and PDF, and written as CSV and JSON, is made of the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from onshore.report.figures import HUNG_UP, UNKNOWN
from onshore.speech.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from onshore.report.figures import Figures, Waits
    from onshore.report.period import Period
    from onshore.rules import Rules
    from onshore.site import Site

NEAR = 0.9  # of the rule set's threshold: from there on a report warns
_NAMES = Wording("en")

REASONS = {
    "sound-missing": "the sound file could not be played; the call went home instead",
    "hung-up-before": "the caller hung up before it began",
    "not-known": "not known",
    "at-home": "answered at home",
    "domestic": "the caller was already on the way home",
    "closed": "all centers were closed",
    "answered-abroad": "an agent abroad answered all the same",
    "abandoned": "the caller hung up while waiting",
    "unanswered": "the queue gave the caller back",
    "before-queue": "the caller hung up before the queue",
}


_REASON = {HUNG_UP: "skipped = none and choice = hangup", UNKNOWN: "skipped = none and choice != hangup"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: what it is, its values, and the conditions of the calls behind it."""

    item: str
    values: tuple[str, ...]
    where: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a section."""

    name: str  # for CSV and JSON
    title: str
    columns: tuple[str, ...]  # of the values
    rows: tuple[Row, ...]
    note: str = ""

    @property
    def has_where(self) -> bool:
        """Whether a row has conditions."""
        return any(row.where for row in self.rows)


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report."""

    title: str
    period: str
    rules: Rules
    company: str
    made: str  # when: ISO 8601
    figures: Figures
    tables: tuple[Table, ...]
    warnings: tuple[str, ...]
    base: str  # conditions of all its calls


def document(site: Site, rules: Rules, period: Period, service: str, found: Figures, made: str) -> Document:
    """Return the tables of a report."""
    base = period.where() + (f" and service = {service}" if service else "") + f" and rules = {rules.name}"
    tables = [
        _countries(found, period, base),
        _disclosed(found, base),
        _reasons(found, base),
        _untold(found),
        _offers(found, base),
        _waits(found, base, site.home[0]),
        _in_vain(found, base),
        _months(found),
        _fallbacks(found, base),
    ]
    if rules.name == "it-24-bis":
        tables += [_register(site), _days(found, site)]
    about = f"{period.first.isoformat()} to {period.end.isoformat()}, without the last day ({period.zone_name})"
    return Document(
        title=f"Calls and their disclosure: {service or 'all services'}",
        period=about,
        rules=rules,
        company=site.company,
        made=made,
        figures=found,
        tables=tuple(tables),
        warnings=tuple(_warnings(found, rules)),
        base=base,
    )


def country(code: str) -> str:
    """Return a country as a report names it."""
    return f"{_NAMES.country(code)} ({code})" if code else "nobody answered"


def percent(part: float, whole: float) -> str:
    """Return a share, or a dash where there is none."""
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _countries(found: Figures, period: Period, base: str) -> Table:
    months = [f"{month:%Y-%m}" for month in period.months()]
    totals = {
        code: sum(counted[code] for counted in found.by_month.values())
        for counted in found.by_month.values()
        for code in counted
    }
    rows = [
        Row(
            country(code),
            (*(str(found.by_month[month][code]) for month in months), str(total)),
            f"{base} and answered_country = {code or 'none'}",
        )
        for code, total in sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    ]
    sums = tuple(str(sum(found.by_month[month].values())) for month in months)
    rows.append(Row("all calls", (*sums, str(found.calls)), base))
    return Table("calls", "Calls by country of the agent, and month", (*months, "all"), tuple(rows))


def _disclosed(found: Figures, base: str) -> Table:
    counted = found.disclosed
    wanted = counted["full"] + counted["part"] + counted["no"]
    names = {"full": "heard in full", "part": "heard in part", "no": "not heard"}
    conditions = {"full": "disclosed = full", "part": "disclosed = part", "no": "disclosed = no"}
    rows = [
        Row(names[name], (str(counted[name]), percent(counted[name], wanted)), f"{base} and {conditions[name]}")
        for name in ("full", "part", "no")
    ]
    rows += [
        Row(
            f"not needed: {REASONS.get(reason, reason)}",
            (str(number), ""),
            f"{base} and disclosed = none and skipped = {reason}",
        )
        for reason, number in sorted(found.not_needed.items())
    ]
    note = "Of the calls that were to be told. Heard in part: the caller pressed the key for home, or hung up."
    return Table("disclosed", "The disclosure", ("calls", "share"), tuple(rows), note)


def _reasons(found: Figures, base: str) -> Table:
    rows = [
        Row(
            REASONS.get(reason, reason),
            (str(number), percent(number, found.disclosed["no"])),
            f"{base} and disclosed = no and {_REASON.get(reason, f'skipped = {reason}')}",
        )
        for reason, number in sorted(found.reasons.items())
    ]
    return Table("reasons", "Not disclosed: why", ("calls", "share"), tuple(rows))


def _untold(found: Figures) -> Table:
    rows = [
        Row(
            one.call,
            (one.arrived, country(one.country) if one.country else "not known", REASONS.get(one.reason, one.reason)),
        )
        for one in found.untold
    ]
    note = "Each call that was to be told and was not: `onshore ledger show CALL` prints all of it."
    if found.disclosed["no"] > len(found.untold):
        note += f" The first {len(found.untold)} of {found.disclosed['no']}; the commands above give all."
    return Table("untold", "Not disclosed, one by one", ("arrived", "center in", "reason"), tuple(rows), note)


def _offers(found: Figures, base: str) -> Table:
    rows = []
    for language, counted in sorted(found.offers.items()):
        offered = counted["offered"]
        values = (
            *(str(counted[name]) for name in ("offered", "domestic", "stay", "none", "hangup")),
            percent(counted["domestic"], offered),
        )
        rows.append(
            Row(language or "not known", values, f"{base} and offered = yes and language = {language or 'none'}")
        )
    columns = ("offered", "took it", "stayed by key", "no key", "hung up", "take-up")
    return Table("offers", "The offer of an agent at home, by language", columns, tuple(rows))


def _waits(found: Figures, base: str, home: str) -> Table:
    asked = f"{base} and choice = domestic and answered_country = {home}"
    first = f"{base} and country = {home} and answered_country = {home} and choice != domestic"
    rows = (
        Row("asked for an agent at home", _of(found.asked), asked),
        Row("routed home first", _of(found.first), first),
    )
    note = "Seconds in the queue of callers whom an agent at home answered."
    if found.asked.mean is not None and found.first.mean:
        note += f" Who asked waited {found.asked.mean / found.first.mean:.2f} times as long, on average."
    return Table("waits", "Waits", ("calls", "mean", "median", "90th percentile"), rows, note)


def _of(waits: Waits) -> tuple[str, ...]:
    measured = (waits.mean, waits.median, waits.percentile_90)
    return (str(waits.number), *("-" if value is None else f"{value:.1f}" for value in measured))


def _in_vain(found: Figures, base: str) -> Table:
    conditions = {"answered-abroad": "outcome = answered"}
    rows = [
        Row(
            REASONS.get(how, how),
            (str(number), percent(number, found.asked_in_all)),
            f"{base} and choice = domestic and {conditions.get(how, f'outcome = {how}')}",
        )
        for how, number in sorted(found.in_vain.items())
    ]
    rows.append(Row("all who asked", (str(found.asked_in_all), ""), f"{base} and choice = domestic"))
    return Table("in-vain", "Asked for home in vain", ("calls", "share"), tuple(rows))


def _months(found: Figures) -> Table:
    rows = [
        Row(
            one.month,
            (
                str(one.answered),
                str(one.abroad),
                "-" if one.share is None else f"{100 * one.share:.1f} %",
                "-" if one.average is None else f"{100 * one.average:.1f} %",
            ),
        )
        for one in found.months
    ]
    columns = ("answered", "abroad", "share", "average of the months before")
    return Table("abroad", "Share of calls answered abroad", columns, tuple(rows))


def _fallbacks(found: Figures, base: str) -> Table:
    rows = [
        Row(reason, (str(number), percent(number, found.calls)), f"{base} and fallback = {reason}")
        for reason, number in sorted(found.fallbacks.items())
    ]
    note = "The dialplan went on by itself: the daemon was not there, did not answer, or did not end."
    return Table("fallbacks", "Fallbacks", ("calls", "share"), tuple(rows), note)


def _register(site: Site) -> Table:
    rows = []
    for name, service in sorted(site.services.items()):
        for center in dict.fromkeys((*service.center, service.domestic)):
            there = site.centers[center]
            since = there.since.isoformat() if there.since else "not given"
            values = (there.number or "not given", country(there.country), there.contractor or "not given", since)
            rows.append(Row(f"{name}: {service.number or 'not given'}", values))
    note = "As the site has it: services.NAME.number, centers.NAME.number, .contractor and .since."
    columns = ("international number", "country", "contractor", "since")
    return Table("register", "Register: public number and where it is answered", columns, tuple(rows), note)


def _days(found: Figures, site: Site) -> Table:
    rows = []
    for one in found.days:
        if one.untold or one.in_vain:
            there = site.centers.get(one.center)
            contractor = there.contractor if there and there.contractor else one.center or "not known"
            rows.append(Row(one.day, (contractor, str(one.calls), str(one.untold), str(one.in_vain))))
    note = "Days on which a call was answered untold, or abroad though home was asked for, by contractor (else center)."
    columns = ("contractor", "calls answered", "not told", "asked for home, answered abroad")
    return Table("days", f"Violations by day, of {site.company or 'the client'}", columns, tuple(rows), note)


def _warnings(found: Figures, rules: Rules) -> Iterator[str]:
    alert = rules.report.share_alert
    latest = next((one for one in reversed(found.months) if one.share is not None), None)
    if alert and latest and latest.share is not None and latest.share >= NEAR * alert:
        over = "over" if latest.share >= alert else "close to"
        share, limit = f"{100 * latest.share:.1f} %", f"{100 * alert:g} %"
        yield f"{latest.month}: {share} of calls were answered abroad, {over} the {limit} of {rules.name}."
    if found.reasons:
        yield f"{sum(found.reasons.values())} callers were to be told where the agent is, and were not: see below."
    if found.in_vain["answered-abroad"]:
        yield f"{found.in_vain['answered-abroad']} callers asked for home and were answered abroad."


def lines(made: Document) -> Sequence[tuple[str, str, str, str, str]]:
    """Return every number of a report: table, item, column, value, and the conditions of the calls behind it."""
    return [
        (table.name, row.item, column, value, row.where)
        for table in made.tables
        for row in table.rows
        for column, value in zip(table.columns, row.values, strict=True)
        if value
    ]
