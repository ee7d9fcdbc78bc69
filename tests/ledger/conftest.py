"""What the tests of the ledger share: databases of both kinds, and calls to put into them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from onshore.ledger.opening import open_store
from onshore.ledger.settings import FILE, Settings, load
from onshore.testing.calls import MadeCall, calls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onshore.ledger.store import Store

_databases = count()


@dataclass(frozen=True)
class Server:
    """A PostgreSQL of the tests' own, on a socket in a folder."""

    programs: Path
    folder: Path
    user: str

    def run(self, program: str, *words: str) -> None:
        """Run one of its programs, as the user that it runs as."""
        command = [str(self.programs / program), *words]
        if os.geteuid() == 0:
            command = ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups", *command]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd="/")
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        """Start it, with no more than its socket."""
        options = f"-c listen_addresses= -c unix_socket_directories={self.folder}"
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-o", options, "-l", f"{self.folder}/log", "start")

    def stop(self) -> None:
        """Stop it at once, as a power cut would."""
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-m", "immediate", "stop")

    def new(self) -> str:
        """Return the URL of a new database."""
        name = f"ledger{next(_databases)}"
        self.run("createdb", "-h", str(self.folder), name)
        return f"postgresql+psycopg:///{name}?host={self.folder}&user={self.user}"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A real PostgreSQL, from the system's packages (Debian: `apt install postgresql`); test.sh installs it."""
    programs = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin/postgres")))
    found = programs[-1] if programs else shutil.which("postgres")
    assert found, "there is no PostgreSQL here: apt install postgresql"
    user = "postgres" if os.geteuid() == 0 else os.environ.get("USER", str(os.geteuid()))
    folder = Path(tempfile.mkdtemp(prefix="onshore-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, user, user)
    server = Server(Path(found).parent, folder, user)
    server.run("initdb", "-D", f"{folder}/data", "-A", "trust", "--no-sync", "-U", user)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """A new ledger's settings: once in SQLite, once in PostgreSQL."""
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgresql").new()
    return written(tmp_path, url)


def written(state: Path, url: str = "", chain: str = "pbx", *, keep_numbers: bool = False) -> Settings:
    """Write a state folder's settings, as `build` does."""
    made = Settings(state=state, url=url, chain=chain, home="US", keep_numbers=keep_numbers, queue_log="")
    state.mkdir(exist_ok=True)
    (state / FILE).write_text(made.to_json())
    return load(state)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """A new ledger, open."""
    opened = open_store(settings)
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="session")
def week() -> list[MadeCall]:
    """Some calls of a week."""
    return list(calls(seed=4, first=date(2026, 10, 26), days=7, a_day=20))
