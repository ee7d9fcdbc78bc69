"""The spool: where events are safe until the ledger has them."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

from onshore.agi.process import drive
from onshore.evidence import Event, Spool, SpoolEvidence


def some(count: int = 3, call: str = "CALL") -> list[Event]:
    """Return some events."""
    return [Event(call, "key", {"key": str(number % 10)}, at=1_700_000_000 + number) for number in range(count)]


def take(spool: Spool) -> list[Event]:
    """Take out what waits."""
    found: list[Event] = []
    with spool.taken() as events:
        found += events
    return found


def test_what_was_written_is_taken_out_once(tmp_path: Path) -> None:
    """Events come out as they went in, in order, and then the spool is empty."""
    spool = Spool(tmp_path)
    assert take(spool) == []
    spool.write([*some(2), Event("CALL", "choice", {"choice": "domestic", "text": "ñ"}, at=1_700_000_001.062)])
    waits = not spool.empty
    assert waits
    assert [event.data for event in take(spool)] == [
        {"key": "0"},
        {"key": "1"},
        {"choice": "domestic", "text": "ñ"},
    ]
    assert spool.empty
    assert take(spool) == []


def test_a_taker_that_fails_leaves_everything(tmp_path: Path) -> None:
    """What could not be taken in is there again for the next, before what came meanwhile."""
    spool = Spool(tmp_path)
    spool.write(some(2))
    with pytest.raises(RuntimeError), spool.taken():
        raise RuntimeError
    spool.write(some(1, "LATER"))
    assert [event.call for event in take(spool)] == ["CALL", "CALL", "LATER"]


def test_a_line_cut_off_stays_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """After a power cut the next event begins below; the damaged line is put aside, and told."""
    spool = Spool(tmp_path)
    spool.write(some(1))
    file = tmp_path / "spool" / "events.jsonl"
    file.write_bytes(file.read_bytes() + b'{"at": 17, "call": "CUT')
    spool.write(some(1))
    assert [event.call for event in take(spool)] == ["CALL", "CALL"]
    assert (tmp_path / "spool" / "damaged.jsonl").read_text() == '{"at": 17, "call": "CUT\n'
    assert "1 lines of the spool cannot be read" in caplog.text


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    """It tells who phoned when."""
    Spool(tmp_path).write(some(1))
    assert {oct(path.stat().st_mode & 0o777) for path in (tmp_path / "spool").rglob("*")} == {"0o600"}
    assert (tmp_path / "spool").stat().st_mode & 0o777 == 0o700


def _write_many(state: str, name: str, count: int) -> None:
    spool = Spool(state)
    for event in some(count, name):
        spool.write([event])


def test_nothing_is_lost_between_writers_and_takers(tmp_path: Path) -> None:
    """Four processes write while one takes out: every event comes out once, each process' own in order."""
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_many, args=(str(tmp_path), f"CALL-{n}", 100)) for n in range(4)]
    for writer in writers:
        writer.start()
    spool, taken = Spool(tmp_path), []
    while any(writer.is_alive() for writer in writers):
        taken += take(spool)
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    taken += take(spool)
    for number in range(4):
        assert [event.at for event in taken if event.call == f"CALL-{number}"] == [event.at for event in some(100)]
    assert len(taken) == 400


def test_what_cannot_be_written_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where no file can be, the lines go to the log with the reason, and the call goes on."""
    (tmp_path / "spool").write_text("a file where a folder should be")
    evidence = SpoolEvidence(Spool(tmp_path), lambda _: {})
    evidence.add(Event("CALL", "choice", {"choice": "domestic"}))
    drive(evidence.commit())
    assert "cannot be written" in caplog.text
    assert '"choice":"domestic"' in caplog.text


def test_a_number_is_not_written_as_it_is(tmp_path: Path) -> None:
    """Of a caller, what is kept is what the ledger would keep; of one without a number, nothing."""
    spool = Spool(tmp_path)
    evidence = SpoolEvidence(spool, lambda number: {"hash": f"{len(number)} digits"} if number else {})
    evidence.add(Event("CALL", "caller", {"number": "5550100"}))
    evidence.add(Event("CALL", "caller", {"number": ""}))
    drive(evidence.commit())
    assert [event.data for event in take(spool)] == [{"hash": "7 digits"}]


_FULL = """
mount -t tmpfs -o size=6m none "$1" && exec "$2" -c '
import os, sys
from onshore.evidence import Event, Spool
spool = Spool(sys.argv[1])
spool.reserve()
with open(sys.argv[1] + "/filler", "wb", buffering=0) as file:  # closing it writes nothing more
    try:
        while True:
            file.write(bytes(65536))
    except OSError:
        pass
spool.write([Event("CALL", "choice", {"choice": "domestic"})])
with spool.taken() as events:
    print(len(events))
' "$1"
"""


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a small disk")
def test_a_full_disk_gives_up_the_room_that_is_kept(tmp_path: Path) -> None:
    """The spool keeps some room for itself: an event is safe though the disk is full."""
    namespace = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    command: list[str | Path] = [*namespace, "sh", "-c", _FULL, "sh", tmp_path, sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=Path.cwd())
    assert done.stdout.strip() == "1", done.stderr


def test_lines_are_json(tmp_path: Path) -> None:
    """Each line has the moment in milliseconds since 1970, the call, the kind, and what it says."""
    Spool(tmp_path).write(some(1))
    line = (tmp_path / "spool" / "events.jsonl").read_text()
    assert json.loads(line) == {"at": 1_700_000_000_000, "call": "CALL", "kind": "key", "data": {"key": "0"}}
