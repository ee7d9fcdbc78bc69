"""Rule sets: what one law asks of a call, as data. `rules/NAME.toml` of Onshore, or of the admin, who goes first.

Each says where it comes from and what its status is. Not legal advice: a lawyer can read and change them.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from onshore.errors import SiteError

FOLDER = Path(__file__).with_suffix("")

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
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
    home: tuple[Country, ...]
    also_home: tuple[Country, ...]
    call: CallRules
    exempt: ExemptRules
    centers: CenterRules
    report: ReportRules


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
        return Rules(name=name, **tomllib.loads(file.read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        if isinstance(error, ValidationError):
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise SiteError(f"{file}: {where}: {first['msg']}") from None
        raise SiteError(f"{file}: {error}") from error
