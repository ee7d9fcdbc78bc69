"""Whose files are whose, and who gets at them."""

from __future__ import annotations

import os
import pwd
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from onshore.asterisk.access import problems
from onshore.asterisk.config import Account
from onshore.asterisk.install import apply
from onshore.asterisk.receipt import load
from onshore.errors import InstallError

if TYPE_CHECKING:
    from tests.asterisk.machine import Machine

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
NOBODY = pwd.getpwnam("nobody")
ACCOUNT = Account("nobody", "nogroup", NOBODY.pw_uid, NOBODY.pw_gid)


def _runs_as_nobody(machine: Machine) -> None:
    main = machine.etc / "asterisk.conf"
    main.write_text(main.read_text().replace("runuser = root", "runuser = nobody"))


@root_only
def test_the_state_folder_may_be_on_another_disk(machine: Machine) -> None:
    """Where it is a link, the folder that it leads to is given to Asterisk's user."""
    _runs_as_nobody(machine)
    real = machine.state.rename(machine.root / "disk")
    machine.state.symlink_to(real)
    machine.install()
    assert {path.lstat().st_uid for path in (real, *real.rglob("*")) if path.name != "install.json"} == {NOBODY.pw_uid}


@root_only
def test_giving_away_follows_no_link_that_came_meanwhile(machine: Machine) -> None:
    """A folder replaced by a link between the plan and the deed gives nobody a file of root's."""
    _runs_as_nobody(machine)
    roots = machine.root / "roots"
    roots.mkdir()
    planned = machine.planned()
    sounds = machine.state / "sounds" / "en" / "onshore"
    for file in sounds.iterdir():
        (roots / file.name).touch()
    sounds.rename(machine.state / "away")
    sounds.symlink_to(roots)
    with pytest.raises(InstallError):
        apply(planned)
    assert {file.stat().st_uid for file in roots.iterdir()} == {0}


def test_the_receipt_is_never_read_or_written_through_a_link(machine: Machine) -> None:
    """A link in its place, which Asterisk's user could put there, is refused, and what it leads to stays."""
    elsewhere = machine.root / "elsewhere"
    planned = machine.planned()
    (machine.state / "install.json").symlink_to(elsewhere)
    with pytest.raises(InstallError, match=r"install\.json"):
        machine.planned()
    apply(planned)
    assert not elsewhere.exists()
    assert load(machine.state)


@root_only
def test_the_state_folder_is_given_to_asterisks_user(machine: Machine) -> None:
    """With all that is in it, links not followed, but not the receipt: who writes that decides what is removed."""
    _runs_as_nobody(machine)
    (machine.state / "log").mkdir()
    (machine.state / "elsewhere").symlink_to(machine.extensions)
    diff = machine.planned().diff()
    assert "+owner nobody:" in diff
    machine.install()
    for path in (machine.state, *machine.state.rglob("*")):
        assert path.lstat().st_uid == (0 if path.name == "install.json" else NOBODY.pw_uid), path
    assert machine.extensions.stat().st_uid == 0
    assert machine.planned().empty


@root_only
def test_a_receipt_from_another_hand_is_not_believed(machine: Machine) -> None:
    """Asterisk's user, whose folder it is in, could have root remove anything with it."""
    machine.install()
    os.chown(machine.state / "install.json", NOBODY.pw_uid, NOBODY.pw_gid)
    before = machine.tree()
    with pytest.raises(InstallError, match="was not written by root"):
        machine.uninstall()
    assert machine.tree() == before


@pytest.mark.parametrize("content", [b"", b"[]", b'{"format": 99}', b'{"format": 1}', b'{"format": 1, "files": 3}'])
def test_a_damaged_receipt_is_told(tmp_path: Path, content: bytes) -> None:
    """By its name; nothing is guessed from it."""
    (tmp_path / "install.json").write_bytes(content)
    with pytest.raises(InstallError, match=r"install\.json"):
        load(tmp_path)


@root_only
def test_what_asterisks_user_cannot_do_is_told_with_the_remedy() -> None:
    """A folder on the way that it may not pass, a file it may not read, a state folder it may not write in."""
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        state, site = top / "state", top / "onshore.toml"
        state.mkdir()
        site.touch(0o600)
        closed = list(problems(ACCOUNT, state, (site,), ours=True))
        assert len(closed) == 2
        assert all(problem.endswith(f"chmod o+x {top}") for problem in closed)
        top.chmod(0o755)
        assert list(problems(ACCOUNT, state, (site,), ours=True)) == [
            f"Asterisk's user nobody cannot read {site}: chmod o+r {site}"
        ]
        site.chmod(0o644)
        assert list(problems(ACCOUNT, state, (site,), ours=False)) == [
            f"Asterisk's user nobody cannot use {state}: chown -R nobody:nogroup {state}"
        ]
        os.chown(state, NOBODY.pw_uid, 0)
        assert not list(problems(ACCOUNT, state, (site,), ours=False))
