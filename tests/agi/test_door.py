"""Who comes to the daemon's door: health checks, other protocols, and more peers than there is room for."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import resource
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from onshore import sockets
from onshore.agi import complaints, descriptors
from onshore.agi.server import ListenError, serve
from onshore.plan import Watched
from onshore.testing.fake_asterisk import FakeAsterisk
from onshore.testing.plans import sample_plan, write_plan
from tests.agi.daemon import Notes
from tests.making import onshore, write_site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.agi.daemon import Daemon

HEADERS = b"agi_network: yes\nagi_network_script: inbound\n"


async def visit(port: int, data: bytes = b"", *, reset: bool = False) -> None:
    """Connect, say something, and go, politely or not."""
    with socket.socket() as peer:
        peer.setblocking(False)  # noqa: FBT003 - the standard library's own
        loop = asyncio.get_running_loop()
        await loop.sock_connect(peer, ("127.0.0.1", port))
        await loop.sock_sendall(peer, data)
        if reset:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    await asyncio.sleep(0.02)


async def test_health_checks_leave_no_line_in_the_log(daemon: Daemon, caplog: pytest.LogCaptureFixture) -> None:
    """Connect and close, or connect and reset, without a byte: of interest when somebody looks for it, else not."""
    with caplog.at_level(logging.DEBUG, "onshore"):
        for reset in (False, True, False, True):
            await visit(daemon.port, reset=reset)
        assert (await daemon.call(FakeAsterisk(sample_plan()))).finished
    assert [record.levelname for record in caplog.records if record.levelno > logging.INFO] == []
    assert len([record for record in caplog.records if record.name == "onshore.agi.server"]) == 4


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PROXY TCP4 10.0.0.2 10.0.0.1 5 4583\r\n" + HEADERS, "PROXY protocol"),
        (b"PROXY UNKNOWN\r\n", "PROXY protocol"),
        (b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes(12), "PROXY protocol"),
        (b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + bytes(200), "TLS"),
        (b"\x16\x03\x03\0\x7a", "TLS"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP"),
        (b"HEAD /health HTTP/1.0\r\n\r\n", "HTTP"),
        (b"OPTIONS * HTTP/1.0\r\n\r\n", "HTTP"),
        (b"POST /x", "HTTP"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP"),
        (b"SSH-2.0-x\r\n", "no AGI headers"),
        (b"\n\n", "no AGI headers"),
        (b"a", "closed after 1 bytes"),
        (b"agi_network: yes\n", "closed after"),
    ],
)
async def test_other_protocols_are_called_by_their_names_once_a_minute(
    daemon: Daemon, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, data: bytes, said: str
) -> None:
    """At once, not after the time for headers; the next line of that kind tells how many came meanwhile."""
    began = time.monotonic()
    for _ in range(4):
        await visit(daemon.port, data)
    assert time.monotonic() - began < 2
    lines = [record.getMessage() for record in caplog.records if record.levelno > logging.INFO]
    assert len(lines) == 1
    assert said in lines[0]
    monkeypatch.setattr(complaints, "QUIET", 0)
    await visit(daemon.port, data)
    assert "3 more of this kind" in caplog.records[-1].getMessage()


async def test_kinds_do_not_hide_each_other(daemon: Daemon, caplog: pytest.LogCaptureFixture) -> None:
    """A load balancer's mistake is told although a scanner was told just before."""
    for data in (b"GET / HTTP/1.1\r\n\r\n", b"PROXY TCP4 1.1.1.1 1.1.1.1 1 1\r\n", b"\x16\x03\x01\0\0"):
        await visit(daemon.port, data)
    assert [record.levelname for record in caplog.records].count("WARNING") == 3


def test_the_log_remembers_so_many_kinds_and_no_more(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever peers think of, it is bounded."""
    said = complaints.Complaints()
    for number in range(1000):
        said.say(str(number), "x")
    assert len(caplog.records) == 1000
    assert len(said._said) <= 50  # noqa: SLF001 - what is to be bounded


@pytest.mark.parametrize(
    ("limit", "wanted", "fitting"),
    [
        (1_048_576, 1000, 1000),
        (1024, 1000, 974),
        (256, 1000, 206),
        (64, 1000, 16),
        (20, 1000, 5),
        (1, 1000, 1),
        (resource.RLIM_INFINITY, 1000, 1000),
        (1024, 20, 20),
    ],
)
def test_there_are_as_many_connections_as_descriptors_leave_room_for(limit: int, wanted: int, fitting: int) -> None:
    """Never more than wanted, at least one, and room for the ledger and the spool."""
    assert descriptors.connections(wanted, limit) == fitting


@contextlib.contextmanager
def small_daemon(tmp_path: Path, files: int) -> Iterator[tuple[int, Path, subprocess.Popen[bytes]]]:
    """Run a real `onshore serve` with a small limit of open files; give its port, its log and its process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    site = write_site(tmp_path, more=f'[server]\nlisten = "127.0.0.1:{port}"\n')
    assert onshore("--config", site, "build").returncode == 0
    command = 'ulimit -n "$0"; exec "$@"'
    program = [str(Path(sys.executable).with_name("onshore")), "--config", str(site), "serve"]
    log = tmp_path / "log"
    with log.open("wb") as out, subprocess.Popen(["sh", "-c", command, str(files), *program], stderr=out) as process:
        try:
            until = time.monotonic() + 30
            while b"listening" not in log.read_bytes():
                assert time.monotonic() < until, log.read_text()
                assert process.poll() is None, log.read_text()
                time.sleep(0.05)
            yield port, log, process
        finally:
            process.terminate()


async def test_beyond_the_limit_calls_are_refused_at_once_and_the_others_served(tmp_path: Path) -> None:
    """With 64 descriptors and 100 slow peers: each further call is closed within 100 ms, and those inside go on."""
    with small_daemon(tmp_path, 64) as (port, log, process):
        assert "16 calls at once" in log.read_text()
        slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(100)]
        for _, writer in slow:
            with contextlib.suppress(ConnectionError):
                writer.write(HEADERS)
        waits = []
        for _ in range(20):
            began = time.monotonic()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            with contextlib.suppress(ConnectionError):
                writer.write(HEADERS)
                assert await reader.read() == b""
            waits.append(time.monotonic() - began)
            writer.close()
        assert sorted(waits)[-2] < 0.1  # one may meet another program's turn on the machine
        for reader, writer in slow[:1]:
            writer.write(b"agi_uniqueid: 1.1\nagi_language: en\nagi_arg_1: support\nagi_arg_2: CALL-1\n\n")
            assert b"onshore/disclosure-PH-" in await reader.readline()
        for _, writer in slow:
            writer.close()
        await asyncio.sleep(0.3)
        for _ in range(5):
            assert (await _phone(port)).finished
        lines = log.read_text().splitlines()
        assert process.poll() is None
    assert len([line for line in lines if "connections at once" in line]) == 1
    assert not [line for line in lines if "Too many open files" in line or "Traceback" in line]
    assert "arrived" in onshore("--config", tmp_path / "onshore.toml", "ledger", "export").stdout


async def _phone(port: int) -> FakeAsterisk:
    fake = FakeAsterisk(sample_plan())
    await fake.phone(port, "inbound", "support", "CALL-2")
    return fake


async def test_an_address_that_is_taken_says_who_has_it(daemon: Daemon, tmp_path: Path) -> None:
    """With its name and its process, as far as we may see it."""
    watched = Watched(write_plan(tmp_path, sample_plan()))
    with pytest.raises(ListenError, match=rf"process {os.getpid()}\) has it.*\[server\] listen.*onshore install"):
        await serve("127.0.0.1", daemon.port, watched, Notes())


@pytest.mark.parametrize(
    ("listens", "asked", "seen"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("0.0.0.0", "127.0.0.1", True),  # noqa: S104 - on purpose
        ("127.0.0.1", "0.0.0.0", True),  # noqa: S104 - on purpose
        ("127.0.0.2", "127.0.0.1", False),
        ("::1", "::1", True),
        ("::", "::1", True),
        ("::1", "127.0.0.1", False),
    ],
)
def test_who_listens_is_found_by_address_and_port(listens: str, asked: str, *, seen: bool) -> None:
    """In both families; at another address it is somebody else's business."""
    try:
        server = socket.create_server((listens, 0), family=socket.AF_INET6 if ":" in listens else socket.AF_INET)
    except OSError:
        pytest.skip("no IPv6 here")
    with server:
        port = server.getsockname()[1]
        assert (f"(process {os.getpid()})" in sockets.holder(asked, port)) is seen
    assert sockets.holder(asked, port) == ""
