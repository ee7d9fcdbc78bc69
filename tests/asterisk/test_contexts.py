"""Other people's dialplans, and what they have to do with Onshore's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onshore import site as sites
from onshore.asterisk import contexts, queuechecks
from onshore.asterisk.queuefile import Queue
from onshore.errors import SiteError
from tests import making
from tests.asterisk.talking import console

if TYPE_CHECKING:
    from pathlib import Path

    from tests.asterisk.machine import Machine


def test_contexts_that_are_to_be_included_are_looked_for(tmp_path: Path) -> None:
    """Asterisk itself says nothing of an include that is not there."""
    answers = {
        "dialplan show vicidial-auto": "[ Context 'vicidial-auto' created by 'pbx_config' ]\n  'h' => 1. AGI(x)",
        "dialplan show gone": "There is no existence of 'gone' context\nCommand 'dialplan show gone' failed.",
    }
    found = list(contexts.included(("vicidial-auto", "gone"), console(tmp_path, answers)))
    assert [(one.what, bool(one.problem)) for one in found] == [
        ("context vicidial-auto", False),
        ("context gone", True),
    ]
    assert "'gone'" in found[1].problem


@pytest.mark.parametrize("name", ["", "a b", "x,y", "x]", "onshore", "onshore-call", "-x", "${X}", "a\nb", "a" * 90])
def test_a_context_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    """It would be written into the dialplan; Onshore's own would lead calls in a circle."""
    text = name.replace("\n", "\\n")
    with pytest.raises(SiteError, match=r"asterisk\.include"):
        sites.load(making.write_site(tmp_path, ('state = "state"', f'state = "state"\ninclude = ["{text}"]')))


@pytest.mark.parametrize(("text", "names"), [('"vicidial-auto"', ("vicidial-auto",)), ('["a", "b.c"]', ("a", "b.c"))])
def test_contexts_are_named_in_the_site(tmp_path: Path, text: str, names: tuple[str, ...]) -> None:
    """One, or a list."""
    made = sites.load(making.write_site(tmp_path, ('state = "state"', f'state = "state"\ninclude = {text}')))
    assert made.asterisk.include == names


@pytest.mark.parametrize("sign", ["astguiclient.conf", "extensions-vicidial.conf"])
@pytest.mark.parametrize(
    ("listen", "names", "serious"),
    [
        ("127.0.0.1:4577", (), [True, False]),
        ("127.0.0.1:4583", (), [False]),
        ("127.0.0.1:4583", ("vicidial-auto",), []),
        ("0.0.0.0:4577", ("default",), [True]),
        ("", ("default",), []),
    ],
)
def test_a_vicidial_box_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sign: str, listen: str, names: tuple[str, ...], serious: list[bool]
) -> None:
    """Its port is its own, and its `h` extension is told to the admin; elsewhere nothing is said."""
    monkeypatch.setattr(contexts, "VICIDIAL", tmp_path / "astguiclient.conf")
    assert list(contexts.vicidial_findings(tmp_path, listen, names)) == []
    (tmp_path / sign).touch()
    assert [one.serious for one in contexts.vicidial_findings(tmp_path, listen, names)] == serious


@pytest.mark.parametrize(
    ("text", "serious"),
    [
        ('#tryinclude "{there}"\n', []),
        ('#tryinclude "{gone}"\n', []),
        ('#include "{there}"\n', [False]),
        ('#include "{gone}"\n', [True]),
        (";!\n#include <{gone}>\n", [True]),
        ("", []),
    ],
)
def test_a_pointer_that_insists_is_told(machine: Machine, text: str, serious: list[bool]) -> None:
    """As soon as its file is gone, Asterisk loads no dialplan at all."""
    there = machine.state / "asterisk" / "extensions_onshore.conf"
    text = text.format(there=there, gone="/nowhere/extensions_onshore.conf")
    (machine.etc / "extensions_onshore.conf").write_text(text)
    assert [one.serious for one in contexts.pointer(machine.etc)] == serious


def test_what_a_queue_does_not_tell_is_told_with_the_very_lines(tmp_path: Path) -> None:
    """Where to write them, and the command that does it."""
    made = making.site(tmp_path)
    said = list(queuechecks.told(made, "q", Queue(("setinterfacevar", "setqueueentryvar"), "out")))
    assert [one.serious for one in said] == [False, False]
    assert "who answered, and so in which country, is known from queue_log alone" in said[0].problem
    assert "how long callers waited is known from queue_log alone" in said[0].problem
    assert (
        f"`setinterfacevar = yes` and `setqueueentryvar = yes` below [q] in {tmp_path}/etc/queues.conf"
        in said[0].remedy
    )
    assert "onshore install --queue-variables" in said[0].remedy
    assert "[out]" in said[1].problem
    assert list(queuechecks.told(made, "q", Queue((), ""))) == []
    assert "database" in next(queuechecks.told(made, "q", None)).problem


def test_the_console_and_the_file_say_the_same_of_a_queue(tmp_path: Path) -> None:
    """With Asterisk up or down; a queue of a database is asked for there."""
    made = making.site(tmp_path)
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "queues.conf").write_text("[support-manila]\nsetinterfacevar = yes\n[support-milwaukee]\n")
    answers = {
        f"queue show {name}": f"{name} has 0 calls\n  PJSIP/1\n" for name in ("support-manila", "support-milwaukee")
    }
    running = [(one.what, one.problem) for one in queuechecks.of_console(made, console(tmp_path, answers))]
    assert running == [(one.what, one.problem) for one in queuechecks.of_file(made)]
    assert len([problem for _, problem in running if "no setqueueentryvar" in problem]) == 2
    (tmp_path / "etc" / "queues.conf").write_text("[support-manila]\nsetinterfacevar=yes\nsetqueueentryvar=yes\n")
    row = "   name   support-milwaukee\n  setqueueentryvar   yes\n"
    answers["realtime load queues name support-milwaukee"] = row
    problems = [one.problem for one in queuechecks.of_console(made, console(tmp_path, answers)) if one.problem]
    assert len(problems) == 1
    assert problems[0].startswith("no setinterfacevar")
