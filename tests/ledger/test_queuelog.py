"""What the dialplan did by itself is taken in from queue_log: complete, and only once."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from sqlalchemy import select

from onshore import build as building
from onshore import cli
from onshore import plan as plans
from onshore.ledger import daemon, queuelog
from onshore.ledger import settings as settings_of
from onshore.ledger.importing import BOOKMARK, Imported, import_queue_log
from onshore.ledger.opening import open_store
from onshore.ledger.reading import read
from onshore.ledger.schema import calls
from onshore.ledger.verify import verify
from tests.making import site

if TYPE_CHECKING:
    from pathlib import Path

    from onshore.ledger.settings import Settings

FIRST, SECOND = "pbx-1795471189.9", "pbx-1795471300.12"


def log_of(settings: Settings) -> list[str]:
    """Return the lines of two calls that the fallback took, and of others, with the prompts that were built."""
    ids = {key: prompt.id for key, prompt in plans.load(settings.state / "plan.json").prompts["en"].items()}
    return [
        "1795471100|pbx-1795471100.1|700|NONE|ENTERQUEUE||3125550000|1",  # of no call of ours
        "1795471110|pbx-1795471100.1|700|PJSIP/9|COMPLETECALLER|3|7|1",
        f"1795471189|{FIRST}|NONE|NONE|ONSHORE_FALLBACK|{FIRST}-439184|failure|inbound|support|us-call-center-act",
        f"1795471192|{FIRST}|NONE|NONE|ONSHORE_DISCLOSED|{FIRST}-439184|onshore/{ids['disclosure-PH']}|9999|en",
        f"1795471194|{FIRST}|NONE|NONE|ONSHORE_OFFERED|{FIRST}-439184|onshore/{ids['offer-US-1']}|200|en",
        f"1795471194|{FIRST}|NONE|NONE|ONSHORE_KEY|{FIRST}-439184|1|offer",
        f"1795471194|{FIRST}|NONE|NONE|ONSHORE_CHOICE|{FIRST}-439184|domestic",
        f"1795471199|{FIRST}|support-milwaukee|NONE|ONSHORE|{FIRST}-439184|support|milwaukee|PH|en|domestic|",
        f"1795471199|{FIRST}|support-milwaukee|NONE|ENTERQUEUE||2025550101|1",
        f"1795471208|{FIRST}|support-milwaukee|PJSIP/3001|CONNECT|9|x|1",
        f"1795471230|{FIRST}|support-milwaukee|PJSIP/3001|BLINDTRANSFER|2001|internal|9|22|1",
        f"1795471230|{FIRST}|NONE|NONE|ONSHORE_ENDED|{FIRST}-439184|||PJSIP/3001|9|1795471199|queue|milwaukee",
        f"1795471300|{SECOND}|NONE|NONE|ONSHORE_FALLBACK|{SECOND}-100200|deadline|inbound|support|us-call-center-act",
        f"1795471301|{SECOND}|NONE|NONE|ONSHORE_DISCLOSED|{SECOND}-100200|onshore/{ids['disclosure-PH']}|210|en",
        f"1795471301|{SECOND}|NONE|NONE|ONSHORE_ENDED|{SECOND}-100200||||||queue|manila",
    ]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A state folder with a plan and prompts."""
    folder = tmp_path_factory.mktemp("built")
    made = site(folder)
    building.build(made)
    return settings_of.load(made.asterisk.state)


def imported(settings: Settings, file: Path) -> Imported:
    """Import a file into the ledger of a state folder."""
    store = open_store(settings)
    found = import_queue_log(store, settings, file)
    store.engine.dispose()
    return found


def contents(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    """Return what a ledger says of each call, whatever the order in which it was told."""
    store = open_store(settings)
    found: dict[str, list[tuple[object, ...]]] = {}
    with store.engine.connect() as connection:
        for one in read(connection):
            if one.call:
                words = {name: value for name, value in (one.data or {}).items() if name != "salt"}
                found.setdefault(one.call, []).append((one.at, one.kind, json.dumps(words, sort_keys=True)))
    assert verify(store.engine).problems == ()
    store.engine.dispose()
    return {name: sorted(events, key=str) for name, events in found.items()}


def copy(settings: Settings, folder: Path) -> Settings:
    """Return settings of a new ledger with the same plan, prompts and key."""
    folder.mkdir(exist_ok=True)
    settings_of.key_of(settings)
    for name in ("plan.json", "prompts.jsonl", "ledger.json", "ledger.key"):
        (folder / name).write_bytes((settings.state / name).read_bytes())
    (folder / "ledger.sqlite3").unlink(missing_ok=True)
    return settings_of.load(folder)


def test_what_the_fallback_did_is_a_call_like_any_other(tmp_path: Path, built: Settings) -> None:
    """All of it is there: disclosed, offered, the key, the choice, the queue, the agent, a transfer, the end."""
    settings = copy(built, tmp_path / "state")
    file = tmp_path / "queue_log"
    lines = log_of(settings)
    file.write_text("\n".join(lines) + "\n")
    found = imported(settings, file)
    assert (found.lines, found.strange) == (len(lines), 0)
    store = open_store(settings)
    with store.engine.connect() as connection:
        rows = {row.call: row for row in connection.execute(select(calls))}
        kinds = [one.kind for one in read(connection, calls.c.call == f"{FIRST}-439184")]
    store.engine.dispose()
    assert set(rows) == {f"{FIRST}-439184", f"{SECOND}-100200"}
    row = rows[f"{FIRST}-439184"]
    assert (row.service, row.rules, row.language, row.fallback) == ("support", "us-call-center-act", "en", "failure")
    assert (row.country, row.disclosed, row.offered, row.choice) == ("PH", "full", True, "domestic")
    assert (row.center, row.answered_country, row.member, row.waited) == ("milwaukee", "US", "PJSIP/3001", 9)
    assert (row.talked, row.transferred, row.outcome) == (22, 1, "answered")
    assert (row.caller_country, row.caller_area) == ("US", "202")
    assert {"arrived", "fallback", "disclosed", "offered", "key", "choice", "routed", "connected", "ended"} <= set(
        kinds
    )
    row = rows[f"{SECOND}-100200"]
    assert (row.disclosed, row.choice, row.outcome) == ("part", "hangup", "before-queue")


def test_the_same_file_again_changes_nothing(tmp_path: Path, built: Settings) -> None:
    """An import is complete the first time, and does nothing the second."""
    settings = copy(built, tmp_path / "state")
    file = tmp_path / "queue_log"
    file.write_text("\n".join(log_of(settings)) + "\n")
    assert imported(settings, file).events > 15
    before = contents(settings)
    assert imported(settings, file).events == 0
    assert contents(settings) == before


@given(data=st.data())
@trying(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_interleaving_twice_over_gives_the_same_ledger(
    tmp_path: Path, built: Settings, data: st.DataObject
) -> None:
    """Whatever the order of the lines, however often, and in however many files: the same ledger."""
    lines = log_of(built)
    file = tmp_path / "queue_log"
    whole = copy(built, tmp_path / "whole")
    file.write_text("\n".join(lines) + "\n")
    imported(whole, file)
    mixed = copy(built, tmp_path / "mixed")
    shuffled = data.draw(st.permutations(lines + lines))
    first = shuffled[: data.draw(st.integers(0, len(shuffled)))]
    for part in (first, shuffled):
        file.write_text("\n".join(part) + "\n")
        imported(mixed, file)
    assert contents(mixed) == contents(whole)


@given(st.text(alphabet=st.characters(exclude_characters="\n\r"), max_size=80))
def test_whatever_is_in_the_log_breaks_nothing(text: str) -> None:
    """A line is understood, or is none."""
    line = queuelog.parse(text)
    assert line is None or isinstance(line.at, int)
    told = queuelog.parse(f"1795471189|{FIRST}|NONE|NONE|ONSHORE_{text}")
    assert told is None or told.at == 1795471189


EVENTS = ("ONSHORE", "ONSHORE_FALLBACK", "ONSHORE_DISCLOSED", "ONSHORE_OFFERED", "ONSHORE_KEY", "ONSHORE_ENDED")
WORDS = st.one_of(
    st.text(alphabet="ab-/|09é\0", max_size=12), st.sampled_from(["", "9" * 30, "-5", "inbound", "\u0661"])
)


@given(st.lists(st.tuples(st.sampled_from(EVENTS), st.lists(WORDS, max_size=9)), max_size=6))
@trying(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_log_says_of_a_call_can_be_kept(
    tmp_path: Path, built: Settings, said: list[tuple[str, list[str]]]
) -> None:
    """Lines with anything in them stop no import, and the chain is whole."""
    settings = copy(built, tmp_path / "state")
    file = tmp_path / "queue_log"
    lines = [f"1795471189|{FIRST}|NONE|NONE|{event}|{FIRST}-1|{'|'.join(words)}" for event, words in said]
    file.write_text("\n".join([*lines, *log_of(settings)]) + "\n")
    assert imported(settings, file).events > 15
    assert set(contents(settings)) >= {f"{FIRST}-439184", f"{SECOND}-100200"}


def test_strange_lines_are_counted_and_left_out(tmp_path: Path, built: Settings) -> None:
    """After a power cut there may be half a line, or zeros."""
    settings = copy(built, tmp_path / "state")
    file = tmp_path / "queue_log"
    file.write_bytes(b"\0\0\0\0\n17954711|x\nhello|a|b|c|d\n" + "\n".join(log_of(settings)).encode() + b"\n179547")
    found = imported(settings, file)
    assert found.strange == 3
    assert found.events > 15


def test_the_daemon_takes_it_in_as_it_starts_and_goes_on_where_it_was(tmp_path: Path, built: Settings) -> None:
    """From where it left off, also when the file was rotated since."""
    state = tmp_path / "state"
    settings = copy(built, state)
    file = tmp_path / "queue_log"
    known = json.loads((state / "ledger.json").read_text())
    (state / "ledger.json").write_text(json.dumps({**known, "queue_log": str(file)}))
    settings = settings_of.load(state)
    lines = log_of(settings)
    file.write_text("\n".join(lines[:12]) + "\n")
    with daemon.evidence(state):
        deadline = time.monotonic() + 20
        while not (state / BOOKMARK).exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert set(contents(settings)) == {f"{FIRST}-439184"}
    with file.open("a") as stream:
        stream.write(lines[12] + "\n")
    file.rename(tmp_path / "queue_log.1")
    file.write_text("\n".join(lines[13:]) + "\n")
    done = CliRunner().invoke(cli.main, ["ledger", "import", "--state", str(state)])
    assert done.output.startswith("3 lines; ")
    assert set(contents(settings)) == {f"{FIRST}-439184", f"{SECOND}-100200"}
    assert CliRunner().invoke(cli.main, ["ledger", "import", "--state", str(state)]).output.startswith("0 lines; 0 ")


def test_an_import_without_a_build_says_so(tmp_path: Path, built: Settings) -> None:
    """Without the plan nobody knows what the lines mean."""
    settings = copy(built, tmp_path / "state")
    file = tmp_path / "queue_log"
    file.write_text("\n".join(log_of(settings)) + "\n")
    (settings.state / "plan.json").unlink()
    done = CliRunner().invoke(cli.main, ["ledger", "import", str(file), "--state", str(settings.state)])
    assert done.exit_code == 1
    assert "queue_log cannot be understood without what `onshore build` made" in done.stderr
