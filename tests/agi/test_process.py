"""One process per call."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from onshore.agi import process, wire
from onshore.testing.fake_asterisk import FakeAsterisk, HangUp, Press
from onshore.testing.plans import sample_plan, write_plan

SCRIPT = Path(__file__).parents[2] / "agi_scripts" / "onshore.agi"


@pytest.fixture
def script(tmp_path: Path) -> list[str]:
    """Return the command of an installed onshore.agi, with a plan in its state folder."""
    write_plan(tmp_path / "state", sample_plan())
    text = SCRIPT.read_text().replace("/var/lib/onshore", str(tmp_path / "state"))
    assert str(tmp_path) in text
    installed = tmp_path / "onshore.agi"
    installed.write_text(text)
    return [sys.executable, str(installed)]


def events(state: Path) -> list[dict[str, Any]]:
    """Return what the spool holds."""
    return [json.loads(line) for line in (state / "spool" / "events.jsonl").read_text().splitlines()]


def test_a_key_in_the_offer_brings_the_call_home(script: list[str], tmp_path: Path) -> None:
    """The same call flow as the daemon's: played, pressed, routed, and told to the evidence."""
    fake = FakeAsterisk(sample_plan(), [Press("1", "offer", 500)])
    assert fake.start(script, "inbound", "support", "CALL-1") == 0
    assert fake.heard() == ["disclosure-PH-0", "offer-US-1-0", "connecting-US-0"]
    assert fake.finished
    assert fake.variables["ONSHORE_QUEUE"] == "support-milwaukee"
    assert fake.stderr == ""
    told = events(tmp_path / "state")
    assert [event["kind"] for event in told] == [
        "arrived",
        "language",
        "disclosed",
        "offered",
        "key",
        "choice",
        "routed",
    ]
    assert {event["call"] for event in told} == {"CALL-1"}


def test_the_service_alone_is_enough(script: list[str]) -> None:
    """`AGI(onshore.agi,support)` is an inbound call."""
    fake = FakeAsterisk(sample_plan())
    assert fake.start(script, "support") == 0
    assert fake.variables["ONSHORE_QUEUE"] == "support-manila"


def test_a_hang_up_is_told(script: list[str], tmp_path: Path) -> None:
    """SIGHUP and the end of the stream do not keep the evidence from being written."""
    fake = FakeAsterisk(sample_plan(), [HangUp("disclosure", 700)])
    assert fake.start(script, "inbound", "support", "CALL-1") == 0
    assert fake.stderr == ""
    disclosed, choice = [event["data"] for event in events(tmp_path / "state")[-2:]]
    assert 700 <= disclosed["heard_ms"] < 1500  # by the process' own clock
    assert choice == {"choice": "hangup"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("inbound", "sales"), "'sales' is no service of the plan"),
        (("frob", "support"), "'frob' is no request"),
        ((), "'' is no service of the plan"),
    ],
)
def test_what_is_not_in_the_plan_is_one_line(script: list[str], arguments: tuple[str, ...], said: str) -> None:
    """An unknown service or request leaves the call to the dialplan, and says so in one line."""
    fake = FakeAsterisk(sample_plan())
    assert fake.start(script, *arguments) == 1
    assert said in fake.stderr
    assert len(fake.stderr.splitlines()) == 1
    assert fake.commands == []


def test_a_missing_plan_is_one_line(script: list[str], tmp_path: Path) -> None:
    """Without a plan the line says what to type."""
    (tmp_path / "state" / "plan.json").unlink()
    fake = FakeAsterisk(sample_plan())
    assert fake.start(script, "support") == 1
    assert "run `onshore build` first" in fake.stderr
    assert len(fake.stderr.splitlines()) == 1


def test_a_python_without_onshore_is_one_line(script: list[str]) -> None:
    """A script whose first line names another Python says what to mend."""
    found = subprocess.run([script[0], "-S", script[1]], input=b"\n", capture_output=True, check=False)
    assert found.returncode == 1
    assert found.stderr.startswith(b"onshore.agi: No module named")
    assert len(found.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\n", id="no headers"),
        pytest.param(b"agi_request: x\nagi_arg_1: sup", id="cut off"),
        pytest.param(b"\xff\xfe\n\n", id="not UTF-8"),
        pytest.param(b"x" * 10_000_000, id="10 MB"),
        pytest.param(b"agi_x: y\n" * 1000, id="1000 lines"),
        pytest.param(b"agi_request: x\nagi_arg_1: support\n\n520-Usage\n", id="the end in a usage"),
        pytest.param(b"agi_request: x\nagi_arg_1: support\n\nfrob\n", id="no answer"),
    ],
)
def test_nonsense_ends_the_process(script: list[str], data: bytes) -> None:
    """Whatever comes in on stdin, the process ends by itself, with one line on stderr at most."""
    found = subprocess.run(script, input=data, capture_output=True, check=False, timeout=20)
    assert len(found.stderr.splitlines()) <= 1
    assert b"Traceback" not in found.stderr


def test_an_asterisk_that_says_nothing_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Headers that do not come in time end the process, with a line that says so."""
    monkeypatch.setattr(wire, "HEADER_SECONDS", 0.1)
    read, write = os.pipe()
    try:
        assert process.main(str(tmp_path), read, write) == 1
    finally:
        os.close(read)
        os.close(write)
    assert "Asterisk does not answer" in capsys.readouterr().err


def test_a_process_starts_without_asyncio(script: list[str]) -> None:
    """What takes long to import is not imported: a caller waits for it."""
    code = (
        "import sys, onshore.agi.process; "
        "slow = {'asyncio', 'jinja2', 'pydantic', 'babel', 'click', 'rich', 'panoramisk', 'socket', 'typing'}; "
        "print(slow & {*sys.modules})"
    )
    found = subprocess.run([script[0], "-c", code], capture_output=True, check=True, text=True)
    assert found.stdout == "set()\n"


def test_calls_side_by_side_do_not_mix_their_events(script: list[str], tmp_path: Path) -> None:
    """Several processes append to one spool, whole lines each."""
    calls = [FakeAsterisk(sample_plan(), [Press("1", "offer", 500)]) for _ in range(4)]
    threads = [
        threading.Thread(target=call.start, args=(script, "inbound", "support", f"CALL-{number}"))
        for number, call in enumerate(calls)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(call.finished for call in calls)
    assert len(events(tmp_path / "state")) == 7 * len(calls)


def _ignores_sighup(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status").read_text()
    mask = next(line for line in status.splitlines() if line.startswith("SigIgn:")).split()[1]
    return bool(int(mask, 16) >> (signal.SIGHUP - 1) & 1)


@pytest.mark.parametrize("signalled", [True, False])
@pytest.mark.parametrize("milliseconds", [0, 20, 50, 100])
def test_a_hang_up_while_python_imports_leaves_the_calls_events(
    script: list[str], tmp_path: Path, milliseconds: int, *, signalled: bool
) -> None:
    """However early the caller goes, the call is in the spool, begun and ended, and there is no traceback.

    The signal is ignored from the script's first statement on; before it, while the kernel and Python load, only
    Asterisk can keep it back (`AGISIGHUP=no`).
    """
    block = FakeAsterisk(sample_plan()).header_block(("inbound", "support", "CALL-1"), agi_request=script[-1])
    with subprocess.Popen(
        [*script, "inbound", "support", "CALL-1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as started:
        assert started.stdin
        assert started.stdout
        assert started.stderr
        started.stdin.write(block)
        started.stdin.flush()
        if signalled:
            until = time.monotonic() + 10
            while not _ignores_sighup(started.pid) and time.monotonic() < until:
                time.sleep(0.0005)
        time.sleep(milliseconds / 1000)
        if signalled:
            started.send_signal(signal.SIGHUP)
        started.stdin.close()
        started.stdout.close()
        assert started.stderr.read() == b""
        assert started.wait(20) == 0
    told = [event["kind"] for event in events(tmp_path / "state")]
    assert told[0] == "arrived"
    assert told[-1] == "choice"


def test_a_hang_up_is_ignored_before_anything_is_imported() -> None:
    """What comes before it in the script would be time in which the signal ends the process."""
    code = SCRIPT.read_text().partition("signal(SIGHUP, SIG_IGN)")[0]
    imports = [line for line in code.splitlines() if line.startswith(("import ", "from "))]
    assert imports == ["from _signal import SIG_IGN, SIGHUP, signal"]
