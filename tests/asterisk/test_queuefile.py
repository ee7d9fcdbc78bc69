"""What the site's queues tell of a call, and how they are told to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from onshore.asterisk.install import apply, plan_install
from onshore.asterisk.queuefile import queues, realtime
from onshore.errors import InstallError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.asterisk.machine import Machine

BOTH = ("setinterfacevar", "setqueueentryvar")


@pytest.mark.parametrize(
    ("text", "missing", "context"),
    [
        ("[q]\n", BOTH, ""),
        ("[q]\nsetinterfacevar = yes\nsetqueueentryvar=true\n", (), ""),
        ("[q]\nSetInterfaceVar => 1\nsetqueueentryvar = no ; yes\n", ("setqueueentryvar",), ""),
        ("[q]\nsetinterfacevar = yes\nsetinterfacevar = no\nsetqueueentryvar = on\n", ("setinterfacevar",), ""),
        ("[t](!)\nsetinterfacevar = yes\n[q](t)\n", ("setqueueentryvar",), ""),
        ("[t](!)\nsetinterfacevar = yes\ncontext = out\n[u](!,t)\nsetqueueentryvar = y\n[q](u)\n", (), "out"),
        ("[t](!)\nsetinterfacevar = yes\n[q](t)\nsetinterfacevar = no\n", BOTH, ""),
        ("[q]\n[q](+)\nsetinterfacevar = yes\n#include more.conf\n", (), "exit"),
        ("[general]\nsetinterfacevar = yes\nsetqueueentryvar = yes\n[q]\n", BOTH, ""),
        ("[q]\n;setinterfacevar = yes\n;-- setqueueentryvar = yes\n--;\ncontext = queue-exit\n", BOTH, "queue-exit"),
    ],
)
def test_a_queue_is_what_it_comes_to(tmp_path: Path, text: str, missing: tuple[str, ...], context: str) -> None:
    """With its templates, what is added to it, included files; [general] says nothing of a queue; the last counts."""
    (tmp_path / "queues.conf").write_text(text)
    (tmp_path / "more.conf").write_text("[q](+)\nsetqueueentryvar = yes\ncontext = exit\n")
    assert queues(tmp_path)["q"] == (missing, context)


def test_a_queue_of_a_database_is_read_off_the_console() -> None:
    """As `realtime load` prints it; nothing there is nothing known."""
    head = "                   Column Name                    Column Value\n   ----------   ---------\n"
    shown = (
        f"{head}                          name                    q\n               setinterfacevar               yes\n"
    )
    assert realtime(shown) == (("setqueueentryvar",), "")
    assert realtime("No rows found matching search criteria.\n") is None


def with_queues(machine: Machine, text: str, *names: str) -> Machine:
    """Return the machine with a queues.conf, and a site that has these queues."""
    (machine.etc / "queues.conf").write_text(text)
    return replace(machine, target=replace(machine.target, queues=names))


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
def test_the_queues_are_told_and_everything_comes_out_again(machine: Machine, end: str) -> None:
    """One line in queues.conf, one file; a second install keeps it; off again, or uninstalled, not a byte is left."""
    machine = with_queues(
        machine, f"[general]\n[t](!)\n[q1](t)\nsetinterfacevar = no\n[q2]\n[other]{end}", "q1", "q2", "gone"
    )
    before = machine.tree()
    machine.runs()
    report = machine.install(replace(machine.target, queue_variables=True))
    assert any(path.endswith("queues_onshore.conf") for path in report.changed)
    assert "queue reload all" in machine.said("console")
    found = queues(machine.etc)
    assert (found["q1"].missing, found["q2"].missing, found["other"].missing) == ((), (), BOTH)
    assert "gone" not in (machine.etc / "queues_onshore.conf").read_text()
    assert machine.planned().empty
    apply(plan_install(replace(machine.target, queue_variables=False)))
    assert queues(machine.etc)["q2"].missing == BOTH
    assert machine.planned().empty
    machine.install(replace(machine.target, queue_variables=True))
    machine.uninstall()
    (machine.root / "tools" / "running").unlink()
    assert machine.tree() == before


def test_a_queue_that_went_is_not_told_any_more(machine: Machine) -> None:
    """An addition to a queue that is not there would cost those after it."""
    machine = with_queues(machine, "[q1]\n[q2]\n", "q1", "q2")
    machine.install(replace(machine.target, queue_variables=True))
    main = machine.etc / "queues.conf"
    main.write_text(main.read_text().replace("[q1]\n", ""))
    machine.install()
    assert "q1" not in (machine.etc / "queues_onshore.conf").read_text()


def test_freepbx_gets_it_in_the_file_that_it_reads_last(machine: Machine) -> None:
    """Its own files, which it writes anew, stay as they are; the custom file is made, and goes again."""
    (machine.etc.parent / "freepbx.conf").touch()
    machine = with_queues(machine, "#include queues_additional.conf\n#tryinclude queues_post_custom.conf\n", "700")
    (machine.etc / "queues_additional.conf").write_text("[700]\n")
    before = machine.tree()
    machine.install(replace(machine.target, queue_variables=True))
    assert (machine.etc / "queues_post_custom.conf").read_text() == "#include queues_onshore.conf\n"
    assert queues(machine.etc)["700"].missing == ()
    machine.uninstall()
    assert machine.tree() == before


def test_a_freepbx_without_such_a_file_is_told_what_to_do(machine: Machine) -> None:
    """Nothing is changed."""
    (machine.etc.parent / "freepbx.conf").touch()
    machine = with_queues(machine, "[700]\n", "700")
    before = machine.tree()
    with pytest.raises(InstallError, match=r"queues_post_custom\.conf.*setinterfacevar = yes"):
        machine.install(replace(machine.target, queue_variables=True))
    assert machine.tree() == before
