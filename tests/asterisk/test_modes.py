"""Another tool's idea of modes: `fwconsole chown`, chmod -R."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onshore.asterisk import modes
from onshore.asterisk.config import Account

if TYPE_CHECKING:
    from tests.asterisk.machine import Machine

ROOT = Account("root", "root", 0, 0)
SECRETS = ("ledger.key", "seal.key", "ledger.json", "ledger.sqlite3", "ledger.sqlite3-wal")


def furnished(machine: Machine) -> Machine:
    """Return the machine with Onshore installed, and books and keys in its state folder."""
    for name in SECRETS:
        (machine.state / name).touch(0o600)
    (machine.state / "spool").mkdir(0o700)
    (machine.state / "spool" / "events.jsonl").touch(0o600)
    (machine.state / "prompts.jsonl").write_text("{}\n")
    machine.install()
    return machine


def problems(machine: Machine) -> list[str]:
    """Return what `check` says of the modes."""
    places = tuple(machine.root / "share" / "sounds" / language / "onshore" for language in ("en", "es"))
    files = (machine.root / "share" / "agi-bin" / "onshore.agi", machine.etc / "extensions_onshore.conf")
    return list(modes.problems(machine.state, places, files, ROOT))


def test_as_installed_nothing_is_wrong(machine: Machine) -> None:
    """Nor is there anything to change."""
    furnished(machine)
    assert problems(machine) == []
    assert machine.planned().empty


@pytest.mark.parametrize("folder", [0o644, 0o664, 0o777, 0o700, 0o750])
@pytest.mark.parametrize("file", [0o777, 0o755, 0o664, 0o644, 0o640, 0o666])
def test_whatever_modes_a_tool_leaves_are_put_right(machine: Machine, folder: int, file: int) -> None:
    """In Asterisk's folders and, through the link, in the state folder: keys and books stay their owner's alone."""
    furnished(machine)
    before = machine.tree()
    every = [path for path in machine.state.rglob("*") if path.name != "install.json"]
    for path in sorted(every, reverse=True):
        path.chmod(folder if path.is_dir() else file)
    (machine.root / "share" / "agi-bin" / "onshore.agi").chmod(file & ~0o111)
    told = problems(machine)
    named = {word for line in told for word in line.split()}
    for name in SECRETS:
        assert str(machine.state / name) in named
    assert f"{machine.root}/share/agi-bin/onshore.agi" in named
    if folder != 0o755:
        assert str(machine.state / "sounds" / "en" / "onshore") in named
    machine.install()
    assert machine.tree() == before
    assert machine.planned().empty
    assert problems(machine) == []


def test_only_what_asterisk_cannot_use_in_its_own_folders_is_a_problem(machine: Machine) -> None:
    """0754 and 0640 as FreePBX sets them are fine for the owner; others' bits are FreePBX's to decide."""
    furnished(machine)
    (machine.root / "share" / "agi-bin" / "onshore.agi").chmod(0o754)
    (machine.etc / "extensions_onshore.conf").chmod(0o640)
    assert problems(machine) == []


def test_no_link_is_followed_out_of_the_state_folder(machine: Machine) -> None:
    """A link that came meanwhile gives nobody another file's modes."""
    furnished(machine)
    outside = machine.root / "outside"
    outside.write_text("x")
    outside.chmod(0o600)
    (machine.state / "plan.json").chmod(0o755)
    change = modes.repair(machine.state)
    assert change
    (machine.state / "plan.json").unlink()
    (machine.state / "plan.json").symlink_to(outside)
    with pytest.raises(OSError, match="symbolic"):
        change.do()
    assert outside.stat().st_mode & 0o777 == 0o600


def test_a_change_of_modes_is_shown_and_can_be_undone(machine: Machine) -> None:
    """Each file with both modes."""
    furnished(machine)
    key = machine.state / "ledger.key"
    key.chmod(0o755)
    change = modes.repair(machine.state)
    assert change
    assert change.diff() == f"-mode 0755 {key}\n+mode 0600 {key}\n"
    change.do()
    change.reverse().do()
    assert key.stat().st_mode & 0o777 == 0o755
