"""The systemd unit of the daemon, and the systemctl that goes with it."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from onshore.asterisk.config import root_on_purpose
from onshore.errors import InstallError

if TYPE_CHECKING:
    from onshore.asterisk.config import Account

UNIT = "onshore.service"

_TEMPLATE = """\
# Written by `onshore install`, removed by `onshore uninstall`. Changes of your own: `systemctl edit onshore`.
[Unit]
Description=Onshore, tells callers where they are answered (FastAGI daemon)
After=network.target
StartLimitIntervalSec=0

[Service]
Type=notify
{account}ExecStart={program} serve --state {argument}
Restart=always
RestartSec=1
WatchdogSec=10
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths={writes}
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
CapabilityBoundingSet={capabilities}
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RemoveIPC=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
UMask=0077
LimitNOFILE=8192

[Install]
WantedBy=multi-user.target
"""


@dataclass(frozen=True, slots=True)
class Systemd:
    """A systemd that runs on this machine, and that we may change."""

    folder: Path = Path("/etc/systemd/system")
    command: tuple[str, ...] = ("systemctl",)

    def asks(self, question: str) -> bool:
        """Tell what `systemctl QUESTION --quiet onshore.service` says: `is-enabled`, `is-active`."""
        try:
            return self._run(question, "--quiet", UNIT).returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            return False

    def shows(self, unit: str, *names: str) -> dict[str, str]:
        """Return some properties of a unit, by name; nothing where systemd does not know it, or cannot be asked."""
        words = [word for name in ("LoadState", *names) for word in ("-p", name)]
        try:
            done = self._run("show", unit, *words)
        except (OSError, subprocess.TimeoutExpired):
            return {}
        found = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
        return found if found.pop("LoadState", "") == "loaded" else {}

    def do(self, *words: str) -> None:
        """Run systemctl; InstallError with what it says when it fails."""
        line = " ".join((*self.command, *words))
        try:
            done = self._run(*words)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise InstallError(f"`{line}` failed: {error}") from error
        if done.returncode:
            raise InstallError(f"`{line}` failed: {done.stderr.strip() or done.returncode}")

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.command, *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=120,
            check=False,
        )


def here() -> Systemd | None:
    """Return this machine's systemd; None where there is none, or where we are not root and cannot add a unit."""
    return Systemd() if Path("/run/systemd/system").is_dir() and os.geteuid() == 0 else None


def running() -> Systemd | None:
    """Return this machine's systemd, to ask; None where there is none."""
    return Systemd() if Path("/run/systemd/system").is_dir() else None


def unit(program: Path, state: Path, account: Account | None, database: Path | None = None) -> bytes:
    """Return the unit's file. `database` is the folder of a ledger that is not in the state folder."""
    writes = [_quoted(state)]
    if database and not _within(database, state):
        # A folder that is not there must not keep the daemon from starting: its events go into the spool then.
        writes.append('"-' + _quoted(database).removeprefix('"'))
    lines = f"User={account.user}\nGroup={account.group}\n" if account else ""
    # As root it writes into the state folder in the name of whoever has that, and needs no more of root's powers.
    capabilities = "CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER" if account is None or account.uid == 0 else ""
    return _TEMPLATE.format(
        account=lines,
        capabilities=capabilities,
        program=_quoted(program),
        writes=" ".join(writes),
        argument=_quoted(state).replace("$", "$$"),
    ).encode()


def _within(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def as_root(account: Account | None, etc: Path) -> tuple[str, bool]:
    """Return what to say of a daemon that will be root, and whether that is a mistake rather than an admin's wish."""
    danger = "The daemon will run as root, and anybody who can connect to its port may ask it"
    key = f"{etc}/asterisk.conf, under [options], `runuser = "
    if account is None:
        return f"{danger}: nothing says whom Asterisk runs as. Say it in {key}…`, and run `onshore install` again", True
    if root_on_purpose(etc):
        return f"{danger}: {etc}/asterisk.conf says `runuser = root`", False
    return (
        f"{danger}: Asterisk itself is root. Give it a user of its own; if it is to be root, say so in {key}root`",
        True,
    )


def _quoted(path: Path) -> str:
    """Return a path as a unit takes it: quoted, with systemd's own specifiers made plain."""
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") + '"'
