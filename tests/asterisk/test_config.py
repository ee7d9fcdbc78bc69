"""What Asterisk's own configuration says."""

from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING

import pytest

from onshore.asterisk.config import account, folders, queues, running_folders
from onshore.asterisk.syntax import read, uncomment
from onshore.errors import AsteriskError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a = 1 ; one", ["a = 1"]),
        (r"a = b\;c ; d", ["a = b;c"]),
        ("a ;-- b --; c", ["a  c"]),
        ("a ;-- b\nc\n--; d", ["a", "", "d"]),
        (";-- ;-- --; x --; y", ["y"]),
        (";--- a line of dashes\nb", ["", "b"]),
        (";--; still open\nb", ["", ""]),
        (";-- \\;-- escaped --; b", ["b"]),
    ],
)
def test_comments_are_those_that_asterisk_knows(text: str, left: list[str]) -> None:
    """To the end of the line, in blocks, nested; an escaped semicolon is none."""
    assert uncomment(text.split("\n"))[0] == left


def test_an_open_block_is_counted() -> None:
    """What follows the file would be in the comment."""
    assert uncomment(["a ;--", "b"]) == (["a", ""], 1)
    assert uncomment(["a ;--", "b --;"])[1] == 0


def test_sections_with_templates_includes_and_odd_bytes_are_read(tmp_path: Path) -> None:
    """What Asterisk's own samples do is understood; an included file goes on in the section it is included in."""
    main = tmp_path / "main.conf"
    main.write_bytes(
        b"[base](!)\nstrategy = ringall\n;--\n[gone]\n--;\n[one](base,other) ; \xe9\r\na => 1\r\n"
        b"b=2\n#include <more/*.conf>\nc = x\\;y\n#tryinclude nothing.conf\n#exec /bin/false\n[two](+)\n"
    )
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "1.conf").write_text('d = 4\n#include "last.conf"\n')
    (tmp_path / "last.conf").write_text("[last]\ne = 5\n")
    found = read(main, tmp_path)
    assert [(section.name, section.template, section.items) for section in found] == [
        ("base", True, (("strategy", "ringall"),)),
        ("one", False, (("a", "1"), ("b", "2"), ("d", "4"))),
        ("last", False, (("e", "5"), ("c", "x;y"))),
        ("two", False, ()),
    ]
    assert (found[2].file, found[2].line) == (tmp_path / "last.conf", 1)


@pytest.mark.parametrize("line", ["no equals sign", "[open", "#include missing.conf", "#include queues.conf"])
def test_what_cannot_be_read_is_told_with_file_and_line(tmp_path: Path, line: str) -> None:
    """Down to the line, whatever is wrong."""
    file = tmp_path / "queues.conf"
    file.write_text(f"[a]\nb = 1\n{line}\n")
    with pytest.raises(AsteriskError, match=f"{file}:3: "):
        read(file, tmp_path)


def test_queues_are_the_sections_that_are_no_templates(tmp_path: Path) -> None:
    """The general section is none either."""
    (tmp_path / "queues.conf").write_text(
        "[general]\npersistentmembers = yes\n[t](!)\nx = y\n[support-manila](t)\n[q2]\n"
    )
    assert queues(tmp_path) == {"support-manila", "q2"}


def test_folders_come_from_asterisk_conf_then_the_running_asterisk_then_the_defaults(tmp_path: Path) -> None:
    """Each for what the one before it does not say; a template, as in Asterisk's sample, says nothing."""
    (tmp_path / "asterisk.conf").write_text(
        "[directories](!)\nastlogdir => /no\n[directories]\nastdatadir => /data ; x\nastagidir=/agi\n"
    )
    said = running_folders(
        "* Directories\n  -------------\n  Configuration file:          /e/asterisk.conf\n"
        "  AGI Scripts directory:       /other/agi-bin\n  Run/Sockets directory:       /run/with space\n"
    )
    found = folders(tmp_path, said)
    assert (str(found.data), str(found.agi), str(found.run)) == ("/data", "/agi", "/run/with space")
    assert (str(found.log), found.etc) == ("/var/log/asterisk", tmp_path)
    assert str(found.sounds) == "/data/sounds"


def test_an_asterisk_conf_that_is_not_there_names_the_key(tmp_path: Path) -> None:
    """The site's `etc` is what to mend."""
    with pytest.raises(AsteriskError, match=r"asterisk\.conf is not there: set `etc` under \[asterisk\]"):
        folders(tmp_path)


def test_asterisk_runs_as_the_user_it_is_told_to(tmp_path: Path) -> None:
    """And in its group; without a group, in the user's own."""
    me = pwd.getpwuid(os.geteuid())
    (tmp_path / "asterisk.conf").write_text(f"[options]\nrunuser = {me.pw_name}\n")
    found = account(tmp_path)
    assert found
    assert (found.user, found.uid, found.gid) == (me.pw_name, me.pw_uid, me.pw_gid)


def test_a_user_that_is_not_there_is_told(tmp_path: Path) -> None:
    """With the key."""
    (tmp_path / "asterisk.conf").write_text("[options]\nrunuser = nobody-at-all\n")
    with pytest.raises(AsteriskError, match="runuser = nobody-at-all"):
        account(tmp_path)


def test_without_a_user_it_is_asterisk_if_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nobody in particular if there is none."""
    (tmp_path / "asterisk.conf").write_text("")
    entry = pwd.getpwuid(0)
    monkeypatch.setattr(pwd, "getpwnam", {"asterisk": entry}.__getitem__)
    found = account(tmp_path)
    assert found
    assert found.user == entry.pw_name
    monkeypatch.setattr(pwd, "getpwnam", {}.__getitem__)
    assert account(tmp_path) is None
