"""The command that makes a report of the ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from onshore.cli import err, main, out, progress_bar, site_of
from onshore.errors import LedgerError, ReportError
from onshore.ledger_commands import reader
from onshore.output import STDOUT, Output, beside

if TYPE_CHECKING:
    from onshore.report.period import Period
    from onshore.rules import Direction, Per

_day = click.DateTime(["%Y-%m-%d"])


@main.command()
@click.option("--month", metavar="YYYY-MM", help="Of this month; else of the last one that is over.")
@click.option("--from", "first", type=_day, metavar="YYYY-MM-DD", help="From this day on.")
@click.option("--to", "end", type=_day, metavar="YYYY-MM-DD", help="Up to this day, which is not counted.")
@click.option("--service", default="", metavar="NAME", help="Of this service alone.")
@click.option("--rules", default="", metavar="NAME", help="Of calls under this rule set; else the site's.")
@click.option(
    "--per",
    type=click.Choice(["month", "quarter", "year"]),
    help="Measure what is abroad by month, quarter or year; else as the rule set says.",
)
@click.option(
    "--direction",
    type=click.Choice(["inbound", "outbound", "both"]),
    help="Measure it of these calls; else as the rule set says. The other tables are of all calls.",
)
@click.option("--timezone", default="UTC", show_default=True, metavar="ZONE", help='Days and months of "Europe/Rome".')
@click.option(
    "--verify", is_flag=True, help="Recompute the whole ledger first; no report is made of one that was changed."
)
@click.option(
    "--output",
    type=Output(),
    multiple=True,
    metavar="FILE",
    help="Write there: .html, .pdf, .csv or .json, or a dash to print it; may be given again.  [default: report.html]",
)
@click.option(
    "--format",
    "printed",
    type=click.Choice(["html", "pdf", "csv", "json"]),
    default="html",
    show_default=True,
    help="Of what a dash prints.",
)
@click.option(
    "--separator",
    type=click.Choice(["comma", "semicolon", "tab"]),
    default="comma",
    show_default=True,
    help="Of a .csv. Excel wants semicolons where numbers are written 1,5: in Italy, Germany, Spain, …",
)
@click.pass_context
def report(
    context: click.Context,
    month: str | None,
    first: datetime | None,
    end: datetime | None,
    service: str,
    rules: str,
    per: Per | None,
    direction: Direction | None,
    timezone: str,
    separator: str,
    output: tuple[Path, ...],
    printed: str,
    *,
    verify: bool,
) -> None:
    """Make a report of the ledger: what the law wants to see.

    Calls by country and month; how they ended; disclosed in full, in part, or not and why; offers and take-up; waits of
    callers who asked for home against those routed home first; asked in vain; fallbacks; a page to certify. Each number
    has the command that lists the calls behind it. And what the rule set measures: the share of calls answered abroad,
    or how much of the volume moved abroad against the 12 months before.

    \b
    For example:
      onshore report --month 2026-10 --output october.html --output october.pdf
      onshore report --from 2026-01-01 --to 2027-01-01 --timezone America/New_York --verify
      onshore report --from 2026-07-01 --to 2026-10-01 --per quarter --direction inbound
      onshore report --output october.csv --separator semicolon
    """  # noqa: D301 - click's mark for lines that are to stay as they are
    from onshore import rules as rule_sets  # noqa: PLC0415 - each command loads what it needs: --help is quick
    from onshore.ledger.export import SEPARATORS  # noqa: PLC0415 - the same
    from onshore.ledger.schema import calls  # noqa: PLC0415 - the same
    from onshore.ledger.verify import verify as verifying  # noqa: PLC0415 - the same
    from onshore.report.document import document  # noqa: PLC0415 - the same
    from onshore.report.figures import figures  # noqa: PLC0415 - the same
    from onshore.report.writing import FORMATS, render  # noqa: PLC0415 - the same

    files = output or (Path("report.html"),)
    forms = {file: printed if file == STDOUT else file.suffix[1:].lower() for file in files}
    told = err if STDOUT in forms else out
    for file, form in forms.items():
        if form not in FORMATS:
            raise ReportError(f"{file}: which format? Let it end in .html, .pdf, .csv or .json")
    period = _period(month, first, end, timezone)
    site = site_of(context)
    if service and service not in site.services:
        raise ReportError(f"this site has no service {service!r}: it has {', '.join(site.services)}")
    name = rules or site.rules
    folder = site.folder / "rules"
    if name not in rule_sets.names(folder):
        raise ReportError(f"there is no rule set {name!r}: `onshore rules` lists them")
    rule_set = rule_sets.load(name, folder)
    asked = {key: value for key, value in (("per", per), ("direction", direction)) if value}
    rule_set = rule_set.model_copy(update={"report": rule_set.report.model_copy(update=asked)})
    now = datetime.now(UTC)
    with reader(context, site.asterisk.state) as (_, engine):
        if verify:
            with progress_bar("Events") as progress:
                problems = verifying(engine, progress=progress).problems
            if problems:
                raise LedgerError(f"the ledger was changed ({problems[0].what}): `onshore ledger verify` tells all")
        where = [calls.c.rules == name, *([calls.c.service == service] if service else [])]
        with engine.connect() as connection:
            home = (*rule_set.home, *rule_set.also_home)
            found = figures(connection, period, home, rule_set.report, now, *where)
    made = document(site, rule_set, period, service, found, now)
    for file, form in forms.items():
        content = render(made, form, verified=verify, separator=SEPARATORS[separator])
        with beside(file) as new:
            new.write_bytes(content)
        told.print(f"Wrote {file}", markup=False)
    for warning in made.warnings:
        told.print(warning, style="yellow", markup=False)
    if not found.calls:
        told.print(
            f"There are no calls from {period.first} to {period.end} under {name}.", style="yellow", markup=False
        )


def _period(month: str | None, first: datetime | None, end: datetime | None, timezone: str) -> Period:
    from onshore.report.period import Period, of_month, shifted  # noqa: PLC0415 - see report

    try:
        zone: tzinfo = UTC if timezone == "UTC" else ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ReportError(f"{timezone!r} is no time zone: write it like Europe/Rome") from None
    if month and (first or end):
        raise ReportError("--month, or --from and --to: not both")
    if month:
        days = of_month(month)
    elif first or end:
        if not (first and end):
            raise ReportError("--from and --to go together")
        days = (first.date(), end.date())
    else:
        today: date = datetime.now(zone).date()
        days = (shifted(today, -1), today.replace(day=1))
    if days[0] >= days[1]:
        raise ReportError(f"there is nothing from {days[0]} to {days[1]}: --to must be later")
    if days[1] - days[0] > timedelta(days=3660):
        raise ReportError("a report is of ten years at most")
    return Period(*days, zone, timezone)
