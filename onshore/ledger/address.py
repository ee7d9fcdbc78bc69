"""Where a ledger's database is, as `[ledger] url` says it: read strictly, and never printed with its password."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from sqlalchemy.engine import URL

if TYPE_CHECKING:
    from collections.abc import Iterable

SQLITE = "sqlite"
POSTGRESQL = "postgresql+psycopg"

_SECRETS = ("password", "sslpassword")  # that a URL may have behind its `?`
# What psycopg.connect() takes besides the server's options, and would take as texts.
_DRIVER = ("autocommit", "context", "cursor_factory", "prepare_threshold", "row_factory")
# What no user, password or host may have as it is (RFC 3986), for then a URL can be read in two ways.
_PLAIN = re.compile(r"(?:[^\s/?#@\[\]%]|%[0-9A-Fa-f]{2})*")
_ESCAPES = "write @ as %40, / as %2F, : as %3A, # as %23, ? as %3F, % as %25, & as %26, + as %2B and a space as %20"


def parse(url: str) -> URL:
    """Return what a URL says; ValueError says what is wrong with it, and nothing of what may be a password.

    SQLAlchemy's own reading takes the first `@` for the end of a password, and a relative path for one that counts from
    wherever a program was started.
    """
    name, _, rest = url.partition("://")
    if name not in (SQLITE, POSTGRESQL) or not rest:
        told = f"{name!r}" if rest and re.fullmatch(r"[A-Za-z0-9+]{1,30}", name) else "this"
        raise ValueError(
            f"{told} is no database that Onshore knows: write 'postgresql+psycopg://user:password@host/name' or "
            "'sqlite:////path/to/file', or leave `url` out"
        )
    try:
        made = _sqlite(rest) if name == SQLITE else _postgresql(rest)
    except ValueError as error:
        raise ValueError(f"{error}{f'. In a password, {_ESCAPES}' if name == POSTGRESQL else ''}") from None
    said = "".join(str(part) for part in (*made[1:6], *made.query.items()) if part is not None)
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in said):
        raise ValueError("has a control character in it, which no database's address has")
    return made


def file_of(url: str) -> Path | None:
    """Return the file that a URL names; None: it is a server's. ValueError."""
    made = parse(url)
    return Path(made.database or "") if made.drivername == SQLITE else None


def has_password(url: str) -> bool:
    """Return whether a URL has a password in it. ValueError."""
    made = parse(url)
    return bool(made.password) or any(name in made.query for name in _SECRETS)


def _sqlite(rest: str) -> URL:
    if not rest.startswith("/"):
        raise ValueError("has a host, which SQLite has not: write four slashes, 'sqlite:////var/lib/onshore/l.sqlite3'")
    path = _decoded(rest[1:], "the path")
    if "?" in rest:
        raise ValueError("SQLite's URL takes nothing behind a `?`: leave that out (a `?` of the path itself is %3F)")
    if not path or path == ":memory:":
        raise ValueError("keeps the ledger nowhere: name a file, 'sqlite:////var/lib/onshore/ledger.sqlite3'")
    if not path.startswith("/") or path.startswith("/~"):
        last = Path(path).name or "ledger.sqlite3"
        raise ValueError(
            f"{path!r} is no whole path, and would count from wherever a program is started: write four slashes and "
            f"all of it, like 'sqlite:////var/lib/onshore/{last}'"
        )
    parts = Path(path).parts
    if ".." in parts:
        raise ValueError(f"{path!r} goes back by `..`: write where it leads to")
    if path.endswith("/") or len(parts) < 3:
        raise ValueError(f"{path!r} is no file in a folder of its own: write 'sqlite:////var/lib/onshore/l.sqlite3'")
    return URL.create(SQLITE, database="/" + "/".join(parts[1:]))


def _postgresql(rest: str) -> URL:
    before, at, after = rest.rpartition("@")
    if not _PLAIN.fullmatch(before):  # also where the `@` stands behind the host
        raise ValueError("cannot be read: before and behind the `@` there is what wants an escape")
    where, question, options = after.partition("?")
    host, slash, database = where.partition("/")
    if "#" in after:
        raise ValueError("has a `#` behind the host: write it as %23")
    user, colon, password = before.partition(":")
    if at and not user and not password:
        raise ValueError("has an `@` and no user before it: write 'postgresql+psycopg://user:password@host/name'")
    query = _options(options) if question else {}
    if not database and not {"dbname", "service"} & query.keys():
        raise ValueError("names no database: write it behind the host and a slash, '…@host/onshore'")
    server, port = _server(host)
    return URL.create(
        POSTGRESQL,
        username=_decoded(user, "the user's name") or None,
        password=_decoded(password, "the password") if colon else None,
        host=server or None,
        port=port,
        database=_decoded(database, "the database's name") if slash and database else None,
        query=query,
    )


def _server(text: str) -> tuple[str, int | None]:
    """Return a host and its port. Neither is told when it is wrong: it may be a password without its host."""
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]\s]*))(?::(.*))?", text, re.DOTALL)
    if not found:
        raise ValueError("has no host that can be read: a name, or an address (IPv6 in brackets); and `:`, and a port")
    host, port = found[1] or found[2] or "", found[3]
    if port is not None and not (port.isascii() and port.isdecimal() and 0 < int(port[:6]) < 65536):
        raise ValueError("the port is no number from 1 to 65535")
    if "%" in host or host.startswith("."):
        raise ValueError("a socket's folder goes behind a `?`: '…:///onshore?host=/var/run/postgresql'")
    if not host.isascii():
        try:
            host = host.encode("idna").decode()  # PostgreSQL's library looks a name up as it is
        except UnicodeError:
            raise ValueError("the host is no name that can be looked up") from None
    return host, int(port) if port else None


def _options(text: str) -> dict[str, str]:
    """Return what stands behind the `?`, by name."""
    found: dict[str, str] = {}
    known = _known()
    for pair in text.split("&"):
        name, equals, value = pair.partition("=")
        if not equals or not value or not re.fullmatch(r"[a-z_]+", name) or re.search(r"[+?\s]", value):
            raise ValueError("behind the `?` there are not only pairs like `sslmode=require&…`")
        if name in _DRIVER or (known and name not in known):
            raise ValueError("behind the `?` there is what PostgreSQL does not know")
        if name in found:
            raise ValueError(f"behind the `?` there is `{name}` twice: several hosts go into one, with commas")
        found[name] = _decoded(value, f"`{name}`")
    if not (found.get("port", "1")).replace(",", "").isdecimal():
        raise ValueError("`port` behind the `?` is no number")
    return found


def _known() -> Iterable[str]:
    """Return the options that PostgreSQL's library has; none where psycopg is not installed."""
    try:
        from psycopg import pq  # noqa: PLC0415 - not everybody has a PostgreSQL
    except ImportError:
        return ()
    return {option.keyword.decode() for option in pq.Conninfo.get_defaults()}


def _decoded(text: str, what: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise ValueError(f"{what} has escapes (%XX) that are no UTF-8") from None
