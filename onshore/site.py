"""The site: what the admin wrote in `onshore.toml`, with errors that the admin can act on. Only at build time."""

from __future__ import annotations

import difflib
import ipaddress
import re
import tomllib
from datetime import date  # noqa: TC003 - Pydantic needs it
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
)

from onshore import contradictions, countries, zones
from onshore import rules as rule_sets
from onshore.errors import SiteError
from onshore.mistakes import Words
from onshore.plan import Hours

DEFAULT_FILE = Path("/etc/onshore/onshore.toml")

_strict = ConfigDict(extra="forbid", frozen=True)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"(?:([a-z]{3})(?:-([a-z]{3}))? +)?([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


def _hours(text: str) -> str:
    hours(text)
    return text


def hours(text: str) -> Hours:
    """Read a span of opening hours: `mon-fri 08:00-18:00`, `sat 09:00-13:00`, `22:00-06:00`; ValueError."""
    found = _HOURS.fullmatch(text.strip().lower())
    if not found:
        raise ValueError(f"{text!r} are no hours: write them like 'mon-fri 08:00-18:00'")
    first, last = found[1] or "mon", found[2] or found[1] or "sun"
    if first not in _DAYS or last not in _DAYS:
        raise ValueError(f"{text!r}: the days are {', '.join(_DAYS)}")
    start, end = (int(found[3]) * 60 + int(found[4]), int(found[5]) * 60 + int(found[6]))
    if start >= 24 * 60 or end > 24 * 60 or start == end:
        raise ValueError(f"{text!r}: from 00:00 to 24:00, and not from a time to the same time")
    return Hours(_DAYS.index(first), _DAYS.index(last), start, end)


def _listen(text: str) -> str:
    host, _, port = text.rpartition(":")
    try:
        ipaddress.ip_address(host.strip("[]"))
        number = int(port)
    except ValueError:
        raise ValueError(f"{text!r} is no address: write it like '127.0.0.1:4583' (numbers, not a name)") from None
    if not 0 < number < 65536:
        raise ValueError(f"{text!r}: the port is 1 to 65535")
    return text


def _database(url: str) -> str:
    if url:
        from onshore.ledger import address  # noqa: PLC0415 - with SQLAlchemy, 150 ms, for sites that name a database

        address.parse(url)
    return url


def _context(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.@-]{0,78}", name) or re.match(r"onshore(-|$)", name):
        raise ValueError(f"{name!r} is no context of yours: letters, digits and `_.@-`, and none of Onshore's own")
    return name


_NUMBER = r"^[+0-9 ()./-]{0,30}$"  # as it is printed


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _language(code: str) -> str:
    found = re.fullmatch(r"([a-z]{2,3})(?:[-_]([A-Za-z]{2,4}))?", code)
    if not found:
        raise ValueError(f"{code!r} is no language: write it like 'en' or 'fr_CA'")
    return found[1] + (f"_{found[2].upper()}" if found[2] else "")


ContextName = Annotated[str, AfterValidator(_context)]
Country = Annotated[str, AfterValidator(countries.checked)]
Language = Annotated[str, AfterValidator(_language)]
CenterName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
# Both name extensions: Asterisk passes over hyphens there, and has single letters of its own (h, i, s, t, T).
ServiceName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,31}$")]
Key = Annotated[str, Field(pattern=r"^[0-9]$")]


class Asterisk(BaseModel):
    """Where Asterisk is, and where Onshore keeps its own."""

    model_config = _strict

    etc: Path = Path("/etc/asterisk")
    state: Path = Path("/var/lib/onshore")
    command: str = "asterisk"
    # Contexts that Onshore's own include where a call may end in them: another system's `h` extension.
    include: Annotated[tuple[ContextName, ...], BeforeValidator(_listed)] = ()


class Server(BaseModel):
    """The FastAGI daemon."""

    model_config = _strict

    listen: Annotated[str, AfterValidator(_listen)] = "127.0.0.1:4583"

    @property
    def host(self) -> str:
        """The address, without the brackets of IPv6."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The TCP port."""
        return int(self.listen.rpartition(":")[2])


class Speech(BaseModel):
    """What speaks the prompts: a command line, for all languages or for one."""

    model_config = _strict

    command: str = ""  # "": espeak-ng
    languages: dict[Language, str] = {}


class Ledger(BaseModel):
    """The evidence of every call."""

    model_config = _strict

    url: Annotated[str, Field(repr=False), AfterValidator(_database)] = ""  # "": SQLite in the state folder
    chain: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{0,120}$")] = ""  # "": the host's name
    keep_numbers: bool = False


class Center(BaseModel):
    """A call center: one country, one queue."""

    model_config = _strict

    country: Country
    queue: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.@-]{0,78}$")]
    enter: Annotated[str, Field(pattern=r"^([A-Za-z0-9_.-]+,[A-Za-z0-9_.*#+-]+,[A-Za-z0-9_-]+)?$")] = ""
    options: Annotated[str, Field(pattern=r"^[A-Za-z]*$")] = ""
    timeout: Annotated[int, Field(ge=0, le=86400)] = 0
    hours: Annotated[tuple[Annotated[str, AfterValidator(_hours)], ...], BeforeValidator(_listed)] = ()
    timezone: Annotated[str, AfterValidator(zones.checked)] | None = None
    contractor: Annotated[str, Field(max_length=80)] = ""
    number: Annotated[str, Field(pattern=_NUMBER)] = ""
    since: date | None = None


class Service(BaseModel):
    """What a caller phones."""

    model_config = _strict

    center: Annotated[tuple[CenterName, ...], BeforeValidator(_listed), Field(min_length=1)]
    domestic: CenterName
    number: Annotated[str, Field(pattern=_NUMBER)] = ""
    key: Key = "1"
    stay: Key | None = None
    key_timeout: Annotated[float, Field(ge=0.5, le=2.7)] = 2.5
    announce: Literal["before"] = "before"
    answer_wait: Annotated[float, Field(ge=0, le=2)] = 0.0
    welcome: bool = False
    ask_language: bool = False


class Site(BaseModel):
    """What the admin wrote."""

    model_config = _strict

    home: Annotated[tuple[Country, ...], BeforeValidator(_listed), Field(min_length=1)]
    rules: str
    languages: Annotated[tuple[Language, ...], BeforeValidator(_listed), Field(min_length=1, max_length=9)]
    company: Annotated[str, Field(max_length=80)] = ""
    asterisk: Asterisk = Asterisk()
    server: Server | None = None
    speech: Speech = Speech()
    ledger: Ledger = Ledger()
    centers: Annotated[dict[CenterName, Center], Field(min_length=1)]
    services: Annotated[dict[ServiceName, Service], Field(min_length=1)]

    _file: Path = PrivateAttr(default=DEFAULT_FILE)
    _rule_set: rule_sets.Rules = PrivateAttr()

    @property
    def file(self) -> Path:
        """Where the site was read from, absolute."""
        return self._file

    @property
    def folder(self) -> Path:
        """Where the admin's own prompts, dialplan templates and rule sets are: beside the site's file."""
        return self._file.parent

    @property
    def rule_set(self) -> rule_sets.Rules:
        """What the site's rule set asks."""
        return self._rule_set

    def at_home(self, country: str) -> bool:
        """Return whether an agent in this country is one that a caller may ask for."""
        return country in self.home or country in self.rule_set.also_home

    def _at(self, file: Path, rule_set: rule_sets.Rules) -> Self:
        folder = file.parent
        places = self.asterisk.model_copy(
            update={"etc": folder / self.asterisk.etc, "state": folder / self.asterisk.state}
        )
        site = self.model_copy(update={"asterisk": places})
        site._file = file  # noqa: SLF001 - its own
        site._rule_set = rule_set  # noqa: SLF001 - its own
        return site


_TABLES: dict[str, type[BaseModel]] = {
    "asterisk": Asterisk,
    "server": Server,
    "speech": Speech,
    "ledger": Ledger,
    "centers": Center,
    "services": Service,
}
_NAME = "small letters, digits and `_`, a letter first"
_KEY = 'one of "0" to "9", in quotes (`*` repeats the announcement)'
_WORDS = Words(
    Site,
    _TABLES,
    shapes={"centers": "[centers.NAME]", "services": "[services.NAME]"},
    secret=("url",),  # it may hold a password
    examples={
        "home": 'your country, like "US", or a list of countries',
        "rules": f"one of {', '.join(rule_sets.names())}",
        "languages": 'a list like ["en", "es"], 9 at most',
        "country": 'two letters, like "PH"',
        "queue": "the name of its queue in queues.conf: letters, digits and `_.@-`",
        "enter": 'where your own dialplan leads to the queue, like "ext-queues,700,1": context, extension and priority',
        "options": 'letters alone, as Queue() takes them, like "t"',
        "number": 'a telephone number, like "+39 06 5550100"',
        "contractor": "a name, 80 letters at most",
        "since": "a day, like 2026-01-31, without quotation marks",
        "include": 'a list of contexts of your dialplan, none of Onshore\'s own, like ["vicidial-auto"]',
        "url": 'a database like "postgresql+psycopg://user:password@host/name"',
        "chain": 'a name for this machine, letters, digits and `._-`, like "pbx1"',
        "hours": 'a list like ["mon-fri 08:00-18:00"]',
        "center": 'the name of the center that answers, like "manila", or a list of centers',
        "domestic": "the name of a center at home",
        "key": _KEY,
        "stay": _KEY,
        "[centers]": _NAME,
        "[services]": f"{_NAME}, two characters at least",
    },
)


def load(file: Path) -> Site:
    """Read and check a site; SiteError names the file and each key that is wrong, and what to write instead."""
    file = file.absolute()
    try:
        text = file.read_text("utf-8-sig")  # Windows puts a mark at the beginning
    except FileNotFoundError:
        raise SiteError(f"{file} is not there: write it with `onshore init`, or name another with --config") from None
    except UnicodeDecodeError as error:
        raise SiteError(f"{file} is not UTF-8 (byte {error.start}): save it as UTF-8") from None
    except OSError as error:
        raise SiteError(f"{file} cannot be read: {error.strerror}") from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SiteError(f"{file}: {_toml_problem(text, str(error))}") from None
    try:
        site = Site.model_validate(data)
    except ValidationError as error:
        raise SiteError("\n".join(f"{file}: {_WORDS.problem(dict(found))}" for found in error.errors())) from None
    site = site._at(file, _rule_set(file, site))  # noqa: SLF001 - its own
    problems = contradictions.found(site)
    if problems:
        raise SiteError("\n".join(f"{file}: {problem}" for problem in problems))
    return site


def _toml_problem(text: str, problem: str) -> str:
    """Say what is wrong with a file that is not TOML, with the line it stumbled on."""
    at = re.search(r"at line (\d+)", problem)
    if at is None:
        return f"not valid TOML: {problem}"
    line = re.sub(r"://.*", "://…", text.splitlines()[int(at[1]) - 1].strip())  # a password may come there
    twice = re.match(r"Cannot (overwrite a value|declare \(.*?\) twice)", problem)
    if twice:
        return f"line {at[1]}: `{line}` is there twice: keep one of the two"
    return f"line {at[1]}: `{line}` is not valid TOML: {problem}"


def _rule_set(file: Path, site: Site) -> rule_sets.Rules:
    folder = file.parent / "rules"
    try:
        return rule_sets.load(site.rules, folder)
    except KeyError:
        known = rule_sets.names(folder)
        near = difflib.get_close_matches(site.rules, known, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise SiteError(
            f"{file}: rules: there is no rule set {site.rules!r}{hint}; known: {', '.join(known)}; "
            f"one of your own goes into {folder}/"
        ) from None
