"""A PBX with Onshore in it, put there by its own commands, as an admin would."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from onshore import plan as plans
from onshore.ledger import settings
from onshore.ledger.importing import import_queue_log
from onshore.ledger.opening import open_store, take_in
from onshore.ledger.reading import read
from onshore.ledger.store import connect
from onshore.testing.phones import FROM_PHONES, queues
from onshore.testing.private_asterisk import PrivateAsterisk

if TYPE_CHECKING:
    import signal
    from collections.abc import Mapping
    from typing import Any

    from onshore.plan import Plan
    from onshore.testing.phones import Phones
    from onshore.testing.unpack import Unpacked

ONSHORE = Path(sys.executable).with_name("onshore")
STARTS_WITHIN = 30.0  # seconds
# What tells a call's UNIQUEID from the caller's number.
_ENTRY = """[general]
static=yes
[from-phones]
exten => _[a-zA-Z0-9]!,1,QueueLog(NONE,${UNIQUEID},NONE,PHONED,${CALLERID(num)})
 same => n,Goto(phoned,${EXTEN},1)
[admins]
exten => 700,1,Set(__ADMINS=own)
 same => n,Queue(rome)
 same => n,Goto(onshore-returned,s,1)
"""
ENDS_WITHIN = 10.0  # seconds that a channel may be there after its call


@dataclass(frozen=True, slots=True)
class Setup:
    """What one PBX is like."""

    site: str  # onshore.toml, without [asterisk], [server] and [speech]
    members: Mapping[str, tuple[str, ...]]  # queue → agents
    queue_options: str = ""  # for every queue
    more_queues: str = ""  # of queues.conf, as it is
    server: bool = True  # whether the site has a daemon
    daemon: bool = True  # whether it runs
    files: Mapping[str, str] = field(default_factory=dict)  # of Asterisk's configuration, in place of what it has
    healthy: bool = False  # whether `onshore check` must find nothing wrong


class Pbx:
    """One PBX. To be built first, then a context manager: up at `with`, and gone after it."""

    def __init__(self, setup: Setup, release: Unpacked, speech: Path, phones: Phones, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.site = folder / "onshore.toml"
        self._setup = setup
        self._speech = speech
        self._daemon: subprocess.Popen[bytes] | None = None
        self.asterisk = PrivateAsterisk(
            release,
            folder / "asterisk",
            endpoints=phones.endpoints(),
            files={
                "extensions.conf": _ENTRY + FROM_PHONES.replace("from-phones", "phoned"),
                "cel.conf": "[general]\nenable=yes\nevents=USER_DEFINED\n",
                "cel_custom.conf": "[mappings]\nMaster.csv => ${eventtype},${eventextra}\n",
                "queues.conf": queues(setup.members, setup.queue_options) + setup.more_queues,
                **setup.files,
            },
        )
        self.port = _free_port()

    @property
    def plan(self) -> Plan:
        """What was built."""
        return plans.load(self.state / plans.FILE)

    def __enter__(self) -> Self:
        self.asterisk.start()
        try:
            self.onshore("install")
            if self._setup.server and self._setup.daemon:
                self.start_daemon()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill_daemon()
        self.asterisk.stop()

    def _write_site(self) -> None:
        server = f'[server]\nlisten = "127.0.0.1:{self.port}"\n' if self._setup.server else ""
        command = f"{self._speech} -b 1 -v {{voice}} -s {{rate}} --stdin --stdout"
        self.site.write_text(
            f"{self._setup.site}\n{server}"
            f'[asterisk]\netc = "{self.asterisk.etc}"\nstate = "{self.state}"\ncommand = "{self.asterisk.command}"\n'
            f'[speech]\ncommand = "{command}"\n'
        )

    def onshore(self, *words: str) -> str:
        """Run one of Onshore's commands; return what it prints. AssertionError when it fails."""
        done = subprocess.run([ONSHORE, "--config", self.site, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"onshore {' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    def build(self, other: Pbx | None = None) -> None:
        """Build the site; with another PBX's sounds to begin with, so that little is left to speak."""
        if other:
            shutil.copytree(other.state / "sounds", self.state / "sounds")
        self._write_site()
        self.onshore("build")

    def start_daemon(self) -> None:
        """Start `onshore serve`, and wait until it answers."""
        log = (self.folder / "daemon.log").open("ab")
        with log:
            self._daemon = subprocess.Popen(
                [ONSHORE, "--config", self.site, "serve"], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._pong():
            assert self._daemon.poll() is None, (self.folder / "daemon.log").read_text()
            assert time.monotonic() < deadline, "the daemon does not answer"
            time.sleep(0.02)

    def _pong(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"agi_network_script: ping\n\n")
                return connection.recv(16).startswith(b"pong")
        except OSError:
            return False

    def signal_daemon(self, number: signal.Signals) -> None:
        """Send the daemon a signal."""
        assert self._daemon
        os.kill(self._daemon.pid, number)

    def kill_daemon(self) -> None:
        """Kill the daemon, frozen or not, and wait until it is gone."""
        if self._daemon:
            self._daemon.kill()
            self._daemon.wait()
            self._daemon = None

    def take_in(self) -> None:
        """Take into the ledger what was written elsewhere."""
        found = settings.load(self.state)
        store = open_store(found)
        take_in(store, found)
        import_queue_log(store, found)
        store.engine.dispose()

    def evidence(self) -> dict[str, list[dict[str, Any]]]:
        """Return the events of every call so far, by the caller's number; what was written elsewhere is taken in."""
        self.take_in()
        calls: dict[str, list[dict[str, Any]]] = {}
        engine = connect(settings.load(self.state).database)
        with engine.connect() as connection:
            for kept in read(connection):
                if kept.call:
                    calls.setdefault(kept.call, []).append({"at": kept.at, "event": kept.kind, **(kept.data or {})})
        engine.dispose()
        for events in calls.values():
            events.sort(key=lambda event: event["at"])
        numbers = {line[1]: line[5] for line in self.queue_log() if line[4] == "PHONED"}
        return {numbers[call.rpartition("-")[0]]: events for call, events in calls.items()}

    def cel(self) -> list[str]:
        """Return the lines of Asterisk's CEL so far: a user event's name, and what it says."""
        file = self.asterisk.log / "cel-custom" / "Master.csv"
        return file.read_text(errors="replace").splitlines() if file.exists() else []

    def queue_log(self) -> list[list[str]]:
        """Return the lines of Asterisk's queue_log so far: time, call, queue, agent, event, and what it says."""
        lines = (self.asterisk.log / "queue_log").read_text(errors="replace").splitlines()
        return [line.split("|") for line in lines]

    def channels_left(self) -> str:
        """Return what the console says of channels, once there are none; or, in the end, that there are some."""
        deadline = time.monotonic() + ENDS_WITHIN
        while True:
            shown = self.asterisk.console("core show channels count")
            if shown.startswith("0 active channels") or time.monotonic() > deadline:
                return shown
            time.sleep(0.05)

    def complaints(self) -> list[str]:
        """Return the warnings and errors in Asterisk's log that speak of Onshore."""
        log = (self.asterisk.log / "full").read_text(errors="replace").splitlines()
        return [line for line in log if ("WARNING" in line or "ERROR" in line) and "onshore" in line.lower()]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
