"""A report as files: HTML with its plots in it, PDF, CSV, JSON."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined

from onshore.errors import ReportError
from onshore.ledger.export import cell
from onshore.report import plots
from onshore.report.document import lines
from onshore.report.figures import NOT_OVER, SOMEWHERE
from onshore.report.words import percent

if TYPE_CHECKING:
    from onshore.report.document import Document

FORMATS = ("html", "pdf", "csv", "json")
_PAGE = Path(__file__).with_name("page.html.j2")


def render(made: Document, form: str, *, verified: bool = False, separator: str = ",") -> bytes:
    """Return a report in a format, CSV with a separator; ReportError when a library for it is not there."""
    if form == "csv":
        return _csv(made, separator)
    if form == "json":
        return _json(made)
    page = html(made, verified=verified)
    return page.encode() if form == "html" else _pdf(page)


def html(made: Document, *, verified: bool = False) -> str:
    """Return one page that needs nothing else to be read."""
    found = made.figures
    wanted = found.disclosed["full"] + found.disclosed["part"] + found.disclosed["no"]
    drawn = {
        "calls": plots.countries(found) if found.calls else "",
        "disclosed": plots.disclosed(found) if wanted else "",
        "abroad": plots.abroad(found, made.rules) if any(one.answered for one in found.spans) else "",
        "waits": plots.waits(found) if found.asked.number or found.first.number else "",
    }
    unsure = sum(found.in_vain[how] for how in ("unknown", NOT_OVER, SOMEWHERE))
    offered = sum(counted["offered"] for counted in found.offers.values())
    certified = [
        ("calls", found.calls),
        ("to be told where the agent is", wanted),
        ("told in full", f"{found.disclosed['full']} ({percent(found.disclosed['full'], wanted)})"),
        ("told in part", found.disclosed["part"]),
        ("not told", found.disclosed["no"]),
        ("offered an agent at home after the disclosure", offered),
        ("asked for one", found.asked_in_all),
        ("asked in vain", sum(found.in_vain.values()) - unsure),
        ("asked, and it is not known who answered, or whether anybody did", unsure),
        ("calls that the dialplan handled by itself", sum(found.fallbacks.values())),
    ]
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(_PAGE.read_text("utf-8"))
    shown = {name: svg for name, svg in drawn.items() if svg}
    return template.render(report=made, plots=shown, certified=certified, verified=verified)


def _pdf(page: str) -> bytes:
    try:
        import weasyprint  # noqa: PLC0415 - large, with libraries of the system, and wanted for this alone
    except (ImportError, OSError) as error:
        raise ReportError(
            "PDF needs weasyprint and Pango: pip install 'onshore[pdf]' (Debian, too: apt install libpango-1.0-0 "
            f"libpangoft2-1.0-0 libharfbuzz-subset0); or print the HTML ({error})"
        ) from None
    made: bytes = weasyprint.HTML(string=page).write_pdf()
    return made


def _csv(made: Document, separator: str) -> bytes:
    """Return what a spreadsheet opens: with a byte order mark, or Excel takes it for the machine's old encoding."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerow(("table", "item", "column", "value", "where"))
    writer.writerows([cell(value) for value in line] for line in lines(made))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _json(made: Document) -> bytes:
    found = made.figures
    whole: dict[str, Any] = {
        "title": made.title,
        "period": made.period,
        "rules": made.rules.name,
        "standing": made.standing,
        "looked_at": made.rules.looked_at.isoformat(),
        "measure": {
            "what": made.rules.report.measure,
            "alert": made.rules.report.share_alert,
            "months_before": made.rules.report.share_months,
            "per": made.rules.report.per,
            "direction": made.rules.report.direction,
        },
        "company": made.company,
        "made": made.made,
        "where": made.base,
        "warnings": made.warnings,
        "figures": _plain(found),
        "tables": [_plain(table) for table in made.tables],
    }
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a report is made of
    """Return dataclasses as dictionaries, all the way down. `asdict` makes nonsense of counters."""
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value
