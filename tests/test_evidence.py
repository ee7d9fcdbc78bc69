"""Where events go until there is a ledger."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from onshore.agi.process import drive
from onshore.evidence import Event, EventLog

if TYPE_CHECKING:
    from pathlib import Path


def test_events_are_json_lines(tmp_path: Path) -> None:
    """Each event is a line: when (UTC, milliseconds), which call, what, and then what is told of it."""
    file = tmp_path / "log" / "events.jsonl"
    log = EventLog(file)
    log.add(Event("CALL-1", "key", {"key": "1", "during": "offer"}, at=1_700_000_000.0625))
    log.add(Event("CALL-1", "choice", {"choice": "domestic", "text": "ñ"}, at=1_700_000_001))
    drive(log.commit())
    assert file.read_text() == (
        '{"at": "2023-11-14T22:13:20.062Z", "call": "CALL-1", "event": "key", "key": "1", "during": "offer"}\n'
        '{"at": "2023-11-14T22:13:21.000Z", "call": "CALL-1", "event": "choice", "choice": "domestic", "text": "ñ"}\n'
    )


def test_events_are_written_once(tmp_path: Path) -> None:
    """A commit writes what came since the last one, and nothing twice."""
    file = tmp_path / "events.jsonl"
    log = EventLog(file)
    for number in range(3):
        log.add(Event("CALL", "key", {"key": str(number)}))
        drive(log.commit())
        drive(log.commit())
    assert [json.loads(line)["key"] for line in file.read_text().splitlines()] == ["0", "1", "2"]


def test_the_log_can_be_rotated(tmp_path: Path) -> None:
    """When the file is moved away, the next commit begins a new one."""
    file = tmp_path / "events.jsonl"
    log = EventLog(file)
    log.add(Event("CALL", "key", {"key": "1"}))
    drive(log.commit())
    file.rename(tmp_path / "events.jsonl.1")
    log.add(Event("CALL", "key", {"key": "2"}))
    drive(log.commit())
    assert len(file.read_text().splitlines()) == 1


def test_what_cannot_be_written_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where no file can be, the lines go to the log with the reason, and the call goes on."""
    (tmp_path / "log").write_text("a file where a folder should be")
    log = EventLog(tmp_path / "log" / "events.jsonl")
    log.add(Event("CALL", "choice", {"choice": "domestic"}))
    drive(log.commit())
    assert "Not a directory" in caplog.text
    assert '"choice": "domestic"' in caplog.text


def test_a_full_disk_is_logged(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    """On a full disk the lines go to the log with the reason."""
    file = tmp_path / "events.jsonl"
    log = EventLog(file)
    file.symlink_to("/dev/full")
    log.add(Event("CALL", "choice", {"choice": "domestic"}))
    drive(log.commit())
    assert "No space left on device" in caplog.text
    assert '"choice": "domestic"' in caplog.text


def test_a_line_cut_off_spoils_no_other(tmp_path: Path) -> None:
    """After a power cut in the middle of a line, the next event begins on a line of its own."""
    file = tmp_path / "events.jsonl"
    log = EventLog(file)
    for key in ("1", "2"):
        log.add(Event("CALL", "key", {"key": key}))
        drive(log.commit())
    file.write_bytes(file.read_bytes()[:-9])
    log.add(Event("CALL", "key", {"key": "3"}))
    drive(log.commit())
    first, cut, last = file.read_text().split("\n")[:-1]
    assert [json.loads(line)["key"] for line in (first, last)] == ["1", "3"]
    assert not cut.endswith("}")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_begins_asterisks_user_goes_on_with(tmp_path: Path) -> None:
    """A daemon started by root for once does not lock the one of Asterisk's user out of the file."""
    os.chown(tmp_path, 12, 34)
    log = EventLog(tmp_path / "log" / "events.jsonl")
    log.add(Event("CALL", "key", {"key": "1"}))
    drive(log.commit())
    assert {(path.stat().st_uid, path.stat().st_gid) for path in tmp_path.rglob("*")} == {(12, 34)}
