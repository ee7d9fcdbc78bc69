"""`onshore check` says when something would be missing from the ledger."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from onshore.evidence import Event, Spool
from onshore.ledger import logchecks, settings
from tests.making import site

if TYPE_CHECKING:
    from pathlib import Path

    from onshore.finding import Finding
    from onshore.site import Site

ODBC = "[settings]\nqueue_log => odbc,asterisk,queue_log\n"
LINE = "1795471199|u|support-manila|NONE|ONSHORE|u-1|support|manila|PH|en|none|1\n"


def made(folder: Path, files: dict[str, str] | None = None, *, server: bool = True) -> Site:
    """Return a site whose Asterisk has these files: `logger` is logger.conf."""
    etc = folder / "etc"
    etc.mkdir(exist_ok=True)
    (folder / "log").mkdir(exist_ok=True)
    (etc / "asterisk.conf").write_text(f"[directories]\nastlogdir => {folder}/log\n")
    for name, content in (files or {}).items():
        (etc / f"{name}.conf").write_text(content)
    return site(folder, more='\n[server]\nlisten = "127.0.0.1:4583"\n' if server else "")


def of(found: Site, what: str) -> list[Finding]:
    """Return what is wrong with a thing."""
    return [one for one in logchecks.findings(found) if one.what.startswith(what) and one.problem]


@pytest.mark.parametrize(
    ("files", "wrong"),
    [
        ({}, ""),
        ({"logger": "[general]\n"}, ""),
        ({"logger": "[general]\nqueue_log = no\n"}, "queue_log = no"),
        ({"logger": "[general]\n#include more.conf\n", "more": "queue_log=off ; not wanted\n"}, "queue_log = no"),
        ({"extconfig": ODBC}, "odbc,asterisk,queue_log"),
        ({"extconfig": ODBC, "logger": "[general]\nqueue_log_to_file = no\n"}, "odbc,asterisk,queue_log"),
        ({"extconfig": ODBC, "logger": "[general]\nqueue_adaptive_realtime = yes\n"}, "odbc,asterisk,queue_log"),
        ({"extconfig": ODBC, "logger": "[general]\nqueue_log_to_file = yes\n"}, ""),
        ({"extconfig": ODBC, "logger": "[general]\nqueue_log_to_file=On\n"}, ""),
        ({"extconfig": "#include realtime.conf\n", "realtime": ODBC.replace("odbc", "pgsql")}, "pgsql"),
        ({"extconfig": ODBC.replace("queue_log =>", ";queue_log =>")}, ""),
        ({"extconfig": "[settings](!)\nqueue_log => odbc,asterisk\n[settings]\n"}, ""),
    ],
)
def test_a_queue_log_that_is_in_no_file_is_told(tmp_path: Path, files: dict[str, str], wrong: str) -> None:
    """Whatever file says so: what it says, and the line to add to which file."""
    found = made(tmp_path, files)
    (tmp_path / "log" / "queue_log").write_text(LINE)
    problems = of(found, "queue_log")
    assert [one.serious for one in problems] == ([True] if wrong else [])
    assert all(wrong in one.problem and f"{tmp_path}/etc/logger.conf" in one.remedy for one in problems)


def test_queue_log_has_the_name_that_asterisk_gives_it(tmp_path: Path) -> None:
    """`build` writes the name down; a new one since is told, and what to do."""
    found = made(tmp_path, {"logger": "[general]\nqueue_log_name = warteschlangen\nqueue_log_name = other\n"})
    assert settings.of_site(found).queue_log == f"{tmp_path}/log/warteschlangen"
    found.asterisk.state.mkdir()
    (found.asterisk.state / settings.FILE).write_text(settings.of_site(found).to_json())
    (tmp_path / "log" / "warteschlangen").write_text(LINE)
    assert of(found, "queue_log") == []
    (tmp_path / "etc" / "logger.conf").write_text("")
    (problem,) = of(found, "queue_log")
    assert "onshore build" in problem.remedy


def test_a_queue_log_without_onshore_is_noted(tmp_path: Path) -> None:
    """Not there, a folder, or no line of Onshore's: a note, with what to do."""
    found = made(tmp_path)
    file = tmp_path / "log" / "queue_log"
    assert [one.problem for one in of(found, "queue_log")] == ["it is not there"]
    file.mkdir()
    assert "cannot be read" in of(found, "queue_log")[0].problem
    file.rmdir()
    file.write_text(LINE.replace("ONSHORE", "CONNECT"))
    (problem,) = of(found, "queue_log")
    assert (problem.serious, "no line of Onshore's" in problem.problem) == (False, True)
    file.write_text(LINE)
    assert of(found, "queue_log") == []


def test_without_an_asterisk_nothing_is_said_of_its_log(tmp_path: Path) -> None:
    """That it is not there is told elsewhere; a file of it that cannot be read is."""
    found = made(tmp_path)
    (tmp_path / "etc" / "logger.conf").write_text("#include nowhere.conf\n")
    assert "nowhere.conf" in of(found, "queue_log")[0].problem
    (tmp_path / "etc" / "asterisk.conf").unlink()
    assert of(found, "queue_log") == []


def test_a_spool_that_is_not_taken_in_is_told(tmp_path: Path) -> None:
    """Since when the oldest waits is known, also when some of it was taken in, or is no event."""
    folder = tmp_path / "spool"
    place = Spool(tmp_path)
    assert place.since() is None
    now = time.time()
    place.write([Event("c", "key", {"key": "1"}, now - seconds) for seconds in (90, 80, 70)])
    assert place.since() == pytest.approx(now - 90, abs=0.01)
    with place.taken(1):
        pass
    assert place.since() == pytest.approx(now - 80, abs=0.01)
    with place.taken():
        pass
    assert place.since() is None
    (folder / "taken-1.jsonl").mkdir()
    for content in (b"", b"{", b"\0\xff", b"[]\n", b'{"at":1e999}\n', json.dumps({"at": -5}).encode()):
        (folder / "events.jsonl").write_bytes(content)
        assert place.since() == pytest.approx(time.time(), abs=60)


def test_what_was_put_aside_is_noted(tmp_path: Path) -> None:
    """With where to read what to do."""
    found = made(tmp_path)
    folder = found.asterisk.state / "spool"
    folder.mkdir(parents=True)
    (folder / "damaged.jsonl").write_text("{\n")
    (problem,) = of(found, "spool")
    assert (problem.serious, "docs/ledger.md" in problem.remedy) == (False, True)
