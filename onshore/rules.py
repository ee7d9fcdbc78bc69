"""Rule sets: what one law asks of a call, as data. `rules/NAME.toml` of Onshore, or of the admin, who goes first.

Each says where it comes from, what its status is, and on which day it was last looked at. Not legal advice: a lawyer
can read and change them.
"""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from onshore import countries
from onshore.errors import SiteError
from onshore.finding import Finding
from onshore.mistakes import Words

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).with_suffix("")

LOOK_AGAIN = timedelta(days=183)  # half a year: status and text may have changed since

Measure = Literal["share", "moved", "none"]  # of the volume: answered abroad, moved abroad against the months before
Per = Literal["month", "quarter", "year"]
Direction = Literal["inbound", "outbound", "both"]

Country = Annotated[str, AfterValidator(countries.checked)]
_strict = ConfigDict(extra="forbid", frozen=True)


class CallRules(BaseModel):
    """What must happen on a call."""

    model_config = _strict

    announce: Literal["always", "abroad"]
    offer: Literal["offer", "offer-right"]
    directions: tuple[Literal["inbound", "outbound"], ...]
    automated: bool
    immediate: bool
    callback: bool
    human: bool


class ExemptRules(BaseModel):
    """When nothing need be said: reason codes for the ledger."""

    model_config = _strict

    reasons: tuple[str, ...]


class CenterRules(BaseModel):
    """Where a call may be answered."""

    model_config = _strict

    never: tuple[Country, ...]
    sensitive_home: bool


class ReportRules(BaseModel):
    """What the books must show."""

    model_config = _strict

    certification: Literal["yearly", "none"]
    measure: Measure
    share_alert: float = Field(ge=0, le=1)
    share_months: int = Field(ge=1, le=60)
    per: Per
    direction: Direction
    notice_days: int = Field(ge=0)
    keep_register: bool
    violations_by_day: bool

    @model_validator(mode="after")
    def _alert_needs_a_measure(self) -> Self:
        if self.measure == "none" and self.share_alert:
            raise ValueError('share_alert: write 0.0, or `measure = "share"` or "moved"; with "none" it has no meaning')
        return self


class Rules(BaseModel):
    """A rule set."""

    model_config = _strict

    name: str
    title: str
    source: str
    status: Literal["in force", "bill", "proposal", "lapsed"]
    reading: str
    looked_at: date  # when somebody last looked whether status and text are still so
    next: str = ""  # what comes next
    expires: date | None = None  # the day on which a bill dies, if it is no law by then
    home: Annotated[tuple[Country, ...], Field(min_length=1)]
    also_home: tuple[Country, ...]
    call: CallRules
    exempt: ExemptRules
    centers: CenterRules
    report: ReportRules


_TABLES: dict[str, type[BaseModel]] = {
    "call": CallRules,
    "exempt": ExemptRules,
    "centers": CenterRules,
    "report": ReportRules,
}
_COUNTRIES = 'countries, like ["US", "PR"]'
_DAY = "a day, like 2026-11-25, without quotation marks"
_WORDS = Words(
    Rules,
    _TABLES,
    examples={
        "home": _COUNTRIES,
        "also_home": _COUNTRIES,
        "never": _COUNTRIES,
        "looked_at": f"when you last looked whether it is still so, {_DAY}",
        "expires": _DAY,
        "measure": '"share" (of calls answered abroad), "moved" (abroad, against the months before) or "none"',
        "per": '"month", "quarter" or "year"',
        "direction": '"inbound", "outbound" or "both"',
        "keep_register": "true if the report has a register of numbers and centers, else false",
        "violations_by_day": "true if the report lists violations by day, else false",
    },
)


def names(*folders: Path) -> list[str]:
    """Return the names of all rule sets: Onshore's own, and those in the given folders."""
    return sorted({file.stem for folder in (FOLDER, *folders) for file in folder.glob("*.toml")})


def load(name: str, *folders: Path) -> Rules:
    """Read a rule set by name; a file in one of the folders goes before Onshore's own. SiteError names file and key.

    KeyError when there is none of that name.
    """
    for folder in (*folders, FOLDER):
        file = folder / f"{name}.toml"
        if file.is_file():
            break
    else:
        raise KeyError(name)
    try:
        data = tomllib.loads(file.read_text("utf-8-sig"))
    except OSError as error:
        raise SiteError(f"{file} cannot be read: {error.strerror}") from None
    except ValueError as error:  # not UTF-8, or not TOML
        raise SiteError(f"{file}: {error}") from None
    if "name" in data:
        raise SiteError(f"{file}: name: take it out; a rule set is named after its file, {name!r}")
    try:
        return Rules(name=name, **data)
    except ValidationError as error:
        raise SiteError("\n".join(f"{file}: {_WORDS.problem(dict(found))}" for found in error.errors())) from None


def standing(rules: Rules) -> str:
    """Return whether a rule set is the law, in words that nobody takes for more than they are."""
    return {
        "in force": "in force",
        "bill": "a bill, not in force",
        "proposal": "a proposal, not in force",
        "lapsed": "lapsed, not in force",
    }[rules.status]


def ahead(rules: Rules) -> list[str]:
    """Return what comes next, when a rule set expires, and when it was last looked at, in sentences."""
    found = [f"Next: {rules.next}."] if rules.next else []
    if rules.expires:
        found.append(f"Expires on {rules.expires} if it is no law by then.")
    return [*found, f"Last looked at on {rules.looked_at}."]


def aged(rules: Rules, today: date) -> str:
    """Return why a rule set may no longer be so, as a sentence; nothing where there is no reason to think so."""
    if rules.status != "lapsed" and rules.expires and today >= rules.expires:
        return f"it expired on {rules.expires} if it has not become law: its status is still {rules.status!r}"
    if today - rules.looked_at > LOOK_AGAIN:
        return f"it was last looked at on {rules.looked_at}, more than six months ago"
    if rules.looked_at - today > timedelta(days=1):  # a day is another one elsewhere
        return f"it says that it was last looked at on {rules.looked_at}, which is still to come"
    return ""


def check(rules: Rules, today: date | None = None) -> Iterator[Finding]:
    """Yield a finding for a rule set that somebody ought to look at again."""
    problem = aged(rules, today or datetime.now(UTC).date())
    if problem:
        yield Finding(
            f"rule set {rules.name}",
            problem,
            f"look whether status and text are still so ({rules.source}), and say so in rules/{rules.name}.toml "
            "beside the site; or upgrade Onshore",
            serious=False,
        )


def asks(rules: Rules) -> list[str]:
    """Return what a rule set asks, in plain sentences."""
    call, at_home = rules.call, " or ".join(map(countries.english, rules.home))
    when = {"always": "of every call", "abroad": "of a call that is answered abroad"}[call.announce]
    found = [
        f"Say the country at the beginning {when}, {' and '.join(call.directions)}.",
        "Offer an agent at home when a call is answered abroad.",
    ]
    if call.offer == "offer-right":
        found.append("Say that callers have a right to it.")
    manner = [
        text
        for text, wanted in (
            ("at once", call.immediate),
            ("within the same call", not call.callback),
            ("to a person", call.human),
        )
        if wanted
    ]
    if manner:
        found.append(f"Bring the call home {', '.join(manner)}.")
    home = f"Home is {at_home}"
    if rules.also_home:
        home += f"; {', '.join(rules.also_home)} count as home too"
    found.append(f"{home}.")
    if call.automated:
        found.append("Say when a machine answers.")
    if rules.centers.never:
        names = ", ".join(map(countries.english, rules.centers.never))
        found.append(f"Never answer calls in: {names}.")
    if rules.centers.sensitive_home:
        found.append("Passwords, bank and card data at home alone.")
    if rules.exempt.reasons:
        found.append(f"Exempt: {', '.join(rules.exempt.reasons)}.")
    found += _books(rules.report)
    return found


def _books(report: ReportRules) -> list[str]:
    found = []
    if report.certification == "yearly":
        found.append("Certify every year that it is kept.")
    if report.share_alert:
        calls = "calls" if report.direction == "both" else f"{report.direction} calls"
        before = f"the average volume of the {report.share_months} months before"
        found.append(
            f"Watch how many {calls} move abroad: {report.share_alert:.0%} of {before}, by {report.per}."
            if report.measure == "moved"
            else f"Watch the share of {calls} answered abroad: {report.share_alert:.0%}, by {report.per}."
        )
    if report.notice_days:
        found.append(f"Give notice {report.notice_days} days before calls move abroad.")
    if report.keep_register:
        found.append("Keep a register of numbers, and of the countries where they are answered.")
    if report.violations_by_day:
        found.append("List violations by day.")
    return found
