"""An Asterisk unpacked into a folder: from the distribution's own packages, without root, beside anything else.

The packages come from the mirror in the machine's own apt sources, checked with the distribution's own keys.
"""

from __future__ import annotations

import fcntl
import json
import platform
import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from onshore.errors import AsteriskError
from onshore.testing.packages import RELEASES, Apt, run, source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PACKAGES = {
    "22": ("asterisk", "asterisk-core-sounds-en-gsm", "espeak-ng", "sip-tester"),
    "16": ("asterisk", "asterisk-core-sounds-en-gsm"),
}
DEFAULT_FOLDER = Path(".cache/asterisk")
_MARKER = "unpacked.json"  # written last: where it is, the folder is whole
_FORMAT = 1  # of the folder; another one is unpacked anew


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A folder with an Asterisk in it, and the commands that start what is there."""

    release: str  # as asked for: "22"
    version: str  # as Asterisk says it: "22.10.1"
    folder: Path
    modules: Path

    @property
    def root(self) -> Path:
        """The packages' files."""
        return self.folder / "root"

    @property
    def asterisk(self) -> Path:
        """The command that runs Asterisk, and its console: `asterisk -C FILE -rx COMMAND`."""
        return self.folder / "bin/asterisk"

    @property
    def espeak(self) -> Path:
        """The command that runs espeak-ng (release 22 has it)."""
        return self.folder / "bin/espeak-ng"


def _silent(_: str) -> None:
    return None


def unpack(release: str, folder: Path, progress: Callable[[str], None] = _silent) -> Unpacked:
    """Unpack an Asterisk ("22" or "16") into a folder, and say so; at once when it is there already.

    May be called by several processes for the same folder, and again after an interruption. AsteriskError when the
    machine cannot do it: says what to install or to check.
    """
    if release not in RELEASES:
        raise AsteriskError(f"There is no Asterisk {release!r} to unpack: it is one of {', '.join(RELEASES)}")
    folder = folder.absolute()
    found = _finished(release, folder)
    if found:
        return found
    _needs_commands()
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder / ".lock"):
        return _finished(release, folder) or _unpack(release, folder, progress)


def _finished(release: str, folder: Path) -> Unpacked | None:
    try:
        marker = json.loads((folder / _MARKER).read_bytes())
    except (OSError, ValueError):
        return None
    if marker.get("format") != _FORMAT or marker.get("packages") != list(PACKAGES[release]):
        return None
    return Unpacked(release, marker["version"], folder, folder / marker["modules"])


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _needs_commands() -> None:
    missing = [command for command in ("apt-get", "dpkg", "dpkg-deb") if not shutil.which(command)]
    if missing:
        raise AsteriskError(
            f"{' and '.join(missing)} not found: a private Asterisk is unpacked from Debian or Ubuntu packages, so it "
            "needs a machine that has apt and dpkg (on others, use a container of Debian)"
        )


def _unpack(release: str, folder: Path, progress: Callable[[str], None]) -> Unpacked:
    packages_from = source(release)
    progress(f"Asterisk {release}: looking for packages")
    apt = Apt(folder / "apt", packages_from)
    apt.run("update")
    progress(f"Asterisk {release}: downloading packages")
    apt.run("--yes", "--download-only", "install", *PACKAGES[release])
    packages = sorted(apt.archives.glob("*.deb"))
    unfinished = folder / "root.unfinished"
    for old in (unfinished, folder / "root"):
        shutil.rmtree(old, ignore_errors=True)
    unfinished.mkdir()
    for number, package in enumerate(packages, 1):
        if number % 20 == 1 or number == len(packages):
            progress(f"Asterisk {release}: unpacking {number} of {len(packages)} packages")
        run(["dpkg-deb", "--extract", str(package), str(unfinished)], f"{package} could not be unpacked")
    unfinished.rename(folder / "root")
    unpacked = _finish(release, folder)
    shutil.rmtree(folder / "apt", ignore_errors=True)  # as large again, and not needed any more
    progress(f"Asterisk {release}: {unpacked.version} is in {folder}")
    return unpacked


def _finish(release: str, folder: Path) -> Unpacked:
    """Write the commands and, last, the marker."""
    root = folder / "root"
    _write_commands(root, folder / "bin")
    modules = next(root.glob("usr/lib/**/asterisk/modules"), None)
    if modules is None:
        raise AsteriskError(f"{root} holds no Asterisk modules: remove {folder} and try again")
    said = run([str(folder / "bin/asterisk"), "-V"], "The unpacked Asterisk does not start")
    version = re.search(r"Asterisk (\d[\d.]*)", said)
    if version is None:
        raise AsteriskError(f"The unpacked Asterisk does not say its version, but {said!r}")
    unpacked = Unpacked(release, version[1], folder, modules)
    marker = {
        "format": _FORMAT,
        "packages": list(PACKAGES[release]),
        "version": unpacked.version,
        "modules": str(modules.relative_to(folder)),
        "machine": platform.machine(),
    }
    fresh = folder / f"{_MARKER}.new"
    fresh.write_text(json.dumps(marker, indent=1))
    fresh.replace(folder / _MARKER)
    return unpacked


def _write_commands(root: Path, folder: Path) -> None:
    """Write a shell script for each program: it runs through the packages' own loader, with their own libraries.

    So scripts that Asterisk starts still use the machine's libraries. The folder may be moved as a whole.
    """
    loader = next((file for file in sorted(root.glob("**/ld-linux-*.so.*")) if _real(file, root)), None)
    if loader is None:
        raise AsteriskError(f"{root} holds no loader (ld-linux-*.so.*): remove {folder.parent} and try again")
    folder.mkdir(exist_ok=True)
    libraries = ":".join(f"$root/{path.relative_to(root)}" for path in _library_folders(root))
    for program in ("usr/sbin/asterisk", "usr/bin/espeak-ng", "usr/bin/sipp"):
        if not (root / program).exists():
            continue
        script = folder / Path(program).name
        data = next(root.glob("usr/lib/*/espeak-ng-data"), None) if script.name == "espeak-ng" else None
        lines = [
            "#!/bin/sh",
            'root=$(dirname "$(dirname "$(readlink -f "$0")")")/root',
            *([f'export ESPEAK_DATA_PATH="$root/{data.parent.relative_to(root)}"'] if data else []),
            f'exec "$root/{loader.relative_to(root)}" --library-path "{libraries}" "$root/{program}" "$@"',
        ]
        script.write_text("\n".join(lines) + "\n")
        script.chmod(0o755)


def _real(file: Path, root: Path) -> bool:
    """Return whether a file is there and within the root: packages hold absolute links to what is not unpacked."""
    return file.exists() and file.resolve().is_relative_to(root.resolve())


def _library_folders(root: Path) -> list[Path]:
    tops = [root / top for top in ("usr/lib", "lib", "usr/lib64", "lib64")]
    by_machine = [folder for top in tops for folder in sorted(top.glob("*-linux-gnu*"))]
    folders = [*by_machine, *tops, *(folder / "pulseaudio" for folder in by_machine)]
    return [folder for folder in folders if any(folder.glob("*.so*"))]
