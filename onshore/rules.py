"""Rule sets: what one law asks of a call, as data. `rules/NAME.toml` of Onshore, or of the admin, who goes first.

Each says where it comes from and what its status is. Not legal advice: a lawyer can read and change them.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from onshore import countries
from onshore.errors import SiteError
from onshore.mistakes import Words

FOLDER = Path(__file__).with_suffix("")

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
    share_alert: float = Field(ge=0, le=1)
    share_months: int = Field(ge=1)
    notice_days: int = Field(ge=0)


class Rules(BaseModel):
    """A rule set."""

    model_config = _strict

    name: str
    title: str
    source: str
    status: Literal["in force", "bill", "proposal"]
    reading: str
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
_WORDS = Words(Rules, _TABLES, examples={"home": _COUNTRIES, "also_home": _COUNTRIES, "never": _COUNTRIES})


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
        found.append(
            f"Watch the share of calls answered abroad: {report.share_alert:.0%} in {report.share_months} months."
        )
    if report.notice_days:
        found.append(f"Give notice {report.notice_days} days before calls move abroad.")
    return found
