"""`onshore check` and the ledger: its disk, who may write there, what a unit allows, its password, its spool."""

from __future__ import annotations

import os
import pwd
import shlex
import shutil
import sqlite3
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from onshore import cli
from onshore import site as sites
from onshore.asterisk.install import plan_install
from onshore.asterisk.systemd import Systemd, unit
from onshore.commands import target_of
from onshore.evidence import Event, Spool
from onshore.ledger import checks, disks, keys, sandbox
from onshore.ledger.opening import open_store
from onshore.ledger.settings import load
from tests.asterisk.machine import make
from tests.making import site, write_site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from onshore.finding import Finding
    from onshore.site import Site

ROOT_DISK = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"


def mount(point: str, kind: str, source: str = "server:/export") -> str:
    """Return a line of /proc/self/mountinfo."""
    return f"50 22 0:44 / {point} rw,relatime shared:20 - {kind} {source} rw,vers=4.2\n"


NETWORK = ["nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "lustre", "virtiofs", "vboxsf", "afs", "gfs2", "ocfs2"]
NETWORK += ["fuse.sshfs", "fuse.glusterfs", "fuse.s3fs", "fuse.rclone", "fuse.davfs2", "fuse.ceph", "fuse"]
LOCAL = ["ext4", "xfs", "btrfs", "zfs", "overlay", "tmpfs", "f2fs", "fuseblk", "fuse.fuse-overlayfs", "jfs", "bcachefs"]


@pytest.mark.parametrize("point", ["/srv", "/srv/onshore", "/", "/srv/on\\040shore\\134x"])
@pytest.mark.parametrize("kind", NETWORK + LOCAL)
def test_a_network_s_disk_is_known(kind: str, point: str) -> None:
    """By the mount that a path is on: the longest one above it, whatever is mounted elsewhere."""
    others = mount("/srv/onshore2", "nfs") + mount("/mnt", "cifs") + mount("/srv/onshore/below", "nfs4")
    mounts = ROOT_DISK + mount("/var", "xfs") + mount(point, kind) + others
    folder = Path(point.replace("\\040", " ").replace("\\134", "\\")) / "ledger.sqlite3"
    assert disks.network(folder, mounts) == (kind if kind in NETWORK else "")
    assert disks.network(Path("/var/lib/onshore"), mounts) == ""
    assert disks.network(Path("/mnt/x"), mounts) == "cifs"


def test_the_last_of_two_mounts_on_one_point_counts() -> None:
    """It hides the other."""
    two = [mount("/srv", "ext4"), mount("/srv", "nfs")]
    assert disks.network(Path("/srv/l"), ROOT_DISK + "".join(two)) == "nfs"
    assert disks.network(Path("/srv/l"), ROOT_DISK + "".join(reversed(two))) == ""
    assert disks.network(Path("/srv/l"), "no such line\n\n- -\n") == ""


def test_this_machine_s_own_disks_are_read(tmp_path: Path) -> None:
    """The tests run on a local disk."""
    assert disks.network(tmp_path) == ""


@pytest.mark.parametrize(
    ("properties", "folder", "setting"),
    [
        ({}, "/srv/l", ""),
        ({"ProtectSystem": "no"}, "/srv/l", ""),
        ({"ProtectSystem": "strict"}, "/srv/l", "ProtectSystem=strict"),
        ({"ProtectSystem": "strict", "ReadWritePaths": "/var/lib/onshore"}, "/srv/l", "ProtectSystem=strict"),
        ({"ProtectSystem": "strict", "ReadWritePaths": "/var/lib/onshore -/srv/l"}, "/srv/l", ""),
        ({"ProtectSystem": "strict", "ReadWritePaths": "/var/lib/onshore"}, "/var/lib/onshore/spool", ""),
        ({"ProtectSystem": "strict", "ReadWritePaths": "/var/lib/ons"}, "/var/lib/onshore", "ProtectSystem=strict"),
        ({"ProtectSystem": "strict", "ReadWritePaths": "$'/srv/a b'"}, "/srv/a b/c", ""),
        ({"ProtectSystem": "strict", "ReadWritePaths": '"/srv/a b"'}, "/srv/a b/c", ""),
        ({"ProtectSystem": "strict", "StateDirectory": "onshore asterisk"}, "/var/lib/onshore", ""),
        ({"ProtectSystem": "strict", "LogsDirectory": "asterisk"}, "/var/lib/asterisk", "ProtectSystem=strict"),
        (
            {"ProtectSystem": "strict", "ReadWritePaths": "/srv", "ReadOnlyPaths": "/srv/l"},
            "/srv/l",
            "ReadOnlyPaths=/srv/l",
        ),
        ({"ReadOnlyPaths": "/srv", "ReadWritePaths": "/srv/l"}, "/srv/l", ""),
        ({"InaccessiblePaths": "-/srv"}, "/srv/l", "InaccessiblePaths=/srv"),
        ({"ProtectSystem": "full"}, "/srv/l", ""),
        ({"ProtectSystem": "full"}, "/etc/onshore", "ProtectSystem=full"),
        ({"ProtectSystem": "yes"}, "/usr/local/l", "ProtectSystem=yes"),
        ({"ProtectHome": "read-only"}, "/home/ann/l", "ProtectHome=read-only"),
        ({"ProtectHome": "yes", "ReadWritePaths": "/home/ann"}, "/home/ann/l", ""),
        ({"ProtectHome": "tmpfs"}, "/root/l", "ProtectHome=tmpfs"),
        ({"PrivateTmp": "yes"}, "/tmp/l", "PrivateTmp=yes"),
        ({"PrivateTmp": "no"}, "/tmp/l", ""),
        ({"ProtectSystem": "strict", "ReadWritePaths": "'"}, "/srv/l", "ProtectSystem=strict"),
    ],
)
def test_what_a_unit_lets_its_program_write(properties: dict[str, str], folder: str, setting: str) -> None:
    """The setting for the longer path counts."""
    assert sandbox.closed(properties, Path(folder)) == setting


def written_paths(text: bytes) -> list[str]:
    """Return ReadWritePaths of a unit's file."""
    line = next(line for line in text.decode().splitlines() if line.startswith("ReadWritePaths="))
    return [word.lstrip("-") for word in shlex.split(line.removeprefix("ReadWritePaths="))]


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("", None),
        ("sqlite:////srv/onshore/ledger.sqlite3", "/srv/onshore"),
        ("sqlite:////srv/a b/l.sqlite3", "/srv/a b"),
        ("sqlite:////srv/a%20b%25/l.sqlite3", "/srv/a b%%"),
        ("postgresql+psycopg://u@h/d", None),
    ],
)
def test_the_unit_lets_the_daemon_write_the_database(tmp_path: Path, url: str, folder: str | None) -> None:
    """Its folder, where that is not in the state folder; one that is not there keeps no daemon from starting."""
    made = site(tmp_path, more=f'[ledger]\nurl = "{url}"\n[server]\n' if url else "[server]\n")
    target = target_of(made)
    text = unit(target.program, target.state, None, target.database)
    assert written_paths(text) == [str(tmp_path / "state"), *([folder] if folder else [])]
    if folder:
        assert f'"-{folder}"' in text.decode()


def test_a_database_in_the_state_folder_is_written_once(tmp_path: Path) -> None:
    """However its URL is written, and through a link."""
    (tmp_path / "state" / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "state")
    for where in ("state/l.sqlite3", "state/deep/l.sqlite3", "link/l.sqlite3"):
        made = site(tmp_path, more=f'[ledger]\nurl = "sqlite:///{tmp_path}/{where}"\n')
        target = target_of(made)
        assert written_paths(unit(target.program, target.state, None, target.database)) == [str(tmp_path / "state")]


@pytest.fixture
def built() -> Iterator[Callable[[str], Site]]:
    """Return what builds a site with more in its file, in a folder that everybody may pass."""
    folder = Path(tempfile.mkdtemp(prefix="onshore-checks-"))
    folder.chmod(0o755)
    (folder / "etc").mkdir()
    (folder / "etc" / "asterisk.conf").write_text("[options]\nrunuser = games\n")

    def build(more: str) -> Site:
        file = write_site(folder, more=more)
        done = CliRunner().invoke(cli.main, ["--config", str(file), "build"])
        assert done.exit_code == 0, done.stderr
        return sites.load(file)

    yield build
    shutil.rmtree(folder)


def found(made: Site, manager: Systemd | None = None) -> dict[str, Finding]:
    """Return what is wrong, by what was looked at."""
    return {one.what: one for one in checks.check(made, manager) if one.problem}


def manager(folder: Path, **units: dict[str, str]) -> Systemd:
    """Return a systemd that knows some units."""
    script = folder / "systemctl.py"
    script.write_text(
        f"import sys\nunits = {units!r}\nhas = units.get(sys.argv[2].partition('.')[0])\n"
        "print('LoadState=' + ('loaded' if has is not None else 'not-found'))\n"
        "[print(f'{name}={has[name]}') for name in sys.argv[4::2] if has and name in has]\n"
    )
    return Systemd(folder, (sys.executable, str(script)))


def test_a_unit_that_does_not_reach_the_database_is_told(built: Callable[[str], Site]) -> None:
    """With its setting, and what to do; a unit that does is not."""
    made = built("[server]\n")
    folder = made.folder / "elsewhere"
    folder.mkdir()
    made = built(f'[server]\n[ledger]\nurl = "sqlite:///{folder}/l.sqlite3"\n')
    state = str(made.asterisk.state)
    strict = {"ProtectSystem": "strict", "ReadWritePaths": state}
    problem = found(made, manager(made.folder, onshore=strict))["onshore.service"]
    assert f"cannot write into {folder}: ProtectSystem=strict" in problem.problem
    assert "run `onshore install`" in problem.remedy
    strict["ReadWritePaths"] += f" -{folder}"
    assert "onshore.service" not in found(made, manager(made.folder, onshore=strict))
    assert "onshore.service" not in found(made, manager(made.folder))
    assert "onshore.service" not in found(made, Systemd(made.folder, ("/no/such/systemctl",)))


def test_without_the_daemon_asterisk_s_own_unit_is_looked_at(built: Callable[[str], Site]) -> None:
    """A hardened one keeps the spool from being written."""
    made = built("")
    strict = {"ProtectSystem": "strict", "ReadWritePaths": "/var/lib/asterisk /var/log/asterisk /run/asterisk"}
    problem = found(made, manager(made.folder, asterisk=strict))["asterisk.service"]
    assert f"cannot write into {made.asterisk.state}: ProtectSystem=strict" in problem.problem
    assert f"ReadWritePaths={made.asterisk.state}" in problem.remedy
    assert "asterisk.service" not in found(made, manager(made.folder, asterisk={"ProtectSystem": "full"}))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize(
    ("folder_mode", "file_mode", "right"), [(0o700, 0o600, True), (0o500, 0o600, False), (0o700, 0o400, False)]
)
def test_a_database_that_asterisk_s_user_cannot_write_is_told(
    built: Callable[[str], Site], folder_mode: int, file_mode: int, *, right: bool
) -> None:
    """Its folder, too: WAL has files beside it."""
    folder = built("").folder / "elsewhere"
    folder.mkdir()
    made = built(f'[ledger]\nurl = "sqlite:///{folder}/l.sqlite3"\n')
    problem = found(made)["ledger's folder"]
    assert f"user games cannot use {folder}" in problem.problem
    open_store(load(made.asterisk.state)).engine.dispose()
    games = pwd.getpwnam("games")
    for path in (folder, *folder.iterdir()):
        os.chown(path, games.pw_uid, games.pw_gid)
    (folder / "l.sqlite3").chmod(file_mode)
    folder.chmod(folder_mode)
    assert ("ledger's folder" not in found(made)) == right


def test_a_folder_that_is_not_there_is_told(built: Callable[[str], Site]) -> None:
    """With the command that makes it; check makes nothing."""
    folder = built("").folder / "elsewhere"
    made = built(f'[ledger]\nurl = "sqlite:///{folder}/l.sqlite3"\n')
    assert f"install -d -o asterisk -g asterisk -m 750 {folder}" in found(made)["ledger"].remedy
    assert not folder.exists()


@pytest.mark.parametrize("kind", ["nfs4", "fuse.sshfs", "cifs"])
def test_a_ledger_on_a_network_s_disk_is_told(
    built: Callable[[str], Site], kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's is wrong; with a server's database, the spool's folder is worth a note."""
    made = built("")
    mounts = tmp_path / "mountinfo"
    mounts.write_text(ROOT_DISK + mount(str(made.asterisk.state), kind))
    monkeypatch.setattr(disks, "MOUNTS", mounts)
    problem = found(made)["ledger's disk"]
    assert (problem.serious, kind in problem.problem, "PostgreSQL" in problem.remedy) == (True, True, True)
    made = built('[ledger]\nurl = "postgresql+psycopg://nobody@127.0.0.1:1/none"\n')
    problem = found(made)["state's disk"]
    assert (problem.serious, kind in problem.problem) == (False, True)


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://u:s3cret@127.0.0.1:1/d", "postgresql+psycopg://127.0.0.1:1/d?password=s3cret"]
)
@pytest.mark.parametrize(("mode", "told"), [(0o644, True), (0o604, True), (0o640, False), (0o600, False)])
def test_a_password_that_everybody_may_read_is_told(
    built: Callable[[str], Site], url: str, mode: int, *, told: bool
) -> None:
    """With the file and what to type, and without the password."""
    made = built(f'[ledger]\nurl = "{url}"\n')
    made.file.chmod(mode)
    wrong = found(made)
    assert ("site's file" in wrong) == told
    assert all("s3cret" not in f"{one.problem}{one.remedy}" for one in wrong.values())
    if told:
        assert f"chmod 640 {made.file}" in wrong["site's file"].remedy
    made = built('[ledger]\nurl = "postgresql+psycopg://u@127.0.0.1:1/d"\n')
    made.file.chmod(0o644)
    assert "site's file" not in found(made)


@pytest.mark.parametrize(
    ("more", "waits", "told"),
    [("[server]\n", 3600, True), ("[server]\n", 5, False), ("", 3600, False), ("", 9 * 86400, True)],
)
def test_a_spool_that_only_grows_is_told(built: Callable[[str], Site], more: str, waits: float, *, told: bool) -> None:
    """With a daemon after minutes, else after days."""
    made = built(more)
    Spool(made.asterisk.state).write([Event("CALL", "arrived", {"service": "support"}, time.time() - waits)])
    Spool(made.asterisk.state).write([Event("CALL", "choice", {"choice": "none"})])
    assert ("spool" in found(made)) == told


@pytest.mark.parametrize(
    "line", [b"no event\n", b'{"at":900000000000000000,"call":"x","kind":"arrived","data":{}}\n', b"\xff\n"]
)
def test_a_damaged_spool_is_no_traceback(built: Callable[[str], Site], line: bytes) -> None:
    """Whatever is in it."""
    made = built("[server]\n")
    (made.asterisk.state / "spool").mkdir()
    (made.asterisk.state / "spool" / "events.jsonl").write_bytes(line)
    os.utime(made.asterisk.state / "spool" / "events.jsonl", (1, 1))
    found(made)


def test_a_lost_key_and_a_wrong_one_are_told(built: Callable[[str], Site]) -> None:
    """And check makes none."""
    made = built("")
    settings = load(made.asterisk.state)
    store = open_store(settings)
    store.append([Event("CALL", "arrived", {}), Event("CALL", "caller", keys.numbers(settings).caller("2025550101"))])
    store.engine.dispose()
    open_store(settings).engine.dispose()
    assert "ledger" not in found(made)
    settings.key.unlink()
    assert "take it from your backup" in found(made)["ledger"].problem
    assert not settings.key.exists()
    settings.key.write_text("ab" * 32)
    assert "is not the key" in found(made)["ledger"].problem


def test_a_database_without_wal_is_told(built: Callable[[str], Site]) -> None:
    """What `PRAGMA journal_mode` answers is looked at."""
    made = built("")
    open_store(load(made.asterisk.state)).engine.dispose()
    with sqlite3.connect(made.asterisk.state / "ledger.sqlite3") as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    assert "is in journal mode delete, not WAL" in found(made)["ledger"].problem


def test_install_changes_the_unit_with_the_database(tmp_path: Path) -> None:
    """A second install with another `ledger.url` changes the unit, and has the daemon started anew; then nothing."""
    machine = make(tmp_path / "machine")
    machine.install()
    other = replace(machine.target, database=tmp_path / "elsewhere")
    changes = plan_install(other)
    assert f'+ReadWritePaths="{machine.state}" "-{tmp_path}/elsewhere"' in changes.diff()
    assert "restart onshore.service" in changes.diff()
    machine.install(other)
    assert plan_install(other).empty
    assert not plan_install(machine.target).empty
