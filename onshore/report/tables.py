"""The tables of a report: each row with the conditions of the calls behind its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onshore.report import abroad
from onshore.report.figures import ABROAD, ENDED_BEFORE, HUNG_UP, NOT_KNOWN, NOT_OVER, SOMEWHERE
from onshore.report.table import Row, Table
from onshore.report.words import OUTCOMES, REASONS, country, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onshore.report.figures import Figures, Waits
    from onshore.report.period import Period
    from onshore.rules import Rules
    from onshore.site import Site

_REASON = {HUNG_UP: "skipped = none and choice = hangup", NOT_KNOWN: "skipped = none and choice != hangup"}
_ANSWERED = {
    ABROAD: "answered = yes and answered_country != none and answered_country != {home}",
    SOMEWHERE: "answered = yes and answered_country = none",
    NOT_OVER: "answered = no and outcome = none",
}
_BEFORE = "disclosed != full,part and untold = no and skipped = none and outcome = before-queue"
_LACKING = {  # what was disclosed
    NOT_OVER: "disclosed = none and skipped = none and outcome = none",
    NOT_KNOWN: "disclosed = none and skipped = none and outcome != none,before-queue",
}


def tables(site: Site, rules: Rules, period: Period, service: str, found: Figures) -> Iterator[Table]:
    """Yield the tables of a report, in their order."""
    more = (f" and service = {service}" if service else "") + f" and rules = {rules.name}"
    base = period.where() + more
    home = ",".join((*rules.home, *rules.also_home))
    yield _countries(found, period, base)
    yield _outcomes(found, base)
    yield _answers(found, base)
    yield _disclosed(found, base)
    yield _reasons(found, base)
    yield _untold(found)
    yield _offers(found, base)
    yield _waits(found, base, home)
    yield _in_vain(found, base, home)
    yield (abroad.moved if rules.report.measure == "moved" else abroad.share)(found, rules, period, more)
    yield _fallbacks(found, base)
    if rules.report.keep_register:
        yield _register(site)
    if rules.report.violations_by_day:
        yield _days(found, site)


def _countries(found: Figures, period: Period, base: str) -> Table:
    months = [f"{month:%Y-%m}" for month in period.months()]
    totals = {
        code: sum(counted[code] for counted in found.by_month.values())
        for counted in found.by_month.values()
        for code in counted
    }
    conditions = {"": "answered = no", NOT_KNOWN: "answered = yes and answered_country = none"}
    rows = [
        Row(
            country(code),
            (*(str(found.by_month[month][code]) for month in months), str(total)),
            f"{base} and {conditions.get(code, f'answered = yes and answered_country = {code}')}",
        )
        for code, total in sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    ]
    sums = tuple(str(sum(found.by_month[month].values())) for month in months)
    rows.append(Row("all calls", (*sums, str(found.calls)), base))
    return Table("calls", "Calls by country of the agent, and month", (*months, "all"), tuple(rows))


def _outcomes(found: Figures, base: str) -> Table:
    others = [outcome for outcome in sorted(found.outcomes) if outcome not in OUTCOMES]
    rows = [
        Row(
            OUTCOMES.get(outcome, outcome),
            (str(found.outcomes[outcome]), percent(found.outcomes[outcome], found.calls)),
            f"{base} and outcome = {'none' if outcome == NOT_OVER else outcome}",
        )
        for outcome in (*OUTCOMES, *others)
    ]
    rows.append(Row("all calls", (str(found.calls), ""), base))
    note = "Each call is in one row. Only a sign of an agent counts as an answer."
    return Table("outcomes", "How calls ended", ("calls", "share"), tuple(rows), note)


def _answers(found: Figures, base: str) -> Table:
    of = found.answers
    lacking = (
        ("answered, country of the agent not known", "no-country", "answered_country = none"),
        ("answered, wait not known", "no-wait", "waited = none"),
        ("transferred after an agent answered", "transferred", "transferred > 0"),
    )
    rows = [
        Row(item, (str(of[name]), percent(of[name], of["all"])), f"{base} and answered = yes and {condition}")
        for item, name, condition in lacking
    ]
    rows.append(Row("all that agents answered", (str(of["all"]), ""), f"{base} and answered = yes"))
    note = (
        "Calls that an agent has answered and that are not over are among them. Whom a transferred caller talked to "
        "afterwards, and where, the ledger does not know. Transfers are those that queue_log tells of: of members that "
        "are Local channels, as FreePBX makes them, it tells none, and their number is not known. A wait is known of "
        "queues with `setqueueentryvar=yes`, or from queue_log."
    )
    return Table("answers", "Answered calls, and what is not known of them", ("calls", "share"), tuple(rows), note)


def _disclosed(found: Figures, base: str) -> Table:
    counted = found.disclosed
    wanted = counted["full"] + counted["part"] + counted["no"]
    names = {"full": "heard in full", "part": "heard in part", "no": "not heard"}
    conditions = {"full": "disclosed = full", "part": "disclosed = part", "no": "untold = yes"}
    rows = [
        Row(names[name], (str(counted[name]), percent(counted[name], wanted)), f"{base} and {conditions[name]}")
        for name in ("full", "part", "no")
    ]
    rows += [
        Row(
            f"not needed: {REASONS.get(reason, reason)}",
            (str(number), ""),
            f"{base} and {_BEFORE if reason == ENDED_BEFORE else f'disclosed = none and skipped = {reason}'}",
        )
        for reason, number in sorted(found.not_needed.items())
    ]
    words = {NOT_OVER: OUTCOMES[NOT_OVER], NOT_KNOWN: "not known: only the call's end is"}
    rows += [
        Row(words[name], (str(counted[name]), ""), f"{base} and {condition}")
        for name, condition in _LACKING.items()
        if counted[name]
    ]
    note = "Of the calls that were to be told. Heard in part: the caller pressed the key for home, or hung up."
    return Table("disclosed", "The disclosure", ("calls", "share"), tuple(rows), note)


def _reasons(found: Figures, base: str) -> Table:
    rows = [
        Row(
            REASONS.get(reason, reason),
            (str(number), percent(number, found.disclosed["no"])),
            f"{base} and untold = yes and {_REASON.get(reason, f'skipped = {reason}')}",
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
    answered = f"{base} and answered = yes and answered_country = {home} and waited != none"
    rows = (
        Row("asked for an agent at home", _of(found.asked), f"{answered} and choice = domestic"),
        Row("routed home first", _of(found.first), f"{answered} and choice != domestic and country = {home}"),
    )
    note = "Seconds in the queue of callers whom an agent at home answered, where the wait is known."
    if found.answers["no-wait"]:
        note += f" Of {found.answers['no-wait']} of all {found.answers['all']} answered calls it is not."
    if found.asked.mean is not None and found.first.mean:
        note += f" Who asked waited {found.asked.mean / found.first.mean:.2f} times as long, on average."
    return Table("waits", "Waits", ("calls", "mean", "median", "90th percentile"), rows, note)


def _of(waits: Waits) -> tuple[str, ...]:
    measured = (waits.mean, waits.median, waits.percentile_90)
    return (str(waits.number), *("-" if value is None else f"{value:.1f}" for value in measured))


def _in_vain(found: Figures, base: str, home: str) -> Table:
    asked = f"{base} and choice = domestic"
    rows = [
        Row(
            REASONS.get(how, how),
            (str(number), percent(number, found.asked_in_all)),
            f"{asked} and {_ANSWERED.get(how, f'outcome = {how}').format(home=home)}",
        )
        for how, number in sorted(found.in_vain.items())
    ]
    rows.append(Row("all who asked", (str(found.asked_in_all), ""), asked))
    note = "Callers who asked for an agent at home, and are not known to have been answered by one: how it ended."
    return Table("in-vain", "Asked for home in vain", ("calls", "share"), tuple(rows), note)


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
