"""Into Asterisk and out again."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from onshore.asterisk import changes as changing
from onshore.asterisk.include import LINE
from onshore.errors import InstallError, PlanError
from tests.asterisk.machine import DIALPLAN, make

if TYPE_CHECKING:
    from tests.asterisk.machine import Machine


def test_installing_puts_everything_in_its_place(machine: Machine) -> None:
    """The dialplan has the line at its end, and the file it includes, the sounds, the script and the unit are there."""
    report = machine.install()
    assert machine.extensions.read_bytes() == DIALPLAN + LINE + b"\n"
    own = (machine.etc / "extensions_onshore.conf").read_text()
    assert own.splitlines()[-1] == f'#tryinclude "{machine.state}/asterisk/extensions_onshore.conf"'
    for language in ("en", "es"):
        link = machine.root / "share" / "sounds" / language / "onshore"
        assert link.readlink() == machine.state / "sounds" / language / "onshore"
        assert (link / "welcome-123abc.ulaw").is_file()
    script = machine.root / "share" / "agi-bin" / "onshore.agi"
    done = subprocess.run([script], check=True, capture_output=True, text=True)
    assert done.stdout == f"{machine.state}\n"
    unit = (machine.root / "systemd" / "onshore.service").read_text()
    assert f'ExecStart="{machine.root}/bin/onshore" serve --state "{machine.target.state}"\n' in unit
    assert f'ReadWritePaths="{machine.state}"\n' in unit
    assert not report.problems


def test_installing_twice_changes_nothing(machine: Machine) -> None:
    """The second run finds everything as it should be."""
    machine.install()
    before = machine.tree()
    again = machine.planned()
    assert again.empty
    assert again.diff() == ""
    machine.install()
    assert machine.tree() == before


def test_uninstalling_leaves_everything_as_it_was(machine: Machine) -> None:
    """Every file, mode, owner, link and folder is as before, byte for byte."""
    machine.extensions.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(machine.extensions, 12, 34)
    with contextlib.suppress(OSError):  # a file system without such attributes has none to keep
        os.setxattr(machine.extensions, "user.note", b"the admin's")
    attributes = os.listxattr(machine.extensions)
    before = machine.tree()
    machine.install()
    status = machine.extensions.stat()
    assert status.st_mode & 0o7777 == 0o640
    assert os.listxattr(machine.extensions) == attributes
    machine.uninstall()
    assert machine.tree() == before


def test_a_dry_run_shows_all_and_does_nothing(machine: Machine) -> None:
    """The diff names every file, link, folder and command, and the disk stays as it is."""
    before = machine.tree()
    diff = machine.planned().diff()
    assert machine.tree() == before
    assert f"--- {machine.extensions}\n+++ {machine.extensions}\n" in diff
    assert "\n+#include extensions_onshore.conf\n" in diff
    share = machine.root / "share"
    assert f"+link {share}/sounds/es/onshore -> {machine.state}/sounds/es/onshore\n" in diff
    assert f"+folder {share}/sounds/es\n" in diff
    assert f"+++ {share}/agi-bin/onshore.agi\n" in diff
    assert "enable --now onshore.service\n" in diff
    assert machine.said("systemctl") in ([], ["is-active --quiet onshore.service"])


def test_the_diff_is_one_that_patch_takes(machine: Machine) -> None:
    """A file without a line end at its end, with carriage returns in it, is shown as `diff -u` shows it."""
    machine.extensions.write_bytes(b"[a]\r\nexten => 1,1,NoOp()")
    name = machine.extensions
    assert (
        f"--- {name}\n+++ {name}\n@@ -1,2 +1,3 @@\n [a]\r\n"
        "-exten => 1,1,NoOp()\n\\ No newline at end of file\n"
        "+exten => 1,1,NoOp()\r\n+#include extensions_onshore.conf\r\n"
    ) in machine.planned().diff()


def quiet(root: Path) -> Machine:
    """Return a machine on which nothing runs, for many examples."""
    machine = make(root)
    return replace(machine, target=replace(machine.target, command="false", systemd=None))


ends = st.sampled_from([b"", b"\n", b"\r\n", b"\r", b"\n\n", b"\r\n\r\n", b";", b"\\", b"\0"])
pieces = st.sampled_from(
    [b"[general]", b"exten => 1,1,NoOp()", b"; x", b"\xff\xfe\x00", b"\xef\xbb\xbf[a]", LINE[:-1], b";" + LINE, b";---"]
)
contents = st.builds(lambda lines, ending, end: ending.join(lines) + end, st.lists(pieces), ends, ends) | st.binary()


@settings(deadline=None, max_examples=60)
@given(contents)
@example(b"")
@example(b"[a]\r\nexten => 1,1,NoOp()")
@example(b";" + LINE + b"\n")
def test_any_dialplan_comes_back_byte_for_byte(content: bytes) -> None:
    """Whatever bytes extensions.conf has, however it ends, they are there again after uninstalling."""
    with tempfile.TemporaryDirectory() as folder:
        machine = quiet(Path(folder) / "machine")
        machine.extensions.write_bytes(content)
        before = machine.tree()
        try:
            machine.install()
        except InstallError as error:
            assert "comment that begins" in str(error)  # noqa: PT017 - some examples end in an open comment block
            assert machine.tree() == before
            return
        assert machine.extensions.read_bytes().startswith(content)
        assert machine.planned().empty
        machine.uninstall()
        assert machine.tree() == before


@settings(deadline=None, max_examples=60)
@given(contents, st.lists(pieces.filter(lambda piece: piece != LINE)), st.lists(pieces))
def test_what_the_admin_writes_meanwhile_stays(content: bytes, above: list[bytes], below: list[bytes]) -> None:
    """Lines added before and after ours are all there, each on a line of its own, and nothing of ours is."""
    if b";--" in content:
        return
    with tempfile.TemporaryDirectory() as folder:
        machine = quiet(Path(folder) / "machine")
        machine.extensions.write_bytes(content)
        machine.install()
        installed = machine.extensions.read_bytes()
        first = b"".join(line + b"\n" for line in above)
        last = b"".join(line + b"\n" for line in below)
        if b";--" in first or b";--" in last:
            return
        machine.extensions.write_bytes(first + installed + last)
        machine.uninstall()
        joint = b"" if not below or installed == content + LINE + installed[len(content) + len(LINE) :] else b"\n"
        if joint and installed[len(content) :].startswith(b"\r\n"):
            joint = b"\r\n"
        assert machine.extensions.read_bytes() == first + content + joint + last


def test_freepbx_gets_the_line_in_its_custom_file(machine: Machine) -> None:
    """Extensions.conf, which FreePBX writes anew, stays as it is; the custom file is made, and goes again."""
    machine.extensions.write_bytes(b"#include extensions_custom.conf\n" + DIALPLAN)
    before = machine.tree()
    machine.install()
    assert machine.extensions.read_bytes() == b"#include extensions_custom.conf\n" + DIALPLAN
    assert (machine.etc / "extensions_custom.conf").read_bytes() == LINE + b"\n"
    machine.uninstall()
    assert machine.tree() == before


def test_freepbx_is_known_by_its_own_file(machine: Machine) -> None:
    """What /etc/freepbx.conf says goes, whatever extensions.conf includes; an existing custom file is added to."""
    (machine.etc.parent / "freepbx.conf").touch()
    custom = machine.etc / "extensions_custom.conf"
    custom.write_bytes(b"[from-internal-custom]\r\n")
    machine.install()
    assert custom.read_bytes() == b"[from-internal-custom]\r\n" + LINE + b"\r\n"
    machine.uninstall()
    assert custom.read_bytes() == b"[from-internal-custom]\r\n"


def test_a_custom_file_of_ours_stays_when_the_admin_uses_it(machine: Machine) -> None:
    """Only our line goes out of it."""
    (machine.etc.parent / "freepbx.conf").touch()
    machine.install()
    custom = machine.etc / "extensions_custom.conf"
    custom.write_bytes(custom.read_bytes() + b"[mine]\n")
    machine.uninstall()
    assert custom.read_bytes() == b"[mine]\n"


def test_a_linked_dialplan_is_written_where_it_lies(machine: Machine) -> None:
    """The link stays a link, and the file it leads to gets the line."""
    real = machine.root / "git" / "extensions.conf"
    real.parent.mkdir()
    machine.extensions.rename(real)
    machine.extensions.symlink_to("../../git/extensions.conf")
    before = machine.tree()
    machine.install()
    assert machine.extensions.is_symlink()
    assert real.read_bytes() == DIALPLAN + LINE + b"\n"
    machine.uninstall()
    assert machine.tree() == before


def test_a_line_that_is_there_already_is_the_admins(machine: Machine) -> None:
    """It is not added again; uninstalling refuses to leave it alone, and goes on once it is out."""
    machine.extensions.write_bytes(b'#include "extensions_onshore.conf" ; mine\n' + DIALPLAN)
    machine.install()
    assert machine.extensions.read_bytes() == b'#include "extensions_onshore.conf" ; mine\n' + DIALPLAN
    before = machine.tree()
    with pytest.raises(InstallError, match="Take that line out"):
        machine.uninstall()
    assert machine.tree() == before
    machine.extensions.write_bytes(DIALPLAN)
    machine.uninstall()


def test_a_line_in_an_open_comment_would_not_count(machine: Machine) -> None:
    """An unfinished comment block at the end is told, and nothing is changed."""
    machine.extensions.write_bytes(DIALPLAN + b";-- old things\n")
    before = machine.tree()
    with pytest.raises(InstallError, match="never ends"):
        machine.install()
    assert machine.tree() == before


@pytest.mark.parametrize(
    "place", ["share/sounds/es/onshore", "share/agi-bin/onshore.agi", "etc/asterisk/extensions_onshore.conf"]
)
def test_what_somebody_else_has_there_is_not_touched(machine: Machine, place: str) -> None:
    """Something that is not ours in a place of ours stops the install before anything is changed."""
    path = machine.root / place
    path.parent.mkdir(exist_ok=True)
    path.write_text("not ours")
    before = machine.tree()
    with pytest.raises(InstallError, match=str(path)):
        machine.install()
    assert machine.tree() == before


def test_a_link_to_another_onshore_is_not_touched(machine: Machine) -> None:
    """Two sites cannot have the same Asterisk."""
    (machine.root / "share" / "sounds" / "en" / "onshore").symlink_to("/var/lib/other/sounds/en/onshore")
    with pytest.raises(InstallError, match="uninstall the other Onshore"):
        machine.install()


def test_a_language_that_went_takes_its_link_along(machine: Machine) -> None:
    """After a build without Spanish its link goes, and the folder made for it."""
    machine.install()
    machine.build("en", "fr")
    machine.install()
    sounds = machine.root / "share" / "sounds"
    assert sorted(path.name for path in sounds.iterdir()) == ["en", "fr"]
    assert (sounds / "fr" / "onshore").is_symlink()


def test_a_folder_with_other_peoples_sounds_stays(machine: Machine) -> None:
    """A language's folder that we made, and that others use now, is left, and that is said."""
    machine.install()
    other = machine.root / "share" / "sounds" / "es" / "hello.gsm"
    other.write_bytes(b"x")
    report = machine.uninstall()
    assert [path.name for path in other.parent.iterdir()] == ["hello.gsm"]
    assert any(str(other.parent) in note for note in report.notes)


def test_an_edited_file_of_ours_is_not_lost(machine: Machine) -> None:
    """Neither installing again nor uninstalling throws away what the admin wrote into it."""
    machine.install()
    script = machine.root / "share" / "agi-bin" / "onshore.agi"
    script.write_text("#!/bin/sh\n")
    before = machine.tree()
    for do in (machine.install, machine.uninstall):
        with pytest.raises(InstallError, match="was edited since"):
            do()
    assert machine.tree() == before
    script.unlink()
    machine.uninstall()


def test_uninstalling_what_is_not_installed_says_so(machine: Machine) -> None:
    """There is no receipt, and nothing is guessed."""
    with pytest.raises(InstallError, match="not installed"):
        machine.uninstall()


def test_installing_before_building_says_what_to_type(machine: Machine) -> None:
    """The plan is asked for first."""
    (machine.state / "plan.json").unlink()
    with pytest.raises(PlanError, match="onshore build"):
        machine.install()


def test_a_newer_script_takes_the_place_of_the_old_one(machine: Machine) -> None:
    """An upgrade writes it anew, and still goes out without a trace."""
    before = machine.tree()
    machine.install()
    machine.target.script.write_text('#!/usr/bin/env python3\nSTATE = "x"\nprint("new")\n')
    machine.install()
    assert "new" in (machine.root / "share" / "agi-bin" / "onshore.agi").read_text()
    machine.uninstall()
    machine.target.script.write_bytes(before["onshore.agi"][3])  # type: ignore[arg-type] # a file's content is bytes
    assert machine.tree() == before


@pytest.mark.parametrize("count", range(8))
def test_a_failure_anywhere_undoes_what_was_done(machine: Machine, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Whichever write fails, with whatever error, the machine is as before, and the error names the file."""
    before = machine.tree()
    planned = machine.planned()
    left = count

    real = changing.FileChange.do, changing.LinkChange.do, changing.FolderChange.do
    assert len(planned.files) == 8, "the parameters are to reach every one"

    def failing(index: int) -> object:
        def do(change: changing.Change) -> None:
            nonlocal left
            if left == 0:
                left = -1
                raise OSError(28, "No space left on device")
            left -= 1
            real[index](change)  # type: ignore[arg-type] # each its own kind

        return do

    for index, kind in enumerate((changing.FileChange, changing.LinkChange, changing.FolderChange)):
        monkeypatch.setattr(kind, "do", failing(index))
    with pytest.raises(InstallError, match=r"No space left on device\. Nothing was changed") as caught:
        changing.do_all(planned.files)
    assert str(machine.root) in str(caught.value)
    assert machine.tree() == before


def test_a_dialplan_that_cannot_be_replaced_is_written_in_its_place(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file mounted on its own answers a rename with EBUSY; it is written all the same."""
    real = Path.replace

    def busy(self: Path, target: Path) -> Path:
        if target == machine.extensions:
            raise OSError(16, "Device or resource busy")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", busy)
    before = machine.tree()
    inode = machine.extensions.stat().st_ino
    machine.install()
    assert machine.extensions.read_bytes() == DIALPLAN + LINE + b"\n"
    assert machine.extensions.stat().st_ino == inode
    machine.uninstall()
    assert machine.tree() == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_dialplan_that_may_not_be_written_stops_everything() -> None:
    """As somebody else than its owner: the error names the file, and nothing is changed."""
    root = Path(tempfile.mkdtemp()) / "machine"
    try:
        _nobodys(root)
    finally:
        subprocess.run(["rm", "-rf", root.parent], check=True)


def _nobodys(root: Path) -> None:
    machine = make(root)
    root.parent.chmod(0o755)
    for path in root.rglob("*"):
        os.chown(path, 65534, 65534, follow_symlinks=False)
    os.chown(machine.extensions, 0, 0)
    os.chown(machine.etc, 0, 0)
    before = machine.tree()
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from onshore.asterisk.install import Target, apply, plan_install\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "root = Path(sys.argv[1])\n"
        "target = Target(root / 'etc/asterisk', root / 'state', 'false', False, root / 'onshore.agi')\n"
        "try:\n"
        "    apply(plan_install(target))\n"
        "except Exception as error:\n"
        "    print(type(error).__name__, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, root], check=True, capture_output=True, text=True)
    assert done.stdout.startswith("InstallError")
    assert f"{machine.extensions} cannot be written: Permission denied" in done.stdout
    assert "Run it as root" in done.stdout
    assert machine.tree() == before


def test_asterisk_reloads_when_it_runs(machine: Machine) -> None:
    """The dialplan is read again after an install and after an uninstall."""
    machine.runs()
    report = machine.install()
    assert report.reloaded
    assert not report.problems
    assert machine.said("console") == ["core show settings", "dialplan reload", "dialplan show onshore"]
    report = machine.uninstall()
    assert report.reloaded
    assert not report.problems


def test_an_asterisk_that_does_not_run_is_no_error(machine: Machine) -> None:
    """It is said, and the rest is done."""
    report = machine.install()
    assert not report.reloaded
    assert any("reads it when it starts" in note for note in report.notes)


def test_a_reload_that_did_not_take_is_a_problem(machine: Machine) -> None:
    """Asterisk says `Dialplan reloaded.` also when it could not: so it is asked for the context."""
    machine.runs()
    machine.install()
    machine.extensions.write_bytes(DIALPLAN)
    (machine.root / "tools" / "console").write_text("print('Dialplan reloaded.')")
    report = machine.install()
    assert any("does not have the context" in problem for problem in report.problems)


def test_the_daemon_is_started_restarted_and_stopped(machine: Machine) -> None:
    """Started when it is installed, restarted when its unit changed, stopped before it goes."""
    machine.install()
    assert machine.said("systemctl")[-2:] == ["daemon-reload", "enable --now onshore.service"]
    machine.install()
    assert machine.said("systemctl") == ["is-active --quiet onshore.service", "is-enabled --quiet onshore.service"]
    (machine.root / "tools" / "unit-runs").unlink()
    machine.install()
    assert machine.said("systemctl")[-1] == "enable --now onshore.service"
    unit = machine.root / "systemd" / "onshore.service"
    machine.install(machine.without_daemon())
    assert not unit.exists()
    assert machine.said("systemctl") == ["disable --now onshore.service", "daemon-reload"]
    machine.install()
    machine.said("systemctl")
    machine.uninstall()
    assert not unit.exists()
    assert machine.said("systemctl") == ["disable --now onshore.service", "daemon-reload"]


def test_a_daemon_that_does_not_start_is_a_problem_not_a_failure(machine: Machine) -> None:
    """Callers are served without it: the files stay, and the report says what systemd said."""
    (machine.root / "tools" / "systemctl-fails").touch()
    report = machine.install()
    assert LINE in machine.extensions.read_bytes()
    assert any("Job for onshore.service failed" in problem for problem in report.problems)


def test_without_systemd_the_report_says_how_to_start_the_daemon(machine: Machine) -> None:
    """One line, to be typed as it is."""
    report = machine.install(replace(machine.target, systemd=None))
    line = f"{machine.root}/bin/onshore serve --state {machine.target.state}"
    assert any(note.endswith(line) for note in report.notes)
    assert not (machine.root / "systemd" / "onshore.service").exists()
