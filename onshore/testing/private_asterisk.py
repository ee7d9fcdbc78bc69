"""An Asterisk of one's own: its files in one folder, on 127.0.0.1 alone, gone when its parent goes.

`python -m onshore.testing.private_asterisk unpack 22 16` fetches what is needed beforehand.
"""

from __future__ import annotations

import argparse
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from onshore.errors import AsteriskError
from onshore.testing.etc import Manager, prepared
from onshore.testing.music import music_on_hold
from onshore.testing.packages import RELEASES
from onshore.testing.ports import ReservedPorts
from onshore.testing.unpack import DEFAULT_FOLDER, Unpacked, unpack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Manager", "PrivateAsterisk", "Unpacked", "unpack"]

# Asterisk, and a watchman who kills all of the process group when the pipe to us closes: however we end.
_WATCHED = '"$@" </dev/null >>"$0" 2>&1 & echo $!; read -r _; kill -KILL 0'
_SOCKET_LENGTH = 107  # the kernel's limit for the path of a socket
_BOOT_TIME = 90.0  # seconds: one when idle; many start at once on a busy machine
_STOP_TIME = 10.0


class PrivateAsterisk:
    """One Asterisk in a folder of its own. A context manager: starts at `with`, and is gone after it, for good.

    `endpoints` is added to pjsip.conf (see `etc.endpoint`), `files` replace or add files of `etc`. The ports are
    reserved at once, so that others can be told of them before it starts.
    """

    def __init__(
        self,
        unpacked: Unpacked,
        folder: Path,
        *,
        endpoints: str = "",
        files: Mapping[str, str] | None = None,
        manager: bool = False,
        transmit_silence: bool = True,
    ) -> None:
        self.unpacked = unpacked
        self.folder = folder.absolute()
        self.etc = self.folder / "etc"
        self.config = self.etc / "asterisk.conf"
        self.command = unpacked.asterisk
        self.sounds = self.folder / "data/sounds"
        self.agi_scripts = self.folder / "agi-bin"
        self.log = self.folder / "log"
        self.spool = self.folder / "spool"
        self._reserved = ReservedPorts()
        ports = self._reserved.ports
        self.sip_port = ports.sip
        self.manager = Manager("onshore", "onshore", ports.manager) if manager else None
        self._watchman: subprocess.Popen[bytes] | None = None
        self._process = -1  # a pidfd of Asterisk
        self._run = self._run_folder()
        self._prepare_folders()
        texts = prepared(
            self.folder, unpacked.modules, self._run, ports, endpoints, self.manager, silence=transmit_silence
        )
        for name, text in {**texts, **(files or {})}.items():
            (self.etc / name).write_text(text)

    def _run_folder(self) -> Path:
        """Return a folder for the console's socket: its path must be short."""
        run = self.folder / "run"
        if len(os.fsencode(run / "asterisk.ctl")) <= _SOCKET_LENGTH:
            return run
        return Path(tempfile.mkdtemp(prefix="onshore-"))

    def _prepare_folders(self) -> None:
        if self.etc.exists():
            raise AsteriskError(f"{self.folder} holds an Asterisk already: remove it, or name another folder")
        for needed in (self.etc, self._run, self.agi_scripts, self.sounds / "en", self.folder / "moh", self.log):
            needed.mkdir(parents=True, exist_ok=True)
        for name in ("lib/keys", "spool/outgoing", "spool/tmp", "log/cdr-custom", "log/cel-custom"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        data = self.unpacked.root / "usr/share/asterisk"
        for entry in data.iterdir():
            if entry.name != "sounds":
                (self.folder / "data" / entry.name).symlink_to(entry)
        # Links file by file: so `sounds/en` is a folder that may be written into.
        for entry in (data / "sounds/en_US_f_Allison").iterdir():
            (self.sounds / "en" / entry.name).symlink_to(entry)
        music_on_hold(self.folder / "moh/music.sln")

    def start(self) -> None:
        """Start, and wait until it is fully booted. AsteriskError with the log's last errors when it does not."""
        if self._watchman:
            raise AsteriskError(f"The Asterisk in {self.folder} runs already")
        command = [str(self.command), "-C", str(self.config), "-f", "-g"]
        self._watchman = subprocess.Popen(
            ["/bin/sh", "-c", _WATCHED, str(self.log / "console"), *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._watchman.stdout
        self._process = os.pidfd_open(int(self._watchman.stdout.readline()))
        try:
            self._wait_until_booted()
        except BaseException:
            self.kill()
            raise

    def _wait_until_booted(self) -> None:
        deadline = time.monotonic() + _BOOT_TIME
        while not (self._run / "asterisk.ctl").exists() or "fully booted" not in self._ask("core waitfullybooted"):
            if self._ended(0.02):
                raise AsteriskError(f"Asterisk {self.unpacked.version} ended while starting: {self._complaints()}")
            if time.monotonic() > deadline:
                raise AsteriskError(
                    f"Asterisk {self.unpacked.version} is not up after {_BOOT_TIME:.0f} s: {self._complaints()}"
                )

    def _complaints(self) -> str:
        lines: list[str] = []
        for file in (self.log / "full", self.log / "console"):
            if file.exists():
                lines += [line for line in file.read_text(errors="replace").splitlines() if "ERROR" in line][-5:]
                lines = lines or file.read_text(errors="replace").splitlines()[-5:]
        return " / ".join(lines) or f"see {self.log}"

    def _ended(self, timeout: float) -> bool:
        """Return whether Asterisk has ended, after waiting at most `timeout` seconds for it."""
        return bool(select.select([self._process], [], [], timeout)[0])

    @property
    def running(self) -> bool:
        """Whether it is started and has not ended."""
        return self._process >= 0 and not self._ended(0)

    def _ask(self, command: str) -> str:
        done = subprocess.run(
            [self.command, "-C", self.config, "-rx", command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_BOOT_TIME,
        )
        return done.stdout if done.returncode == 0 else ""

    def console(self, command: str) -> str:
        """Return what the console answers to a command, e.g. "dialplan reload"; AsteriskError when it is not up."""
        if not self.running:
            raise AsteriskError(f"The Asterisk in {self.folder} does not run: {self._complaints()}")
        return self._ask(command)

    def reload(self) -> None:
        """Read all configuration again, and wait until it is read."""
        self.console("core reload")
        self.console("core waitfullybooted")

    def stop(self) -> None:
        """Stop at once, hanging calls up, and wait until it is gone with all that it started."""
        if self.running:
            self._ask("core stop now")
            self._ended(_STOP_TIME)
        self.kill()

    def kill(self) -> None:
        """Kill it and all that it started, and give its ports back. Does nothing when it is gone already."""
        if self._watchman:
            assert self._watchman.stdin
            assert self._watchman.stdout
            os.killpg(self._watchman.pid, signal.SIGKILL)  # the watchman is there until we wait for it
            self._watchman.wait()
            self._watchman.stdin.close()
            self._watchman.stdout.close()
            self._watchman = None
        if self._process >= 0:
            self._ended(_STOP_TIME)
            os.close(self._process)
            self._process = -1
        self._reserved.release()
        if self._run.parent != self.folder:
            shutil.rmtree(self._run, ignore_errors=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def main(arguments: Sequence[str] | None = None) -> int:
    """Unpack the releases that are asked for, and say how it goes."""
    parser = argparse.ArgumentParser(prog="python -m onshore.testing.private_asterisk", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    fetch = commands.add_parser("unpack", help="fetch and unpack Asterisk, without root")
    fetch.add_argument("releases", nargs="+", choices=list(RELEASES), metavar="RELEASE", help="22 or 16")
    fetch.add_argument("--folder", type=Path, default=DEFAULT_FOLDER, help="default: %(default)s")
    asked = parser.parse_args(arguments)
    try:
        for release in asked.releases:
            unpack(release, asked.folder / release, print)
    except AsteriskError as error:
        print(error, file=sys.stderr)  # noqa: T201 - this is its command line
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
