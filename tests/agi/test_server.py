"""The FastAGI daemon: calls, and peers that do not behave."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from typing import TYPE_CHECKING

import pytest

from onshore import callflow
from onshore.agi import connection, wire
from onshore.agi.server import ListenError, serve
from onshore.plan import Watched
from onshore.testing.fake_asterisk import FakeAsterisk, HangUp, Late, Press
from onshore.testing.plans import sample_plan, sample_service, write_plan
from tests.agi.daemon import Notes

if TYPE_CHECKING:
    from pathlib import Path

    from tests.agi.daemon import Daemon

HEADERS = b"agi_network_script: inbound\nagi_uniqueid: 1.1\nagi_language: en\nagi_arg_1: support\n"


async def test_a_key_in_the_disclosure_brings_the_call_home(daemon: Daemon) -> None:
    """The home key cuts the disclosure short, and the dialplan is told the domestic queue."""
    fake = await daemon.call(FakeAsterisk(sample_plan(), [Press("1", "disclosure-PH", 1200)]))
    assert fake.heard() == ["disclosure-PH-0", "connecting-US-0"]
    assert fake.played[0].milliseconds == 1200
    assert fake.finished
    assert fake.variables["ONSHORE_QUEUE"] == "support-milwaukee"
    assert fake.variables["ONSHORE_CHOICE"] == "domestic"
    assert daemon.notes.last("disclosed")["heard_ms"] == 1200


@pytest.mark.parametrize("rate", [8000, 16000])
async def test_what_was_heard_is_told_in_milliseconds_whatever_file_was_played(daemon: Daemon, rate: int) -> None:
    """Asterisk counts samples, of 8 kHz files and of 16 kHz files alike; the evidence counts milliseconds."""
    await daemon.call(FakeAsterisk(sample_plan(), [Press("1", "offer", 1700)], rate=rate))
    assert daemon.notes.last("disclosed")["heard_ms"] == 3000
    assert daemon.notes.last("offered")["heard_ms"] == 1700


async def test_without_a_key_the_call_goes_on_abroad(daemon: Daemon) -> None:
    """Disclosure, offer, repeat, a while of silence, and on to the service's center."""
    fake = await daemon.call(FakeAsterisk(sample_plan()))
    assert fake.heard() == ["disclosure-PH-0", "offer-US-1-0", "repeat-0"]
    assert fake.variables["ONSHORE_QUEUE"] == "support-manila"
    assert fake.finished


async def test_prompts_are_played_in_the_channels_language(daemon: Daemon) -> None:
    """A channel in Spanish hears Spanish, and its language is not set again."""
    fake = await daemon.call(FakeAsterisk(sample_plan(), language="es"))
    assert fake.heard()[0] == "disclosure-PH-0-es"
    assert not any("CHANNEL(language)" in command for command in fake.commands)


async def test_a_language_the_site_does_not_have_becomes_the_first_one(daemon: Daemon) -> None:
    """A channel in German hears the site's first language, and has it from then on."""
    fake = await daemon.call(FakeAsterisk(sample_plan(), language="de"))
    assert fake.heard()[0] == "disclosure-PH-0"
    assert fake.language == "en"


async def test_a_hang_up_is_told_with_what_was_heard(daemon: Daemon) -> None:
    """A caller who hangs up in the disclosure chose that, and the evidence says how much of it was heard."""
    fake = await daemon.call(FakeAsterisk(sample_plan(), [HangUp("disclosure", 700)]))
    assert fake.ended == "hangup"
    assert daemon.notes.last("choice")["choice"] == "hangup"
    assert daemon.notes.last("disclosed")["heard_ms"] == 700


async def test_the_dialplan_takes_over_two_seconds_after_what_was_expected(daemon: Daemon) -> None:
    """When the daemon is late for the offer, the deadline passes, and that is no hang-up."""
    fake = await daemon.call(FakeAsterisk(sample_plan(), [Late("offer", 6500)]))
    assert fake.ended == "deadline"
    assert not fake.finished
    assert daemon.notes.last("fallback")["reason"] == "deadline"


async def test_every_wait_of_the_caller_is_bounded(daemon: Daemon) -> None:
    """Whatever takes time has a deadline two seconds beyond it, which the dialplan sets with the same command."""
    fake = await daemon.call(FakeAsterisk(sample_plan(), [Press("1", "wait", 100)]))
    waits = [command for command in fake.commands if not command.startswith(("EXEC TryExec", "GET", "SET"))]
    assert waits == [
        'GOSUB onshore-say s 1 "5.000,onshore/disclosure-PH-0,1,700,disclosure,DISCLOSED"',
        'GOSUB onshore-say s 1 "6.000,onshore/offer-US-1-0,0123456789*#,0,offer,OFFERED"',
        'GOSUB onshore-say s 1 "3.800,onshore/repeat-0,0123456789*#,0,offer,"',
        'GOSUB onshore-wait s 1 "5.000,3000,offer"',
        'GOSUB onshore-say s 1 "4.200,onshore/connecting-US-0,,0,connecting,"',
    ]


@pytest.mark.parametrize("after", [0, 100, 690])
async def test_a_key_of_the_menu_before_is_no_choice(daemon: Daemon, after: int) -> None:
    """The home key in the first instants of the disclosure does not end it, and is in the evidence as ignored."""
    fake = await daemon.call(FakeAsterisk(sample_plan(), [Press("1", "disclosure", after)]))
    assert fake.heard() == ["disclosure-PH-0", "offer-US-1-0", "repeat-0"]
    assert fake.variables["ONSHORE_CHOICE"] == "none"
    assert daemon.notes.last("key") == {"key": "1", "during": "disclosure", "ignored": True}
    assert daemon.notes.last("disclosed")["heard_ms"] == 3000


@pytest.mark.parametrize("after", [150, 300, 600, 990])
async def test_the_key_of_the_language_menu_does_not_bring_the_call_home(daemon: Daemon, after: int) -> None:
    """The same key again, in the disclosure, is the same press within a second of it."""
    plan = sample_plan(services={"support": sample_service(ask_language=True)})
    write_plan(daemon.plan_file.parent, plan)
    script = [Press("1", "language-1", 1100), Press("1", "disclosure", after)]
    fake = await daemon.call(FakeAsterisk(plan, script))
    assert fake.heard() == ["language-1-0", "disclosure-PH-0", "offer-US-1-0", "repeat-0"]
    assert fake.variables["ONSHORE_CHOICE"] == "none"


async def test_a_dialplan_of_before_is_said_to_be_one(daemon: Daemon) -> None:
    """A dialplan without the subroutines keeps the call, and the evidence says what to type."""
    fake = FakeAsterisk(sample_plan())
    answer = fake.answer
    fake.answer = lambda command: answer(command.replace("onshore-say", "nothing"))  # type: ignore[method-assign]
    await daemon.call(fake)
    assert not fake.finished
    assert "run `onshore build`" in str(daemon.notes.last("fallback")["detail"])


async def test_a_caller_who_cannot_be_told_goes_home(daemon: Daemon) -> None:
    """A missing sound file is told from a hang-up; without the disclosure nobody is sent abroad."""
    fake = await daemon.call(FakeAsterisk(sample_plan(), missing=["disclosure"]))
    assert fake.variables["ONSHORE_QUEUE"] == "support-milwaukee"
    assert daemon.notes.last("skipped")["reason"] == "sound-missing"


async def test_asterisk_killed_in_a_call_is_a_lost_line(daemon: Daemon) -> None:
    """A connection that ends without a word is neither a hang-up nor a takeover."""
    fake = await daemon.call(FakeAsterisk(sample_plan(), dies_after=2))
    assert fake.ended == "killed"
    await daemon.call(FakeAsterisk(sample_plan()))
    assert daemon.notes.last("fallback")["reason"] == "line-lost"


async def test_a_new_plan_is_for_new_calls(daemon: Daemon) -> None:
    """A plan swapped in while a call plays does not change that call, and is there for the next one."""
    first = FakeAsterisk(sample_plan())
    plan = sample_plan(version="new", services={"support": sample_service(key="9", offer="offer-right")})
    prompts = {language: {**found, "offer-right-US-9": found["offer-US-1"]} for language, found in plan.prompts.items()}
    new = sample_plan(version="new", services=plan.services, prompts=prompts)
    answer = first.answer

    def swap(command: str) -> list[str]:
        write_plan(daemon.plan_file.parent, new)
        return answer(command)

    first.answer = swap  # type: ignore[method-assign]
    await daemon.call(first)
    assert first.finished
    assert any("onshore/disclosure-PH-0,1," in command for command in first.commands)
    second = await daemon.call(FakeAsterisk(new))
    assert any("onshore/disclosure-PH-0,9," in command for command in second.commands)
    assert daemon.notes.last("arrived")["plan"] == "new"


async def test_a_broken_plan_leaves_the_one_before_in_force(daemon: Daemon, caplog: pytest.LogCaptureFixture) -> None:
    """A plan.json that cannot be read is one line of the log, and calls go on."""
    daemon.plan_file.write_text("{")
    assert (await daemon.call(FakeAsterisk(sample_plan()))).finished
    assert (await daemon.call(FakeAsterisk(sample_plan()))).finished
    assert [record.levelname for record in caplog.records].count("ERROR") == 1


async def test_ping_is_answered(daemon: Daemon) -> None:
    """A peer that asks for `ping` gets `pong`."""
    assert await daemon.say(b"agi_network_script: ping\n\n") == b"pong\n"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"GET / HTTP/1.1\nHost: example.org\n\n", id="no AGI"),
        pytest.param(b"x" * 10_000_000, id="10 MB"),
        pytest.param(b"agi_x: y\n" * 1_000_000, id="10 MB of lines"),
        pytest.param(b"agi_x: y\n" * 1000 + b"\n", id="1000 lines"),
        pytest.param(b"\xff\xfe\x00" * 20 + b"\n\n", id="not UTF-8"),
        pytest.param(b"agi_network_script: inbound\nagi_arg_1: \xff\xfe\n\n", id="a service that is not UTF-8"),
        pytest.param(b"agi_network_script: inbound\nagi_arg_1: sales\n\n", id="unknown service"),
        pytest.param(b"agi_network_script: inbound\n\n", id="no service"),
        pytest.param(b"agi_network_script: frob\nagi_arg_1: support\n\n", id="unknown request"),
    ],
)
async def test_a_peer_that_sends_nonsense_costs_its_own_connection(
    daemon: Daemon, caplog: pytest.LogCaptureFixture, data: bytes
) -> None:
    """The connection is closed without a word, the log has one line of it, and the next call is served."""
    assert await daemon.say(data) == b""
    assert (await daemon.call(FakeAsterisk(sample_plan()))).finished
    assert [record.levelname for record in caplog.records].count("WARNING") == 1
    assert "Traceback" not in caplog.text


async def test_a_peer_that_connects_and_closes_costs_its_own_connection(daemon: Daemon) -> None:
    """Peers that connect and close, at once or in the middle of the headers, leave the daemon serving."""
    for data in (b"", b"agi_network", HEADERS):
        _, writer = await asyncio.open_connection("127.0.0.1", daemon.port)
        writer.write(data)
        writer.close()
        await writer.wait_closed()
    assert (await daemon.call(FakeAsterisk(sample_plan()))).finished


async def test_a_peer_that_sends_nothing_is_dropped(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    """Headers that do not come in time are waited for no longer, and meanwhile calls are served."""
    monkeypatch.setattr(connection.read_headers, "__defaults__", (0.3,))
    silent = asyncio.create_task(daemon.say(b""))
    assert (await daemon.call(FakeAsterisk(sample_plan()))).finished
    async with asyncio.timeout(10):
        assert await silent == b""


async def test_a_peer_that_never_answers_is_dropped(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that is not answered in time ends the call flow, and the evidence says so."""
    monkeypatch.setattr(wire, "REPLY_SECONDS", 0.2)
    async with asyncio.timeout(10):
        answer = await daemon.say(HEADERS + b"\n")
    assert answer == b'GOSUB onshore-say s 1 "5.000,onshore/disclosure-PH-0,1,700,disclosure,DISCLOSED"\n'
    assert daemon.notes.last("fallback")["reason"] == "line-lost"


@pytest.mark.parametrize(
    "answers", [b"y" * 200_000, b"frob\n", b"\xff\n", b"520-Usage\n" + b"x\n" * 100_000, b"\n" * 9999]
)
async def test_a_peer_that_answers_nonsense_is_dropped(daemon: Daemon, answers: bytes) -> None:
    """Answers that are too long, endless or none at all end the call flow, and the evidence says so."""
    await daemon.say(HEADERS + b"\n" + answers)
    assert (await daemon.call(FakeAsterisk(sample_plan()))).finished
    reasons = [event.data["reason"] for event in daemon.notes.events if event.kind == "fallback"]
    assert reasons == ["line-lost"]


@pytest.mark.parametrize(
    "name",
    [
        'Eve "x" \\',
        "a\nSET VARIABLE X 1",
        "a\nagi_arg_1: x\nagi_arg_3: x\nagi_language: es",
        "a\nagi_threadid: 1\nagi_arg_1: x",
        "${SHELL(id)}",
        "a,b&c",
        "\x1b[2J\x00",
    ],
)
async def test_what_a_caller_is_called_changes_nothing(daemon: Daemon, name: str) -> None:
    """Names and numbers with quotes, newlines, commas, ${…} or & in them change no command and no header."""
    plain = await daemon.call(FakeAsterisk(sample_plan()))
    odd = await daemon.call(FakeAsterisk(sample_plan(), headers={"agi_calleridname": name, "agi_callerid": name}))
    assert odd.commands == plain.commands


async def test_too_many_connections_are_refused_and_said_once(daemon: Daemon, caplog: pytest.LogCaptureFixture) -> None:
    """Beyond the cap a connection is closed at once; the log says so once, not once a connection."""
    held = [await asyncio.open_connection("127.0.0.1", daemon.port) for _ in range(20)]
    for _ in range(5):
        assert await daemon.say(HEADERS + b"\n") == b""
    assert [record.levelname for record in caplog.records].count("ERROR") == 1
    for _, writer in held:
        writer.close()
        await writer.wait_closed()
    fake = FakeAsterisk(sample_plan())
    for _ in range(50):
        fake = FakeAsterisk(sample_plan())
        try:
            await daemon.call(fake)
        except ConnectionError:
            continue
        if fake.finished:
            break
    assert fake.finished


async def test_a_fault_is_logged_and_costs_that_call(
    daemon: Daemon, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the call flow raises is logged with its traceback, and the connection is closed for the fallback."""

    async def broken(*_: object) -> None:
        raise RuntimeError("a fault")

    with monkeypatch.context() as patch:
        patch.setattr(callflow, "run", broken)
        assert not (await daemon.call(FakeAsterisk(sample_plan()))).finished
    assert "RuntimeError: a fault" in caplog.text
    assert (await daemon.call(FakeAsterisk(sample_plan()))).finished


async def test_a_call_in_the_flow_finishes_when_the_daemon_is_told_to_stop(daemon: Daemon) -> None:
    """SIGTERM in the middle of a call: the call goes on to its end, and nobody new is let in."""
    fake = FakeAsterisk(sample_plan())
    answer = fake.answer

    def stop(command: str) -> list[str]:
        if len(fake.commands) == 1:
            os.kill(os.getpid(), signal.SIGTERM)
        return answer(command)

    fake.answer = stop  # type: ignore[method-assign]
    await daemon.call(fake)
    assert fake.finished
    assert daemon.task
    async with asyncio.timeout(10):
        await daemon.task
    with pytest.raises(ConnectionError):
        await daemon.say(b"")


async def test_sighup_is_harmless(daemon: Daemon) -> None:
    """A reload signal, as services get them, ends nothing."""
    os.kill(os.getpid(), signal.SIGHUP)
    assert (await daemon.call(FakeAsterisk(sample_plan()))).finished


async def test_an_address_that_is_taken_names_the_key_of_the_site(daemon: Daemon, tmp_path: Path) -> None:
    """The error says which key of onshore.toml to change."""
    watched = Watched(write_plan(tmp_path, sample_plan()))
    with pytest.raises(ListenError, match=r"\[server\] listen"):
        await serve("127.0.0.1", daemon.port, watched, Notes())


async def test_systemd_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under systemd the daemon says that it is ready, that it is alive, and that it stops."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.setblocking(False)  # noqa: FBT003 - the standard library's own
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "20000")
        watched = Watched(write_plan(tmp_path, sample_plan()))
        task = asyncio.create_task(serve("127.0.0.1", 0, watched, Notes()))
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(10):
            heard = [await loop.sock_recv(listener, 100) for _ in range(3)]
            os.kill(os.getpid(), signal.SIGTERM)
            await task
            while heard[-1] != b"STOPPING=1":
                heard.append(await loop.sock_recv(listener, 100))
    assert heard[:3] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]


async def test_an_answer_that_waited_out_a_standstill_counts(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon that stood still for longer than it waits reads what Asterisk answered meanwhile."""
    monkeypatch.setattr(wire, "REPLY_SECONDS", 0.1)
    fake = FakeAsterisk(sample_plan())
    answer = fake.answer

    def stand_still(command: str) -> list[str]:
        if len(fake.commands) == 2:
            time.sleep(0.3)  # the daemon's event loop is this one, and stands still too
        return answer(command)

    fake.answer = stand_still  # type: ignore[method-assign]
    await daemon.call(fake)
    assert fake.finished


async def test_a_hang_up_in_a_prompt_is_one_though_the_word_of_it_is_lost(daemon: Daemon) -> None:
    """Asterisk says HANGUP and closes; with a command of ours on the way, its last words may never be read."""
    fake = FakeAsterisk(sample_plan(), [HangUp("disclosure", 700)])
    answer = fake.answer
    fake.answer = lambda command: [line for line in answer(command) if line != "HANGUP"]  # type: ignore[method-assign]
    await daemon.call(fake)
    assert daemon.notes.last("choice")["choice"] == "hangup"
    assert daemon.notes.last("disclosed")["heard_ms"] == 700
