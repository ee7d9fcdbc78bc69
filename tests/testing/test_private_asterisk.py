"""An Asterisk of one's own: starts, answers, and leaves nothing behind, however its parent ends."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from onshore.errors import AsteriskError
from onshore.testing.ports import ReservedPorts
from onshore.testing.private_asterisk import PrivateAsterisk

if TYPE_CHECKING:
    from pathlib import Path

    from onshore.testing.unpack import Unpacked


@pytest.mark.pbx
@pytest.mark.beside
def test_several_run_side_by_side(asterisk_22: Unpacked, asterisk_16: Unpacked, tmp_path: Path) -> None:
    """Of each release one runs at the same time, on ports of its own, and its console is also a plain command."""
    with PrivateAsterisk(asterisk_22, tmp_path / "22") as new, PrivateAsterisk(asterisk_16, tmp_path / "16") as old:
        assert "Asterisk 22." in new.console("core show version")
        assert "Asterisk 16." in old.console("core show version")
        assert new.sip_port != old.sip_port
        said = subprocess.run(
            [old.command, "-C", old.config, "-rx", "core show version"], capture_output=True, check=True
        )
        assert b"Asterisk 16." in said.stdout
    assert not new.running
    with pytest.raises(AsteriskError, match="does not run"):
        new.console("core show version")


@pytest.mark.pbx
@pytest.mark.beside
def test_it_starts_without_a_complaint(asterisk: Unpacked, tmp_path: Path) -> None:
    """Nothing in the prepared configuration makes Asterisk log a warning or an error, and a reload neither."""
    with PrivateAsterisk(asterisk, tmp_path / "pbx") as pbx:
        pbx.reload()
        log = (pbx.log / "full").read_text()
    assert [line for line in log.splitlines() if "WARNING" in line or "ERROR" in line] == []


@pytest.mark.pbx
@pytest.mark.beside
def test_prompts_can_be_linked_into_its_sounds(asterisk_22: Unpacked, tmp_path: Path) -> None:
    """The folders of sounds are its own: writing into them leaves the unpacked files alone."""
    pbx = PrivateAsterisk(asterisk_22, tmp_path / "pbx")
    try:
        (pbx.sounds / "en/onshore").mkdir()
        assert (pbx.sounds / "en/vm-intro.gsm").is_file()
        assert not list(asterisk_22.root.glob("usr/share/asterisk/sounds/*/onshore"))
    finally:
        pbx.kill()


@pytest.mark.pbx
@pytest.mark.beside
def test_configuration_that_cannot_be_read_is_told(asterisk_22: Unpacked, tmp_path: Path) -> None:
    """An Asterisk that ends while it starts is an error that carries its last words."""
    broken = PrivateAsterisk(asterisk_22, tmp_path / "pbx", files={"modules.conf": "[modules]\nrequire=nothing.so\n"})
    with pytest.raises(AsteriskError, match=r"ended while starting.*nothing\.so"):
        broken.start()


_PARENT = """
import sys, threading
from pathlib import Path
from onshore.testing.private_asterisk import PrivateAsterisk
from onshore.testing.unpack import unpack
asterisk = PrivateAsterisk(unpack("22", Path(sys.argv[1])), Path(sys.argv[2]))
starter = threading.Thread(target=asterisk.start)
starter.start()
starter.join()
print(asterisk.console("core show uptime"), flush=True)
sys.stdin.read()
"""


@pytest.mark.pbx
@pytest.mark.beside
def test_it_does_not_survive_its_parent(asterisk_22: Unpacked, tmp_path: Path) -> None:
    """When the process that started it is killed, Asterisk dies; the end of the thread that started it does no harm."""
    command = [sys.executable, "-c", _PARENT, str(asterisk_22.folder), str(tmp_path / "pbx")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        assert b"System uptime" in parent.stdout.readline()
        pid = int((tmp_path / "pbx/run/asterisk.pid").read_text())
        asterisk = os.pidfd_open(pid)
        parent.kill()
    ended = select.select([asterisk], [], [], 20)[0]
    os.close(asterisk)
    if not ended:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert ended


def test_ports_are_given_once() -> None:
    """Two reservations never overlap, and a released one can be had again."""
    first, second = ReservedPorts(), ReservedPorts()
    assert first.ports.rtp_last < second.ports.sip or second.ports.rtp_last < first.ports.sip
    first.release()
    second.release()
