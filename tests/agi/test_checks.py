"""What `check` says of the daemon."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from onshore.agi import checks
from onshore.testing.plans import sample_plan, write_plan

if TYPE_CHECKING:
    from onshore.finding import Finding
    from tests.agi.daemon import Daemon


async def said(port: int, version: str = "") -> list[Finding]:
    """Return what is found, with a plan of this version in the site's state folder."""
    plan = replace(sample_plan(), listen=f"127.0.0.1:{port}")
    plan = replace(plan, version=version) if version else plan
    return await asyncio.to_thread(lambda: list(checks.findings(plan)))


async def test_a_daemon_that_serves_this_sites_plan_is_right(daemon: Daemon) -> None:
    """It answers with the version of the plan; a monitor's plain `ping` gets its plain answer still."""
    found = await said(daemon.port)
    assert [one.problem for one in found] == [""]
    assert await daemon.say(b"agi_network_script: ping\n\n") == b"pong\n"
    assert await daemon.say(b"agi_network_script: ping\nagi_arg_1: x\n\n") == b"pong\n"


async def test_a_daemon_of_another_site_is_told(daemon: Daemon) -> None:
    """Or one that could not read the new plan; one that has only not looked yet is no trouble."""
    found = await said(daemon.port, "1234567890ab")
    assert "serves another plan" in found[0].problem
    write_plan(daemon.plan_file.parent, replace(sample_plan(), version="1234567890ab"))
    assert [one.problem for one in await said(daemon.port, "1234567890ab")] == [""]


@pytest.mark.parametrize("answer", [b"", b"pang\n", b"HTTP/1.1 400 Bad Request\r\n", b"\xff\xfe", b"ponging\n"])
async def test_something_else_on_the_port_is_called_by_its_name(answer: bytes) -> None:
    """With its process, as far as it can be seen."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(100)
                peer.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        found = await said(server.getsockname()[1])
        thread.join()
    assert f"(process {os.getpid()}) has the port" in found[0].problem
    assert "[server] listen" in found[0].remedy
    assert found[0].serious


async def test_a_port_where_nobody_is_says_how_to_start_the_daemon() -> None:
    """Refused at once."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    found = await said(port)
    assert "does not answer: Connection refused" in found[0].problem
    assert "systemctl restart onshore" in found[0].remedy


@pytest.mark.parametrize(("limit", "told"), [(64, "16 calls"), (256, "206 calls"), (1024, "974 calls"), (8192, "")])
async def test_a_small_limit_of_open_files_is_told(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch, limit: int, told: str
) -> None:
    """As a note: those beyond it get the fallback."""
    monkeypatch.setattr(checks, "_limit", {os.getpid(): limit}.__getitem__)
    found = await said(daemon.port)
    assert len(found) == (2 if told else 1)
    if told:
        assert told in found[1].problem
        assert not found[1].serious
