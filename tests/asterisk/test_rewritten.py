"""Another program writes Asterisk's files: the manager interface, a web interface, `dialplan save`."""

from __future__ import annotations

import pytest

from onshore.asterisk.include import LINE, copies, insists, without
from onshore.errors import InstallError
from tests.asterisk.machine import DIALPLAN, Machine

HEAD = b";!\n;! Automatically generated configuration file\n;! Generator: Manager\n;!\n"

LINES = [
    b'#include "extensions_onshore.conf"',
    b"#include <extensions_onshore.conf>",
    b"  #INCLUDE   extensions_onshore.conf  ",
    b'#tryinclude "extensions_onshore.conf"',
    b"#include extensions_onshore.conf ; of Onshore",
]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_a_line_of_ours_is_known_however_it_is_written(machine: Machine, line: bytes, ending: bytes) -> None:
    """It is not added a second time, and goes out again; what else the other program wrote stays."""
    machine.install()
    rewritten = HEAD + DIALPLAN.replace(b"=>", b" => ") + line + ending + b"[more]\n"
    machine.extensions.write_bytes(rewritten)
    assert machine.planned().empty
    machine.install()
    assert machine.extensions.read_bytes() == rewritten
    machine.uninstall()
    after = machine.extensions.read_bytes()
    assert b"include" not in after
    assert after.startswith(HEAD + DIALPLAN.replace(b"=>", b" => "))
    assert after.endswith(b"[more]\n")
    assert (b"; of Onshore" in after) is (b"; of Onshore" in line)


@pytest.mark.parametrize("word", [b"#tryinclude", b"#include", b"#TryInclude"])
@pytest.mark.parametrize("head", [b"", HEAD, b"; Written by `onshore install`.\n\n"])
@pytest.mark.parametrize("quotes", [b'"%s"', b"<%s>", b"%s"])
def test_the_file_that_leads_to_the_dialplan_is_known_by_what_it_does(
    machine: Machine, word: bytes, head: bytes, quotes: bytes
) -> None:
    """Asterisk's own writer drops comments and turns `#tryinclude` into `#include`: it is put back, with a word."""
    machine.install()
    own = machine.etc / "extensions_onshore.conf"
    before = own.read_bytes()
    target = quotes % str(machine.state / "asterisk" / "extensions_onshore.conf").encode()
    own.write_bytes(head + word + b" " + target + b"\n")
    planned = machine.planned()
    assert any("written anew by another program" in note for note in planned.notes)
    machine.install()
    assert own.read_bytes() == before
    own.write_bytes(head + word + b" " + target + b"\n")
    machine.uninstall()
    assert not own.exists()
    assert machine.extensions.read_bytes() == DIALPLAN


@pytest.mark.parametrize("more", [b"exten => foo,1,NoOp()\n", b"[x]\n", b'#include "/x/extensions_onshore.conf"\n'])
def test_what_does_something_else_is_somebodys_own(machine: Machine, more: bytes) -> None:
    """A line more is an admin's, and is not thrown away."""
    machine.install()
    own = machine.etc / "extensions_onshore.conf"
    own.write_bytes(own.read_bytes() + more)
    for do in (machine.install, machine.uninstall):
        with pytest.raises(InstallError, match="was edited since"):
            do()


def test_a_lost_state_folder_is_no_trap(machine: Machine) -> None:
    """Without a receipt, what leads to this very site's dialplan is taken back; what leads elsewhere is not ours."""
    machine.install()
    (machine.state / "install.json").unlink()
    own = machine.etc / "extensions_onshore.conf"
    own.write_bytes(b'#include "%s/asterisk/extensions_onshore.conf"\n' % str(machine.state).encode())
    machine.install()
    assert b"#tryinclude" in own.read_bytes()
    (machine.state / "install.json").unlink()
    own.write_bytes(b'#include "/other/extensions_onshore.conf"\n')
    with pytest.raises(InstallError, match="not from Onshore"):
        machine.install()


def test_a_copy_of_our_contexts_is_told(machine: Machine) -> None:
    """`dialplan save` writes all contexts into extensions.conf and drops the line: the copy would go before a build."""
    machine.install()
    machine.extensions.write_bytes(DIALPLAN + b"[onshore]\nexten => support,1,NoOp()\n\n[onshore-call]\n")
    report = machine.install()
    assert LINE in machine.extensions.read_bytes()
    assert any("dialplan save" in problem and "[onshore] and 1 more" in problem for problem in report.problems)
    assert any("dialplan save" in problem for problem in machine.uninstall().problems)


def test_only_contexts_of_ours_are_copies() -> None:
    """An admin's own `onshore-out` is none, nor is what is in a comment."""
    assert copies(b"[onshore-out]\n[default]\n") == []
    assert copies(b";[onshore-call]\n[onshore]\n;-- [onshore-call]\n--;\n") == []
    assert copies(b"[onshore](+)\n[onshore-call] ; x\n") == ["onshore", "onshore-call"]


def test_what_asterisk_does_not_do_without_is_found() -> None:
    """`#include` of a missing file costs the whole dialplan, `#tryinclude` costs nothing."""
    assert insists(b'#tryinclude "/x/extensions_onshore.conf"\n') == []
    assert insists(b'; c\n#Include "/x/extensions_onshore.conf"\n') == ["/x/extensions_onshore.conf"]


def test_only_one_line_is_taken_out() -> None:
    """Of several that look alike, the last."""
    line = b'#include "extensions_onshore.conf"\n'
    assert without(line + b"[a]\n" + line, LINE + b"\n") == line + b"[a]\n"
