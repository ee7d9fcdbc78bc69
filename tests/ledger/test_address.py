"""Where the database is: a URL is read in one way or refused, and its password is never told."""

from __future__ import annotations

import json
import string
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, assume, example, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from sqlalchemy.engine import URL

from onshore import cli
from onshore import site as sites
from onshore.errors import OnshoreError, SiteError
from onshore.ledger import address
from onshore.ledger.database import connect
from tests.ledger.conftest import written
from tests.making import write_site

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "Xq7Zs3crWv"  # noqa: S105 - no message has a piece of it by chance
SPECIAL = "@/:#?%[]&+ \\'\"$!ä€|^~"


def refusal(url: str) -> str:
    """Return why a URL is refused; what is said of it, with `url` replaced."""
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - any, and its text is what is wanted
        address.parse(url)
    return str(refused.value)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sqlite:///ledger.sqlite3", "four slashes and all of it, like 'sqlite:////var/lib/onshore/ledger.sqlite3'"),
        (
            "sqlite:///var/lib/onshore/l.sqlite3",
            "four slashes and all of it, like 'sqlite:////var/lib/onshore/l.sqlite3'",
        ),
        ("sqlite:///./l.sqlite3", "four slashes"),
        ("sqlite:///../l.sqlite3", "four slashes"),
        ("sqlite:///~/l.sqlite3", "four slashes"),
        ("sqlite:////~/l.sqlite3", "four slashes"),
        ("sqlite:///~ann/l.sqlite3", "four slashes"),
        ("sqlite:///$HOME/l.sqlite3", "four slashes"),
        ("sqlite:///%2e/l.sqlite3", "four slashes"),
        ("sqlite:////srv/../l.sqlite3", "goes back by `..`"),
        ("sqlite:///:memory:", "keeps the ledger nowhere"),
        ("sqlite:///%3Amemory%3A", "keeps the ledger nowhere"),
        ("sqlite:///", "keeps the ledger nowhere"),
        ("sqlite://", "no database that Onshore knows"),
        ("sqlite://srv/l.sqlite3", "four slashes"),
        ("sqlite:srv/l.sqlite3", "no database that Onshore knows"),
        ("sqlite:////l.sqlite3", "no file in a folder of its own"),
        ("sqlite:////srv/onshore/", "no file in a folder of its own"),
        ("sqlite:////srv/l.sqlite3?mode=ro", "nothing behind a `?`"),
        ("sqlite:////srv/l.sqlite3?uri=true&cache=shared", "nothing behind a `?`"),
        ("sqlite:////srv/l.sqlite3?", "nothing behind a `?`"),
        ("sqlite:////srv/l%00.sqlite3", "control character"),
        ("sqlite:////srv/l\n.sqlite3", "control character"),
        ("sqlite:////srv/%ff.sqlite3", "no UTF-8"),
        ("postgresql://u@h/d", "'postgresql' is no database that Onshore knows"),
        ("mysql+pymysql://u@h/d", "'mysql+pymysql' is no database that Onshore knows"),
        ("sqlite+aiosqlite:////srv/l.sqlite3", "'sqlite+aiosqlite' is no database that Onshore knows"),
        ("postgresql+psycopg://u@h", "names no database"),
        ("postgresql+psycopg://u@h/", "names no database"),
        ("postgresql+psycopg://u@h:5432?sslmode=require", "names no database"),
        ("postgresql+psycopg://@h/d", "no user before it"),
        ("postgresql+psycopg://u@h:port/d", "the port is no number"),
        ("postgresql+psycopg://u@h:/d", "the port is no number"),
        ("postgresql+psycopg://u@h:0/d", "the port is no number"),
        ("postgresql+psycopg://u@h:65536/d", "the port is no number"),
        ("postgresql+psycopg://u@h:+5/d", "the port is no number"),
        ("postgresql+psycopg://u@h:٣/d", "the port is no number"),
        ("postgresql+psycopg://u@h1:1,h2:2/d", "the port is no number"),
        ("postgresql+psycopg://u@[::1/d", "no host that can be read"),
        ("postgresql+psycopg://u@%2Fvar%2Frun/d", "?host=/var/run/postgresql"),
        ("postgresql+psycopg://u@h/d#x", "`#` behind the host"),
        ("postgresql+psycopg://u@h/d?sslmode", "not only pairs"),
        ("postgresql+psycopg://u@h/d?sslmode=a&", "not only pairs"),
        ("postgresql+psycopg://u@h/d?nonsense=1", "what PostgreSQL does not know"),
        ("postgresql+psycopg://u@h/d?prepare_threshold=5", "what PostgreSQL does not know"),
        ("postgresql+psycopg://u@h/d?autocommit=1", "what PostgreSQL does not know"),
        ("postgresql+psycopg://u@h/d?host=a&host=b", "`host` twice"),
        ("postgresql+psycopg://u@h/d?port=x", "`port` behind the `?` is no number"),
        ("postgresql+psycopg://h:5432/d?user=a@b", "write @ as %40"),
        ("postgresql+psycopg://onshore:p@ss/word@db/onshore", "write @ as %40"),
        ("postgresql+psycopg://onshore:p@ss?word@db/onshore", "write @ as %40"),
        ("postgresql+psycopg://onshore:p@ss#word@db/onshore", "write @ as %40"),
        ("postgresql+psycopg://onshore:s3cr@et@127.0.0.1/onshore", "write @ as %40"),
    ],
)
def test_what_would_be_read_otherwise_is_refused(tmp_path: Path, url: str, told: str) -> None:
    """With what to write instead; the site that has it is not read, and its key is named."""
    assert told in refusal(url)
    if url.isprintable():
        with pytest.raises(SiteError) as refused:
            sites.load(write_site(tmp_path, more=f"[ledger]\nurl = {json.dumps(url, ensure_ascii=False)}\n"))
        assert str(refused.value).startswith(f"{tmp_path}/onshore.toml: ledger.url: ")


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("sqlite:////srv/a b/l.sqlite3", {"database": "/srv/a b/l.sqlite3"}),
        ("sqlite:////srv/a%20b/l.sqlite3", {"database": "/srv/a b/l.sqlite3"}),
        ("sqlite:////srv/%3F#1/ö.sqlite3", {"database": "/srv/?#1/ö.sqlite3"}),
        ("sqlite://///srv//x/l", {"database": "/srv/x/l"}),
        ("postgresql+psycopg://u:p%40%2F%3A%23%3F%25@h:5433/d", {"password": "p@/:#?%", "host": "h", "port": 5433}),
        ("postgresql+psycopg://u:a:b@h/d", {"password": "a:b", "host": "h", "port": None}),
        (
            "postgresql+psycopg://ü:pä€@[::1]:5432/ö",
            {"username": "ü", "password": "pä€", "host": "::1", "database": "ö"},
        ),
        ("postgresql+psycopg://u@bücher.example/d", {"host": "xn--bcher-kva.example", "password": None}),
        ("postgresql+psycopg:///d?host=/var/run/postgresql", {"host": None, "database": "d", "username": None}),
        ("postgresql+psycopg://u:p@/d?host=/run/pg&port=5433", {"host": None, "password": "p"}),
        ("postgresql+psycopg://?service=onshore", {"host": None, "database": None}),
        ("postgresql+psycopg://h/d?sslmode=verify-full&sslrootcert=/etc/ca.pem", {"host": "h", "database": "d"}),
    ],
)
def test_what_can_be_read_in_one_way_is(url: str, parts: dict[str, object]) -> None:
    """Escapes are taken out, and nothing else is changed."""
    made = address.parse(url)
    assert {name: getattr(made, name) for name in parts} == parts


@given(
    user=st.text(string.ascii_letters + SPECIAL, min_size=1, max_size=8),
    password=st.text(string.ascii_letters + string.digits + SPECIAL, min_size=1, max_size=20),
)
def test_an_escaped_password_is_what_was_meant(user: str, password: str) -> None:
    """Whatever is in it, every way of escaping it."""
    url = f"postgresql+psycopg://{quote(user, safe='')}:{quote(password, safe='')}@db.example/onshore?sslmode=require"
    made = address.parse(url)
    assert (made.username, made.password, made.host, made.database) == (user, password, "db.example", "onshore")
    assert address.has_password(url)


@given(
    before=st.text(SPECIAL + SECRET, max_size=3),
    middle=st.text("@/:#?%[]&+ ", min_size=1, max_size=3),
    where=st.sampled_from(["@db.example/onshore", "@db.example:5432/onshore?sslmode=require", "", "/onshore"]),
)
@example("", "@", "@127.0.0.1/onshore")
@example("", "@", "/word@db/onshore")
@example("", "?", "word@db/onshore")
def test_a_password_is_right_or_refused_and_never_told(before: str, middle: str, where: str) -> None:
    """Characters that want an escape: none ends up in the host, and no piece of the password in the message."""
    password = f"{before}{SECRET}{middle}{SECRET[::-1]}"
    url = f"postgresql+psycopg://onshore:{password}{where}"
    assume(
        where.startswith("@") or (f"{password}{where}".count("@") != 1 and not before[:1].isdecimal())
    )  # else it is a host, or a port
    if where.startswith("@") and not set(password) & set("@/#?%[] "):  # `:`, `&` and `+` leave one way to read it
        made = address.parse(url)
        assert (made.username, made.password, made.host) == ("onshore", password, "db.example")
        return
    told = refusal(url)
    assert "write @ as %40, / as %2F" in told
    assert SECRET[:4] not in told
    assert SECRET[::-1][:4] not in told


@given(st.text(max_size=60))
@example("postgresql+psycopg://h\ud800/d")
@example("sqlite:////\x00/x")
@example("postgresql+psycopg://u:p@h/d?connect_timeout=x")
def test_any_text_is_a_url_or_refused(text: str) -> None:
    """Nothing else is raised, also behind a beginning that is right."""
    for url in (text, f"sqlite:///{text}", f"sqlite:////srv/{text}", f"postgresql+psycopg://{text}"):
        try:
            made = address.parse(url)
        except ValueError:
            continue
        assert isinstance(made, URL)
        if made.drivername == "postgresql+psycopg":
            connect(url).dispose()


SPECIMENS = [
    f"postgresql+psycopg://onshore:{SECRET}@x@127.0.0.1:1/onshore",
    f"postgresql+psycopg://onshore:{SECRET}/x@127.0.0.1:1/onshore",
    f"postgresql+psycopg://onshore:{SECRET}@127.0.0.1:1/onshore",
    f"postgresql+psycopg://onshore:{SECRET}",
    f"postgresql+psycopg://127.0.0.1:1/onshore?password={SECRET}&x={SECRET}",
    f"postgresql+psycopg://127.0.0.1:1/onshore?{SECRET}=1",
    f"postgresql+psycopg://onshore:%ff{SECRET}@127.0.0.1:1/onshore",
    f"{SECRET}",
    f"postgres:{SECRET}@h/d",
    f"{SECRET}://x",
]


@pytest.mark.parametrize("command", [["check"], ["check", "--json"], ["build"], ["ledger", "verify"], ["report"]])
@pytest.mark.parametrize("url", SPECIMENS)
def test_no_command_tells_a_password(tmp_path: Path, url: str, command: list[str]) -> None:
    """Not in a message, not in JSON, not in a traceback; and there is none."""
    file = write_site(tmp_path, more=f'[ledger]\nurl = "{url}"\n')
    done = CliRunner().invoke(cli.main, ["--config", str(file), *command])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert SECRET not in done.output + done.stderr if "://x" not in url else True


@pytest.mark.parametrize(
    "line",
    [
        f'url = ["postgresql+psycopg://u:{SECRET}@h/d"]',
        f'url = {{ a = "postgresql+psycopg://u:{SECRET}@h/d" }}',
        f'url = "postgresql+psycopg://u:a"{SECRET}@h/d"',
        f"url = postgresql+psycopg://u:{SECRET}@h/d",
        f'url = "postgresql+psycopg://u:{SECRET}@h/d"\nurl = "postgresql+psycopg://u:{SECRET}@h/d"',
        f'url = "postgresql+psycopg://u:\\{SECRET}@h/d"',
        f'ur = "postgresql+psycopg://u:{SECRET}@h/d"',
        f"url = 'postgresql+psycopg://u:{SECRET}@@h/d'",
    ],
)
def test_a_mistake_in_the_line_tells_no_password(tmp_path: Path, line: str) -> None:
    """Also where the line is no TOML, is there twice, or is no text."""
    with pytest.raises(SiteError) as refused:
        sites.load(write_site(tmp_path, more=f"[ledger]\n{line}\n"))
    assert SECRET not in str(refused.value)


@given(text=st.text(max_size=40), start=st.sampled_from(["", "sqlite:///", "sqlite:////", "postgresql+psycopg://"]))
@trying(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_settings_of_an_older_build_make_no_traceback(tmp_path: Path, text: str, start: str) -> None:
    """Whatever `ledger.json` has for a URL, commands say in one message that it is none, or that nothing is there."""
    if "127.0.0.1" in text or (start.startswith("postgresql") and "/" in text):
        return  # might be reached
    written(tmp_path, f"{start}{text}")
    before = sorted(tmp_path.rglob("*"))
    done = CliRunner().invoke(cli.main, ["ledger", "verify", "--state", str(tmp_path)])
    if start or text:
        assert (done.exit_code, type(done.exception)) == (1, SystemExit)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_state_folder_may_have_any_name(tmp_path: Path) -> None:
    """Characters that mean something in a URL are part of the folder's name."""
    state = tmp_path / "a?b#c%20 d@ö"
    engine = connect(written(state).database)
    assert (state / "ledger.sqlite3").exists()
    engine.dispose()
    assert issubclass(SiteError, OnshoreError)
