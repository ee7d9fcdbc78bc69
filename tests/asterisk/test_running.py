"""Whom Asterisk runs as, on machines that say it in different places."""

from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from onshore.asterisk import config, running
from onshore.errors import AsteriskError
from tests.asterisk.machine import Machine, quiet_who

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = pwd.getpwnam("nobody")


@pytest.fixture
def etc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the usual folder of a machine where nothing says anything, and no Asterisk runs."""
    folder = tmp_path / "etc" / "asterisk"
    folder.mkdir(parents=True)
    (folder / "asterisk.conf").write_text(f"[directories]\nastrundir => {tmp_path}/run\n[options]\n")
    quiet_who(monkeypatch, tmp_path)
    monkeypatch.setattr(running, "DEFAULT_ETC", folder)
    return folder


def options(etc: Path, text: str) -> None:
    """Add to asterisk.conf's options."""
    file = etc / "asterisk.conf"
    file.write_text(file.read_text() + text)


def unit(etc: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Have systemd say this of Asterisk's unit."""
    said = etc.parent / "said"
    said.write_text(text)
    script = etc.parent / "systemctl"
    script.write_text(f"#!/bin/sh\ncat {said}\n")
    script.chmod(0o755)
    monkeypatch.setattr(running, "SYSTEMCTL", (str(script),))


@pytest.fixture
def asterisk() -> Iterator[Path]:
    """Return a program called asterisk, for everybody, that runs until it is killed."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        program = Path(folder) / "asterisk"
        program.write_text("#!/bin/sh\nread x\n")
        program.chmod(0o755)
        yield program


def start(program: Path, *words: str, uid: int) -> subprocess.Popen[bytes]:
    """Start it as a user."""
    return subprocess.Popen([program, *words], user=uid, stdin=subprocess.PIPE)


@pytest.mark.parametrize(
    "text",
    [
        "User=nobody\nGroup=\nExecStart=\n",
        "User=65534\nGroup=65534\nExecStart=\n",
        "User=\nGroup=\nExecStart={ path=/usr/sbin/asterisk ; argv[]=/usr/sbin/asterisk -g -f -p -U nobody ; x=1 }\n",
        "User=\nGroup=\nExecStart={ argv[]=/usr/sbin/asterisk -fU nobody -G nogroup ; x=1 }\n",
    ],
)
def test_the_unit_goes_before_asterisk_conf(etc: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Its `User=`, or `-U` of what it starts."""
    options(etc, "runuser = root\n")
    unit(etc, monkeypatch, text)
    found = config.account(etc)
    assert found
    assert (found.user, found.uid) == ("nobody", NOBODY.pw_uid)


@pytest.mark.parametrize(
    "text",
    [
        'AST_USER="nobody"\n',
        "# AST_USER=root\nexport AST_USER=nobody # the user\nAST_GROUP=nogroup\n",
        'ASTARGS="-U nobody -g"\n',
        "OPTIONS='-vvvUnobody'\n",
    ],
)
def test_the_start_scripts_settings_go_before_asterisk_conf(
    etc: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """Where no unit says anything."""
    options(etc, "runuser = root\n")
    file = etc.parent / "defaults"
    file.write_text(text)
    monkeypatch.setattr(running, "DEFAULTS", (etc / "none", file))
    found = config.account(etc)
    assert found
    assert found.user == "nobody"


def test_what_says_nothing_is_passed_over(etc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit without a user, settings without one: asterisk.conf, then a user `asterisk`."""
    unit(etc, monkeypatch, "User=\nGroup=\nExecStart={ argv[]=/usr/sbin/asterisk -f ; }\n")
    options(etc, "runuser = nobody\n")
    found = config.account(etc)
    assert found
    assert found.user == "nobody"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start something as somebody else")
@pytest.mark.parametrize("pid_file", [True, False])
def test_the_running_process_goes_before_all(
    etc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asterisk: Path, *, pid_file: bool
) -> None:
    """Whatever is written anywhere: it writes and reads as its owner. A console, or another's Asterisk, is not it."""
    monkeypatch.setattr(running, "PROC", Path("/proc"))
    unit(etc, monkeypatch, "User=root\nGroup=root\n")
    options(etc, "runuser = root\n")
    started = [
        start(asterisk, "-C", str(etc / "asterisk.conf"), "-rx", "core show version", uid=0),
        start(asterisk, "-C", "/nowhere/asterisk.conf", "-f", uid=0),
        start(asterisk, "-f", "-C", str(etc / "asterisk.conf"), uid=NOBODY.pw_uid),
    ]
    try:
        if pid_file:
            (tmp_path / "run").mkdir()
            (tmp_path / "run" / "asterisk.pid").write_text(f"{started[2].pid}\n")
        found = config.account(etc)
        assert found
        assert found.user == "nobody"
    finally:
        for one in started:
            one.kill()
            one.communicate()


@pytest.mark.parametrize("text", ["User=no-such-user\n", "User=4294967\n"])
def test_a_user_who_is_not_there_is_told_with_where_it_is_said(
    etc: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """And how to make it."""
    unit(etc, monkeypatch, text)
    with pytest.raises(AsteriskError, match=r"asterisk\.service: .* no such user .*useradd"):
        config.account(etc)


@pytest.mark.parametrize(
    ("text", "serious"), [("", True), ("runuser = root\n", False), ("User=root\n", True), ("User=0\n", True)]
)
def test_a_daemon_that_will_be_root_is_told(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, *, serious: bool
) -> None:
    """A problem, unless asterisk.conf says that it is to be so; then it is said all the same."""
    quiet_who(monkeypatch, tmp_path)
    main = machine.etc / "asterisk.conf"
    kept = main.read_text().partition("runuser")[0]
    main.write_text(kept + (text if text.startswith("runuser") else ""))
    monkeypatch.setattr(running, "DEFAULT_ETC", machine.etc)
    monkeypatch.setattr(pwd, "getpwnam", {"root": pwd.getpwuid(0)}.__getitem__)
    if text.startswith("User"):
        unit(machine.etc, monkeypatch, text)
    planned = machine.planned()
    said = planned.problems if serious else planned.notes
    assert any("will run as root" in one for one in said)


@pytest.mark.parametrize(("root", "user"), [("/", "nobody"), ("", "nobody"), ("elsewhere", "root")])
def test_an_asterisk_in_a_container_is_not_this_machine_s(
    etc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: str, user: str
) -> None:
    """It has the usual folder by name, and other files there. One whose files we may not see can be ours."""
    options(etc, "runuser = root\n")
    process = tmp_path / "proc" / "4321"
    process.mkdir(parents=True)
    (process / "comm").write_text("asterisk\n")
    (process / "cmdline").write_bytes(b"/usr/sbin/asterisk\0-f\0-U\0asterisk\0")
    uid, gid = NOBODY.pw_uid, NOBODY.pw_gid
    (process / "status").write_text(f"Name:\tasterisk\nUid:\t{uid}\t{uid}\t{uid}\nGid:\t{gid}\t{gid}\t{gid}\n")
    (tmp_path / "elsewhere").mkdir()
    if root:
        (process / "root").symlink_to(tmp_path / root)
    monkeypatch.setattr(running, "PROC", tmp_path / "proc")
    found = config.account(etc)
    assert found
    assert found.user == user
