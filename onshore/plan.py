"""The plan: all that a call needs, worked out beforehand from the site. Plain data, kept as JSON.

Read during calls: imports the standard library alone.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import lru_cache

from onshore.errors import PlanError

TYPE_CHECKING = False  # type checkers know better; importing `typing` takes 6 ms, and a call may wait for it
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo
    from os import PathLike
    from typing import Any

FORMAT = 2  # of plan.json; another one needs another `onshore build`
FILE = "plan.json"
LOCALTIME = "/etc/localtime"  # the machine's time zone: a link, or a copy


def prompt_key(name: str, *parameters: str) -> str:
    """Return what a prompt is looked up by, e.g. `offer-US-1`: its name and, where it has any, its parameters.

    Empty parameters at the end are left out.
    """
    return "-".join((name, *parameters)).rstrip("-")


@dataclass(frozen=True, slots=True)
class Prompt:
    """One sentence in one language, with sound files of it in every format."""

    id: str  # "disclosure-PH-3fa9c1", the name of its sound files: `onshore/ID` to Asterisk
    language: str  # as in the site: "fr", "fr_CA"
    text: str
    milliseconds: int  # how long it takes to play


@dataclass(frozen=True, slots=True)
class Hours:
    """A span of opening hours, in minutes since midnight; days as in `datetime.weekday()`. May run past midnight."""

    first_day: int
    last_day: int
    start: int
    end: int  # the first minute that is closed

    def holds(self, day: int, minute: int) -> bool:
        """Return whether a minute of a day is in the span. The day is that of the minute, past midnight too."""
        if self.first_day <= self.last_day:
            on_day = self.first_day <= day <= self.last_day
        else:
            on_day = day >= self.first_day or day <= self.last_day
        if self.start <= self.end:
            return on_day and self.start <= minute < self.end
        return on_day and (minute >= self.start or minute < self.end)


@dataclass(frozen=True, slots=True)
class Center:
    """A call center: one country, one queue."""

    name: str
    country: str  # ISO 3166-1 alpha-2
    queue: str
    announce: bool  # whether the rule set wants the disclosure
    offer: bool  # whether it wants the offer of an agent at home
    reason: str  # why there is no disclosure, or no offer: the reason code for the ledger
    enter: str  # the admin's own dialplan that leads to the queue, "context,extension,priority"; "": Queue() itself
    options: str  # of Queue()
    timeout: int  # of Queue(), in seconds; 0: as long as the queue itself allows
    timezone: str  # of the hours; "": the machine's
    hours: tuple[Hours, ...]  # none: always open

    def is_open(self, moment: datetime) -> bool:
        """Return whether the center is open at a moment (with a time zone)."""
        if not self.hours:
            return True
        local = moment.astimezone(_zone(self.timezone))
        return any(span.holds(local.weekday(), local.hour * 60 + local.minute) for span in self.hours)


@dataclass(frozen=True, slots=True)
class Service:
    """What a caller phones."""

    name: str
    centers: tuple[str, ...]  # the first that is open answers
    domestic: str
    key: str  # brings the call home
    stay: str  # ends the offer at once, for a caller who does not want to go home; "": there is no such key
    key_timeout: int  # milliseconds to wait for a key after the offer
    answer_wait: int  # milliseconds between the answer and the first prompt
    welcome: bool
    ask_language: bool
    offer: str  # the offer's prompt: "offer" or "offer-right"


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a call needs."""

    version: str  # a hash of the rest: the evidence names it
    rules: str  # the rule set's name
    listen: str  # the daemon's address, "127.0.0.1:4583"; "": there is none
    languages: tuple[str, ...]  # the first is the default
    centers: Mapping[str, Center]
    services: Mapping[str, Service]
    prompts: Mapping[str, Mapping[str, Prompt]]  # language → prompt_key → prompt

    def prompt(self, language: str, name: str, *parameters: str) -> Prompt:
        """Return a prompt of the plan; a KeyError means that `build` left out what the call flow says."""
        return self.prompts[language][prompt_key(name, *parameters)]

    def language(self, wanted: str) -> str:
        """Return the site's language for a channel's language: the same, or its base (`fr_CA` → `fr`), else ""."""
        known = {language.lower(): language for language in self.languages}
        wanted = wanted.lower().replace("-", "_")
        return known.get(wanted) or known.get(wanted.partition("_")[0]) or ""


def zones() -> str:
    """Return the folder of the system's time zones, which Asterisk goes by."""
    return os.environ.get("TZDIR") or "/usr/share/zoneinfo"


def _zone(name: str) -> tzinfo:
    """Return a time zone as Asterisk has it now; "" is the machine's.

    Asterisk reads the file, again when it was replaced, and does not look at TZ. The C library keeps what it has read,
    and a daemon would be of another mind than the dialplan once somebody has set the machine's zone, or updated tzdata.
    """
    path = f"{zones()}/{name}" if name else LOCALTIME
    try:
        found = os.stat(path)  # noqa: PTH116 - once a call: the plain call is the cheap one
    except OSError:
        found = None
    stamp = (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size) if found else ()
    return _zone_of(name, path, stamp)


@lru_cache(maxsize=64)
def _zone_of(name: str, path: str, stamp: tuple[int, ...]) -> tzinfo:
    from datetime import UTC  # noqa: PLC0415 - few sites have hours, and each import costs every call
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - the same

    if not stamp:
        return ZoneInfo(name) if name else UTC
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - importing pathlib takes 5 ms, and a call may wait for it
            return ZoneInfo.from_file(file, name or None)
    except (OSError, ValueError):  # as Asterisk does then
        return UTC


def load(path: str | PathLike[str]) -> Plan:
    """Read a plan; PlanError when it is missing, unreadable or of another format."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - importing pathlib takes 5 ms, and a call may wait for it
            data = json.load(file)
    except FileNotFoundError:
        raise PlanError(f"{path} is not there: run `onshore build` first") from None
    except (OSError, ValueError) as error:
        raise PlanError(f"{path} cannot be read ({error}): run `onshore build` again") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise PlanError(f"{path} is of another version of Onshore: run `onshore build` again")
    try:
        return _from_json(data)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise PlanError(f"{path} is damaged ({error!r}): run `onshore build` again") from error


def _from_json(data: dict[str, Any]) -> Plan:
    return Plan(
        version=data["version"],
        rules=data["rules"],
        listen=data["listen"],
        languages=tuple(data["languages"]),
        centers={
            center["name"]: Center(**{**center, "hours": tuple(Hours(*span) for span in center["hours"])})
            for center in data["centers"]
        },
        services={
            service["name"]: Service(**{**service, "centers": tuple(service["centers"])})
            for service in data["services"]
        },
        prompts={
            language: {
                key: Prompt(identity, language, text, milliseconds)
                for key, (identity, text, milliseconds) in prompts.items()
            }
            for language, prompts in data["prompts"].items()
        },
    )


def to_json(plan: Plan) -> dict[str, Any]:
    """Return the plan as `load` reads it."""
    return {
        "format": FORMAT,
        "version": plan.version,
        "rules": plan.rules,
        "listen": plan.listen,
        "languages": list(plan.languages),
        "centers": [
            {
                **_fields(center),
                "hours": [[span.first_day, span.last_day, span.start, span.end] for span in center.hours],
            }
            for center in plan.centers.values()
        ],
        "services": [_fields(service) for service in plan.services.values()],
        "prompts": {
            language: {key: [prompt.id, prompt.text, prompt.milliseconds] for key, prompt in prompts.items()}
            for language, prompts in plan.prompts.items()
        },
    }


def _fields(record: Center | Service) -> dict[str, Any]:
    return {name: getattr(record, name) for name in type(record).__slots__}


class Watched:
    """The plan in a file, read again when the file was replaced: calls in progress keep the plan they began with.

    A file that has become unreadable leaves the last good plan in force, and `problem` says what is wrong.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self._path = path
        self._seen = self._stamp()
        self._plan = load(path)
        self.problem = ""

    def _stamp(self) -> tuple[int, int, int]:
        try:
            found = os.stat(self._path)  # noqa: PTH116 - once a call: the plain call is the cheap one
        except OSError:
            return (0, 0, 0)
        return (found.st_ino, found.st_mtime_ns, found.st_size)

    def current(self) -> Plan:
        """Return the plan for a call that begins now."""
        stamp = self._stamp()
        if stamp != self._seen:
            self._seen = stamp
            try:
                self._plan = load(self._path)
                self.problem = ""
            except PlanError as error:
                self.problem = str(error)
        return self._plan
