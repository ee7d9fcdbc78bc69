"""The packages of Debian or Ubuntu that hold an Asterisk: from which mirror, and how they are fetched without root."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from onshore.errors import AsteriskError

if TYPE_CHECKING:
    from collections.abc import Sequence

RELEASES = {"22": "forky", "16": "bullseye"}  # Asterisk's release → Debian's suite that has it
_KEYRINGS = Path("/usr/share/keyrings")


class NotPackagedError(AsteriskError):
    """The machine's distribution has no packages of the release that was asked for."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where packages come from."""

    mirror: str
    suite: str
    components: str
    keyring: Path

    def line(self) -> str:
        """Return it as a line of sources.list."""
        return f"deb [signed-by={self.keyring}] {self.mirror} {self.suite} {self.components}\n"


def source(release: str) -> Source:
    """Return where packages of a release come from; NotPackagedError or AsteriskError when from nowhere."""
    system = _os_release()
    codename = system.get("VERSION_CODENAME", "")
    if "ubuntu" in (system.get("ID", ""), *system.get("ID_LIKE", "").split()):
        if release == "16":
            raise NotPackagedError("Ubuntu has no Asterisk 16 any more: use Debian for it, or do without")
        suite = system.get("UBUNTU_CODENAME", codename)
        keyring = _keyring("ubuntu-archive-keyring", "ubuntu-keyring")
        return Source(_mirror({suite}), suite, "main universe", keyring)
    suites = {codename, "stable", "oldstable", "oldoldstable", "testing", "unstable", "sid", *RELEASES.values()}
    keyring = _keyring("debian-archive-keyring", "debian-archive-keyring")
    return Source(_mirror(suites), RELEASES[release], "main", keyring)


def _os_release() -> dict[str, str]:
    try:
        return platform.freedesktop_os_release()
    except OSError:
        raise AsteriskError(
            "/etc/os-release is missing: a private Asterisk can be unpacked on Debian and Ubuntu alone"
        ) from None


def _keyring(name: str, package: str) -> Path:
    for ending in ("gpg", "pgp"):
        file = _KEYRINGS / f"{name}.{ending}"
        if file.exists():
            return file
    raise AsteriskError(f"{_KEYRINGS / name}.gpg is missing: as root, `apt-get install {package}`")


def _mirror(suites: set[str]) -> str:
    """Return the mirror in the machine's apt sources that has one of these suites."""
    # Works for sources.list and for *.sources, before any `apt-get update`, and for any user.
    said = run(["apt-get", "--print-uris", "update"], "apt's sources cannot be read")
    found = mirror_among(said, suites)
    if not found:
        raise AsteriskError(
            f"apt has no source with one of the suites {', '.join(sorted(filter(None, suites)))}: "
            "check /etc/apt/sources.list and /etc/apt/sources.list.d"
        )
    return found


def mirror_among(uris: str, suites: set[str]) -> str:
    """Return the first mirror with one of the suites, from what `apt-get --print-uris update` printed; else ""."""
    for mirror, suite in re.findall(r"^'([^']+?)/+dists/([^']+)/(?:In)?Release'", uris, flags=re.MULTILINE):
        if suite in suites:
            return str(mirror)
    return ""


class Apt:
    """apt-get with folders of its own: it reads the machine's settings (proxies), and changes none."""

    def __init__(self, folder: Path, source: Source) -> None:
        self.archives = folder / "cache/archives"
        for needed in (folder / "state/lists/partial", self.archives / "partial"):
            needed.mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()  # as if nothing were installed: everything that Asterisk needs is fetched
        sources = folder / "sources.list"
        sources.write_text(source.line())
        self._mirror = source.mirror
        settings = {
            "Dir::State": folder / "state",
            "Dir::State::status": folder / "status",
            "Dir::Cache": folder / "cache",
            "Dir::Cache::archives": self.archives,
            "Dir::Etc::sourcelist": sources,
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "APT::Install-Recommends": "false",
            "APT::Sandbox::User": "",
            "APT::Default-Release": "",
            "Debug::NoLocking": "1",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            "Acquire::Check-Valid-Until": "false",
        }
        self._command = ["apt-get", "-q", *(f"-o{key}={value}" for key, value in settings.items())]

    def run(self, *arguments: str) -> str:
        """Run apt-get with some more arguments; AsteriskError when it fails."""
        return run(
            [*self._command, *arguments],
            f"Packages could not be fetched from {self._mirror}: check the network (and Acquire::http::Proxy in "
            "/etc/apt/apt.conf.d where there is a proxy), the space on the disk, then try again",
        )


def run(command: Sequence[str], trouble: str) -> str:
    """Run a command and return what it printed; AsteriskError with its last words when it fails."""
    environment = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        words = (done.stderr.strip() or done.stdout.strip()).splitlines()[-5:]
        raise AsteriskError(f"{trouble}. {command[0]} said: {' / '.join(words) or f'exit code {done.returncode}'}")
    return done.stdout
