"""Whatever rotates queue_log, every line of Onshore's that is still in some file is in the ledger, once."""

from __future__ import annotations

import bz2
import gzip
import itertools
import json
import lzma
import os
import shutil
import time
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from onshore import build as building
from onshore import cli
from onshore.ledger import daemon, rotation
from onshore.ledger import settings as settings_of
from onshore.ledger.importing import Following
from onshore.ledger.opening import open_store
from onshore.ledger.reading import read
from tests.ledger.test_queuelog import copy
from tests.making import site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from onshore.ledger.settings import Settings
    from onshore.ledger.store import Store

START = 1795471189
_COMPRESSED: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".xz": lzma.compress,
    ".bz2": bz2.compress,
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A state folder with a plan and prompts."""
    made = site(tmp_path_factory.mktemp("built"))
    building.build(made)
    return settings_of.load(made.asterisk.state)


class Log:
    """A queue_log that is written and rotated; it knows which keys of calls are still in some file."""

    def __init__(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        self.file = folder / "queue_log"
        self._numbers = itertools.count()
        self._moment = START
        self.head("QUEUESTART")

    def head(self, event: str) -> None:
        """Begin a file as Asterisk does."""
        with self.file.open("a") as stream:
            stream.write(f"{self._moment}|NONE|NONE|NONE|{event}|\n")

    def write(self, count: int, seconds: int = 1) -> None:
        """Write lines, each with a key of a call of its own; a few that are not Onshore's between them."""
        self._moment += seconds
        with self.file.open("a") as stream:
            for _ in range(count):
                number = next(self._numbers)
                call = f"pbx-{START}.{number}"
                stream.write(f"{self._moment}|{call}|NONE|NONE|ONSHORE_KEY|{call}-100000|1|offer\n")
                stream.write(f"{self._moment}|{call}x|700|PJSIP/1|RINGNOANSWER|1000\n")

    def rotate(self, way: str, ending: str, naming: str) -> None:
        """Rotate as logrotate or Asterisk does."""
        content = self.file.read_bytes() if self.file.exists() else b""
        if way == "delete":
            self.file.unlink(missing_ok=True)
            self.head("CONFIGRELOAD")
            return
        target = self._target(naming)
        if way == "copytruncate":
            shutil.copy(self.file, target)
            os.truncate(self.file, 0)
        else:
            self.file.rename(target)
            self.head("CONFIGRELOAD")
        if ending:
            target.with_name(target.name + ending).write_bytes(_COMPRESSED[ending](content))
            target.unlink()

    def _target(self, naming: str) -> Path:
        rotated = [file for file in self.file.parent.iterdir() if file != self.file]
        if naming == "shifted":  # the newest is .1
            for file in sorted(rotated, key=lambda one: -_number(one)):
                if _number(file) < 1000:
                    rest = file.name.removeprefix("queue_log.").partition(".")[2]
                    ending = f".{rest}" if rest else ""
                    file.rename(file.with_name(f"queue_log.{_number(file) + 1}{ending}"))
            return self.file.with_name("queue_log.1")
        if naming == "rising":  # the newest has the highest
            return self.file.with_name(f"queue_log.{1000 + len(rotated) + next(self._numbers)}")
        if naming == "moment":
            return self.file.with_name(f"queue_log.{START + next(self._numbers)}")
        return self.file.with_name(f"queue_log-202611{next(self._numbers):02}")

    def keys(self) -> list[str]:
        """Return the calls whose keys are in some file that is there."""
        found = []
        for file in self.file.parent.iterdir():
            opener = {".gz": gzip.open, ".xz": lzma.open, ".bz2": bz2.open}.get(file.suffix, open)
            with opener(file, "rb") as stream:  # type: ignore[operator]
                found += [line.split(b"|")[1].decode() for line in stream if b"|ONSHORE_KEY|" in line]
        return found


def _number(file: Path) -> int:
    said = file.name.removeprefix("queue_log.").partition(".")[0]
    return int(said) if said.isdecimal() else 10_000


def in_ledger(store: Store) -> list[str]:
    """Return the calls whose keys are in the ledger, as often as they are."""
    with store.engine.connect() as connection:
        return [one.call.rpartition("-")[0] for one in read(connection) if one.kind == "key"]


def drain(following: Following, store: Store, most: int = 200) -> None:
    """Take in all that the last look has found, in bites."""
    while following.waiting:
        following.bite(store, most)


def pointed(built: Settings, folder: Path, file: Path) -> Settings:
    """Return settings of a new ledger whose queue_log is a file."""
    copy(built, folder)
    known = json.loads((folder / "ledger.json").read_text())
    (folder / "ledger.json").write_text(json.dumps({**known, "queue_log": str(file)}))
    for name in (rotation.FILE, "ledger.sqlite3-wal", "ledger.sqlite3-shm"):
        (folder / name).unlink(missing_ok=True)
    return settings_of.load(folder)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(1, 60), st.integers(0, 3)),
        st.tuples(
            st.just("rotate"),
            st.sampled_from(["rename", "copytruncate", "delete"]),
            st.sampled_from(["", "", ".gz", ".xz", ".bz2"]),
        ),
        st.tuples(st.just("import"), st.sampled_from(["anew", "running", "around"]), st.just("")),
    ),
    min_size=3,
    max_size=14,
)


@given(steps=STEPS, naming=st.sampled_from(["shifted", "rising", "moment", "date"]))
@trying(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_line_that_is_still_there_is_taken_in_once(
    tmp_path: Path, built: Settings, steps: list[tuple[str, object, object]], naming: str
) -> None:
    """Whatever is written, rotated and read in whatever order: nothing that can be had is lost, nothing counts twice.

    What is written within a second, and files that begin alike, make no difference.
    """
    log = Log(tmp_path / "log")
    settings = pointed(built, tmp_path / "state", log.file)
    store = open_store(settings)
    running = Following(settings)
    seen: set[str] = set()

    def take(following: Following, *, around: bool) -> None:
        following.look(around=around)
        drain(following, store, 7)
        seen.update(log.keys() if around else ())

    for what, first, second in steps:
        if what == "write":
            assert isinstance(first, int)
            assert isinstance(second, int)
            log.write(first, second)
        elif what == "rotate":
            log.rotate(str(first), str(second), naming)
        elif first == "anew":
            running.close()
            running = Following(settings)
            take(running, around=True)
        else:
            take(running, around=first == "around")
        assert seen <= set(in_ledger(store))
    take(running, around=True)
    running.close()
    found = in_ledger(store)
    store.engine.dispose()
    assert len(found) == len(set(found))
    assert set(log.keys()) <= set(found)


def rotations() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Return the ways in which logs were lost: what happened after the last import."""
    yield "twice", [("rename", ""), ("rename", "")]
    yield "renamed and compressed", [("rename", ".gz")]
    yield "copied and truncated", [("copytruncate", "")]
    yield "copied, truncated and compressed", [("copytruncate", ".xz")]
    yield "both", [("copytruncate", ".bz2"), ("rename", "")]


@pytest.mark.parametrize(("name", "ways"), list(rotations()))
@pytest.mark.parametrize("around", [True, False], ids=["looking around", "in the next second"])
def test_what_a_rotation_leaves_is_read(
    tmp_path: Path, built: Settings, name: str, ways: list[tuple[str, str]], *, around: bool
) -> None:
    """The rest of the old file, all of those between, and the new one, though it has grown past the old place."""
    del name
    log = Log(tmp_path / "log")
    settings = pointed(built, tmp_path / "state", log.file)
    store = open_store(settings)
    following = Following(settings)
    log.write(3)
    following.look()
    following.bite(store)
    for way, ending in ways:
        log.write(2)
        log.rotate(way, ending, "shifted")
        log.write(200)
    following.look(around=around)
    drain(following, store)
    following.close()
    assert sorted(in_ledger(store)) == sorted(log.keys())
    assert following.found.problems == []
    store.engine.dispose()


def test_a_file_that_is_gone_is_told_and_costs_no_line_of_the_next(tmp_path: Path, built: Settings) -> None:
    """Deleted, and a new one made in its place, with the same inode perhaps: it is read from its first line."""
    log = Log(tmp_path / "log")
    settings = pointed(built, tmp_path / "state", log.file)
    log.write(5)
    run = CliRunner()
    words = ["ledger", "import", "--state", str(settings.state)]
    assert "is gone" not in run.invoke(cli.main, words).output
    log.write(5)
    log.rotate("delete", "", "shifted")
    log.write(50)
    done = run.invoke(cli.main, words)
    assert done.exit_code == 0
    assert "is gone, and lines of it may be lost" in done.stderr.replace("\n", " ")
    store = open_store(settings)
    assert set(log.keys()) <= set(in_ledger(store))
    store.engine.dispose()
    assert run.invoke(cli.main, words).stderr == ""


def test_a_rotation_in_the_middle_of_reading_loses_nothing(tmp_path: Path, built: Settings) -> None:
    """What was opened is read to its end, under whatever name it is by then."""
    log = Log(tmp_path / "log")
    settings = pointed(built, tmp_path / "state", log.file)
    store = open_store(settings)
    following = Following(settings)
    log.write(900)
    following.look()
    following.bite(store, 10)
    assert len(in_ledger(store)) < 900
    log.rotate("rename", ".gz", "shifted")
    log.write(900)
    drain(following, store, 100)
    following.look(around=False)
    drain(following, store, 100)
    following.close()
    assert sorted(in_ledger(store)) == sorted(log.keys())
    store.engine.dispose()


def test_what_asterisk_writes_into_the_old_file_until_it_reopens_is_read(tmp_path: Path, built: Settings) -> None:
    """Logrotate makes an empty file at once; Asterisk goes on in the old one until it is told."""
    log = Log(tmp_path / "log")
    settings = pointed(built, tmp_path / "state", log.file)
    store = open_store(settings)
    following = Following(settings)
    log.write(3)
    old = log.file.with_name("queue_log.1")
    log.file.rename(old)
    log.file.touch()
    following.look()
    following.bite(store)
    kept = log.file
    log.file = old
    log.write(4)
    log.file = kept
    log.head("CONFIGRELOAD")
    log.write(2)
    following.look(around=False)
    drain(following, store)
    following.close()
    assert sorted(in_ledger(store)) == sorted(log.keys())
    store.engine.dispose()


def test_a_rotated_file_that_cannot_be_read_stops_no_other(tmp_path: Path, built: Settings) -> None:
    """A compressed file that is damaged is told, and what to type once it is mended."""
    log = Log(tmp_path / "log")
    settings = pointed(built, tmp_path / "state", log.file)
    log.write(2)
    wanted = log.keys()
    (tmp_path / "log" / "queue_log.2.gz").write_bytes(b"this is no gzip")
    cut = gzip.compress(b"".join(b"%d|x|NONE|NONE|NOTHING|%d\n" % (START, n) for n in range(9000)))
    (tmp_path / "log" / "queue_log.3.gz").write_bytes(cut[: len(cut) // 2])
    (tmp_path / "log" / "queue_log.old").mkdir()
    done = CliRunner().invoke(cli.main, ["ledger", "import", "--state", str(settings.state)])
    assert done.exit_code == 0, done.output
    assert "queue_log.2.gz cannot be read" in done.stderr
    assert "queue_log.3.gz cannot be read" in done.stderr
    store = open_store(settings)
    assert sorted(in_ledger(store)) == sorted(wanted)
    store.engine.dispose()


def test_the_daemon_follows_the_log_while_it_runs(tmp_path: Path, built: Settings) -> None:
    """Within two seconds a line is in the ledger, also after a rotation; no `imported` is written for each."""
    log = Log(tmp_path / "log")
    settings = pointed(built, tmp_path / "state", log.file)
    log.write(3)
    with daemon.evidence(settings.state):
        for rotate in (False, False, True, False):
            if rotate:
                log.rotate("copytruncate", ".gz", "date")
            log.write(2)
            store = open_store(settings)
            deadline = time.monotonic() + 10
            while sorted(in_ledger(store)) != sorted(log.keys()):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            with store.engine.connect() as connection:
                assert sum(one.kind == "imported" for one in read(connection)) <= 1
            store.engine.dispose()


def test_a_damaged_bookmark_is_as_none(tmp_path: Path, built: Settings) -> None:
    """Then all is read, and what is known already changes nothing."""
    log = Log(tmp_path / "log")
    settings = pointed(built, tmp_path / "state", log.file)
    store = open_store(settings)
    log.write(4)
    for content in ("", "{}", '{"inode": 1, "offset": 2}', '{"files": [{"head": 1}]}', '{"files": 1}', "\0", "[]"):
        (settings.state / rotation.FILE).write_text(content)
        following = Following(settings)
        following.look()
        drain(following, store)
        following.close()
        assert len(rotation.load(settings.state)) == 1
    assert sorted(in_ledger(store)) == sorted(log.keys())
    store.engine.dispose()
