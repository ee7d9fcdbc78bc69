"""What is to be in Asterisk's folders."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from onshore.asterisk import layout
from onshore.asterisk.config import Account
from onshore.asterisk.install import plan_install
from onshore.asterisk.systemd import unit
from onshore.errors import InstallError
from onshore.paths import share
from tests.asterisk.machine import make

SOURCE = '#!/usr/bin/env python3\n"""AGI."""\nimport sys\nSTATE = "/var/lib/onshore"\nprint(STATE, sys.argv[1:])\n'


def test_the_script_that_comes_with_onshore_is_one_that_can_be_installed() -> None:
    """Its first line and its state folder are where they are looked for."""
    script = layout.script(share("agi_scripts") / layout.SCRIPT, Path("/srv/it's here"))
    assert script.startswith(f"#!{sys.executable} -P\n".encode())
    assert b'\nSTATE = "/srv/it\'s here"\n' in script
    compile(script, "onshore.agi", "exec")


@pytest.mark.parametrize("folder", ["a b", "l" * 120, "c$(x) `d`"])
def test_the_script_starts_with_a_python_in_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    """A `#!` line knows no spaces and is short; a shell finds the way then."""
    python = tmp_path / folder / "python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    source, installed = tmp_path / "source", tmp_path / "onshore.agi"
    source.write_text(SOURCE)
    monkeypatch.setattr(sys, "executable", str(python))
    installed.write_bytes(layout.script(source, Path('/a "quoted" state')))
    installed.chmod(0o755)
    done = subprocess.run([installed, "x y"], check=True, capture_output=True, text=True)
    assert done.stdout == "/a \"quoted\" state ['x y']\n"


def test_a_script_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    """Without the line for the state folder it would read another site's plan."""
    source = tmp_path / "onshore.agi"
    source.write_text("#!/usr/bin/env python3\nprint()\n")
    with pytest.raises(InstallError, match="not as it came with Onshore"):
        layout.script(source, tmp_path)


def test_a_unit_takes_folders_with_any_name() -> None:
    """Quotes, percent signs and dollars mean something to systemd; they are written so that they do not."""
    account = Account("asterisk", "pbx", 1, 1)
    text = unit(Path("/o/onshore"), Path('/100%/a "$b"'), account).decode()
    assert 'ExecStart="/o/onshore" serve --state "/100%%/a \\"$$b\\""\n' in text
    assert 'ReadWritePaths="/100%%/a \\"$b\\""\n' in text
    assert "User=asterisk\nGroup=pbx\n" in text
    for line in ("Type=notify", "WatchdogSec=10", "Restart=always", "After=network.target"):
        assert f"{line}\n" in text


@pytest.mark.parametrize("name", ["a;b", "a<b", 'a"b', "a*b", "a[1]"])
def test_a_state_folder_that_asterisk_cannot_include_names_the_key(tmp_path: Path, name: str) -> None:
    """Asterisk's include knows no escapes."""
    machine = make(tmp_path / name)
    with pytest.raises(InstallError, match=r"set `state` under \[asterisk\]"):
        plan_install(machine.target)
