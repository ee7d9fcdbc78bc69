"""Root works in a state folder that is somebody else's: what any command makes there is that user's."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from onshore import cli, owner
from onshore.agi import process
from onshore.evidence import Event, Spool
from onshore.ledger.settings import load
from tests.making import write_site
from tests.test_output import commands

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files in another's name")
GAMES = pwd.getpwnam("games")
ONSHORE = str(Path(sys.executable).with_name("onshore"))

# Every command, with what else it needs to be told; None: it does nothing in the state folder, or gives all of it away.
COMMANDS: dict[tuple[str, ...], list[str] | None] = {
    ("init",): None,
    ("install",): None,
    ("uninstall",): None,
    ("rules",): [],
    ("build",): [],
    ("try",): ["--keys", "1"],
    ("check",): [],
    ("serve",): [],
    ("report",): ["--output", "-", "--verify"],
    ("prompts", "list"): [],
    ("prompts", "say"): ["welcome"],
    ("prompts", "check"): [],
    ("prompts", "export"): ["--output", "-"],
    ("prompts", "import"): None,
    ("ledger", "verify"): [],
    ("ledger", "seal"): [],
    ("ledger", "find"): ["2025550101"],
    ("ledger", "show"): ["CALL"],
    ("ledger", "export"): [],
    ("ledger", "purge"): ["--before", "2020-01-01", "--yes"],
    ("ledger", "forget"): ["2025550101", "--yes"],
    ("ledger", "import"): [],
    ("ledger", "upgrade"): [],
}


@pytest.fixture(scope="module")
def built() -> Iterator[Path]:
    """A site that was built, in a folder that everybody may pass, with a state folder of somebody else's."""
    folder = Path(tempfile.mkdtemp(prefix="onshore-owners-"))
    folder.chmod(0o755)
    (folder / "etc").mkdir()
    (folder / "log").mkdir()
    (folder / "etc" / "asterisk.conf").write_text(f"[directories]\nastlogdir => {folder}/log\n")
    (folder / "log" / "queue_log").write_text("1795471199|17.1|support-manila|NONE|ENTERQUEUE||2025550101|1\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    file = write_site(folder, more=f'\n[server]\nlisten = "127.0.0.1:{port}"\n')
    assert CliRunner().invoke(cli.main, ["--config", str(file), "build"]).exit_code == 0
    subprocess.run(["chown", "-R", "games:games", str(folder / "state")], check=True)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def home(built: Path) -> Iterator[Path]:
    """That site; its state folder is as it was built, each time."""
    yield built
    for path in (built / "state").iterdir():
        if path.name in {"spool", "queue_log.json", "new"} or path.name.startswith(
            ("ledger.sqlite3", "ledger.key", "seal.")
        ):
            shutil.rmtree(path) if path.name == "spool" else path.unlink()


def strangers(state: Path) -> list[str]:
    """Return what in a state folder is not of whoever has it."""
    paths = (state, *state.rglob("*"))
    return [str(path) for path in paths if (path.lstat().st_uid, path.lstat().st_gid) != (GAMES.pw_uid, GAMES.pw_gid)]


def run(home: Path, words: tuple[str, ...]) -> None:
    """Run a command as root; the daemon until it listens."""
    line = ["--config", str(home / "onshore.toml"), *words, *(COMMANDS[words] or [])]
    if words != ("serve",):
        done = CliRunner().invoke(cli.main, line)
        assert type(done.exception) in (type(None), SystemExit)
        return
    listen = json.loads((home / "state" / "plan.json").read_text())["listen"]
    with subprocess.Popen([ONSHORE, *line], stderr=subprocess.DEVNULL) as daemon:
        host, _, port = listen.rpartition(":")
        for _ in range(200):
            with socket.socket() as tried:
                if tried.connect_ex((host, int(port))) == 0:
                    break
            time.sleep(0.05)
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(20) == 0


def test_every_command_is_looked_at() -> None:
    """One that is added tomorrow is, too."""
    assert set(COMMANDS) == {words for words, _ in commands(cli.main)}
    assert isinstance(cli.main, click.Group)


@pytest.mark.parametrize("words", [words for words, more in COMMANDS.items() if more is not None], ids=" ".join)
def test_a_command_leaves_nothing_of_roots(home: Path, words: tuple[str, ...]) -> None:
    """Neither in a new state folder, nor in one with a ledger, a spool that waits, and lines that nobody can read."""
    state = home / "state"
    run(home, words)
    assert strangers(state) == []
    run(home, ("ledger", "import"))
    process._caller(str(state), "2025550101")  # noqa: SLF001 - makes the key, as a call's process does
    Spool(state).write([Event("CALL", "arrived", {"service": "support"})])
    with (state / "spool" / "events.jsonl").open("a") as file:
        file.write("no event\n")
    assert strangers(state) == []
    run(home, words)
    run(home, words)
    assert strangers(state) == []


def test_the_ledger_is_usable_by_who_has_it_after_root(home: Path) -> None:
    """The daemon, as its own user, writes where root has read and written."""
    for words in [("ledger", "import"), ("ledger", "seal"), ("ledger", "verify"), ("build",)]:
        run(home, words)
    found = load(home / "state")
    assert found.key.parent == home / "state"
    as_games = [shutil.which("setpriv") or "setpriv", "--reuid=games", "--regid=games", "--clear-groups"]
    write = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('DELETE FROM prompts')"
    file = home / "state" / "ledger.sqlite3"
    done = subprocess.run(
        [*as_games, "/usr/bin/python3", "-c", write, file], capture_output=True, text=True, check=False, cwd="/"
    )
    assert done.returncode == 0, done.stderr


def test_a_file_is_replaced_not_written_through(home: Path) -> None:
    """Who has the folder may put a link there: what it leads to stays as it is."""
    state, roots = home / "state", home / "roots"
    roots.write_text("mine")
    (state / "queue_log.json").symlink_to(roots)
    (state / f".queue_log.json-{os.getpid()}").symlink_to(roots)
    owner.replace(state / "queue_log.json", b"{}")
    assert roots.read_text() == "mine"
    assert not (state / "queue_log.json").is_symlink()
    assert strangers(state) == []
    (state / "new").symlink_to(roots)
    with pytest.raises(FileExistsError):
        owner.new_file(state / "new")
