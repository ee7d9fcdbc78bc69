"""`onshore ledger`: what a PBX admin and a compliance officer type."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner, Result

from onshore import cli
from onshore.evidence import Event
from onshore.ledger import settings as keys
from onshore.ledger.opening import open_store
from onshore.ledger.privacy import Numbers
from tests.ledger.conftest import written
from tests.making import write_site

if TYPE_CHECKING:
    from pathlib import Path

    from onshore.ledger.settings import Settings
    from onshore.testing.calls import MadeCall

pyarrow = pytest.importorskip("pyarrow.parquet")


def invoke(settings: Settings, name: str, *words: str | Path, answer: str | None = None) -> Result:
    """Run `onshore ledger NAME` on a state folder."""
    command = ["ledger", name, "--state", str(settings.state), *map(str, words)]
    return CliRunner().invoke(cli.main, command, input=answer, catch_exceptions=False)


def fill(settings: Settings, week: list[MadeCall]) -> None:
    """Put calls into a ledger as a daemon would."""
    numbers = Numbers(keys.key_of(settings), settings.home, settings.keep_numbers)
    store = open_store(settings)
    for made in week:
        store.append(
            [
                Event(one.call, one.kind, numbers.caller(str(one.data["number"])), one.at)
                if one.kind == "caller"
                else one
                for one in made.events
            ]
        )
    store.engine.dispose()


@pytest.fixture(params=[False, True], ids=["hashed", "encrypted"])
def filled(request: pytest.FixtureRequest, tmp_path: Path, week: list[MadeCall]) -> Settings:
    """A ledger that keeps hashes of numbers, and one that keeps the numbers, encrypted."""
    made = written(tmp_path, keep_numbers=request.param)
    fill(made, week)
    return made


def test_verify_says_that_all_is_well_or_what_is_not(filled: Settings, week: list[MadeCall]) -> None:
    """Exit code 0, or 1 and where."""
    done = invoke(filled, "verify")
    assert done.exit_code == 0
    assert f"events of {len(week)} calls recomputed." in done.output
    assert "Nothing was changed." in done.output
    store = open_store(filled)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE events SET at = at + 1 WHERE id = 5")
    store.engine.dispose()
    done = invoke(filled, "verify", "--json")
    assert done.exit_code == 1
    assert json.loads(done.output)["problems"][0] == {
        "chain": "pbx",
        "number": 5,
        "what": "it was changed, or the one before it was",
    }
    assert "wrong chain pbx, event 5: it was changed" in invoke(filled, "verify").output


def test_a_seal_is_written_and_compared(filled: Settings, tmp_path: Path) -> None:
    """What was sealed is found again; a seal of another key is refused."""
    done = invoke(filled, "seal", "--output", tmp_path / "head.json")
    assert (done.exit_code, "Keep it where nobody can write" in done.output) == (0, True)
    assert invoke(filled, "verify", "--seal", tmp_path / "head.json").output.endswith("Nothing was changed.\n")
    assert json.loads(invoke(filled, "seal").output)["seals"][0]["chain"] == "pbx"
    done = invoke(filled, "verify", "--seal", tmp_path / "head.json", "--key", "00" * 31 + "01")
    assert (done.exit_code, "is not signed by" in done.stderr) == (1, True)
    done = invoke(filled, "seal", "--output", tmp_path / "no" / "head.json")
    assert (done.exit_code, "cannot be written" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    "spelled", ["{0}", "{1}", "+1 ({1[0]}{1[1]}{1[2]}) {1[3]}{1[4]}{1[5]}-{1[6]}{1[7]}{1[8]}{1[9]}"]
)
def test_a_number_is_found_however_it_is_written(filled: Settings, week: list[MadeCall], spelled: str) -> None:
    """By keyed hash: as in E.164, as dialled at home, with spaces and brackets."""
    truth = week[5].truth
    done = invoke(filled, "find", "--json", "--", spelled.format(truth.number, truth.number[2:]))
    assert truth.call in {row["call"] for row in json.loads(done.output)}
    assert invoke(filled, "find", "2025550199999").output == "No call of this number.\n"


def test_a_call_is_shown_with_the_words_that_were_said(filled: Settings, week: list[MadeCall]) -> None:
    """Each event in its order; the number where it is kept, else not."""
    made = next(one for one in week if one.truth.disclosed == "full" and one.truth.outcome == "answered")
    done = invoke(filled, "show", made.truth.call)
    kinds = [line.split()[1] for line in done.output.splitlines()]
    assert kinds == [event.kind for event in made.events]
    said = next(str(event.data["text"]) for event in made.events if event.kind == "disclosed")
    assert f"text: {said}" in done.output
    assert (made.truth.number in done.output) == filled.keep_numbers
    done = invoke(filled, "show", "nobody")
    assert (done.exit_code, "there is no call 'nobody'" in done.stderr) == (1, True)


def test_no_number_is_in_the_ledgers_files(filled: Settings, week: list[MadeCall]) -> None:
    """Neither as it was dialled nor without its country code, whether numbers are kept or not."""
    content = b"".join(file.read_bytes() for file in filled.state.glob("ledger.sqlite3*"))
    assert all(made.truth.number[2:].encode() not in content for made in week)


def test_forget_asks_and_forgets(filled: Settings, week: list[MadeCall]) -> None:
    """Without a yes nothing is forgotten."""
    number = week[5].truth.number
    assert invoke(filled, "forget", number, answer="n\n").exit_code == 1
    assert "calls. All of one" in invoke(filled, "find", number).output
    assert "Forgot the caller of" in invoke(filled, "forget", number, answer="y\n").output
    assert invoke(filled, "find", number).output == "No call of this number.\n"
    assert invoke(filled, "verify").exit_code == 0
    assert invoke(filled, "forget", number, "--yes").output == "No call of this number.\n"


def test_purge_takes_old_calls_out(filled: Settings, week: list[MadeCall]) -> None:
    """By day; a day that may go on is refused."""
    done = invoke(filled, "purge", "--before", "2999-01-01", "--yes")
    assert (done.exit_code, "calls may still go on" in done.stderr) == (1, True)
    done = invoke(filled, "purge", "--before", "2026-10-29", "--yes")
    old = sum(made.truth.arrived < datetime(2026, 10, 29, tzinfo=UTC) for made in week)
    assert f"Took out {old} calls" in done.output
    assert invoke(filled, "verify").exit_code == 0
    rows = list(csv.DictReader(io.StringIO(invoke(filled, "export", "--where", "service != none").output)))
    assert len(rows) == len(week) - old


def test_export_gives_what_was_asked_for(filled: Settings, week: list[MadeCall], tmp_path: Path) -> None:
    """The same rows as CSV, JSON lines and Parquet; with conditions, only those."""
    where = "country = PH and disclosed = full and arrived >= 2026-10-28"
    truths = [made.truth for made in week]
    wanted = {
        truth.call
        for truth in truths
        if truth.country == "PH" and truth.disclosed == "full" and truth.arrived >= datetime(2026, 10, 28, tzinfo=UTC)
    }
    assert wanted
    for form in ("csv", "jsonl", "parquet"):
        file = tmp_path / f"calls.{form}"
        done = invoke(filled, "export", "--where", where, "--output", file)
        assert done.output == f"Wrote {len(wanted)} rows into {file}\n"
        assert file.stat().st_mode & 0o777 == 0o600
    rows = list(csv.DictReader(io.StringIO((tmp_path / "calls.csv").read_text())))
    lines = [json.loads(line) for line in (tmp_path / "calls.jsonl").read_text().splitlines()]
    table = pyarrow.read_table(tmp_path / "calls.parquet").to_pylist()
    for found in (rows, lines, table):
        assert {row["call"] for row in found} == wanted
    assert [row["arrived"].isoformat(timespec="milliseconds") for row in table] == [row["arrived"] for row in lines]
    assert (
        [row["offered"] for row in table]
        == [row["offered"] for row in lines]
        == [row["offered"] == "yes" for row in rows]
    )
    printed = invoke(filled, "export", "--where", where).output
    assert printed == (tmp_path / "calls.csv").read_text()


def test_export_of_events_has_every_event(filled: Settings, week: list[MadeCall], tmp_path: Path) -> None:
    """Of all calls, or of those that a condition is true of."""
    file = tmp_path / "events.jsonl"
    invoke(filled, "export", "--events", "--where", "outcome = abandoned", "--output", file)
    wanted = [made for made in week if made.truth.outcome == "abandoned"]
    assert wanted
    assert len(file.read_text().splitlines()) == sum(len(made.events) for made in wanted)
    invoke(filled, "export", "--events", "--output", tmp_path / "events.parquet")
    kinds = pyarrow.read_table(tmp_path / "events.parquet").column("kind").to_pylist()
    assert sum(kind != "prompt" for kind in kinds) == sum(len(made.events) for made in week)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("countri = PH", "calls have no 'countri'; did you mean 'country'?"),
        ("country PH", "'country PH' is no condition: write it like `country = PH`"),
        ("country = PH; DROP TABLE calls", "is no condition"),
        ("arrived >= soon", "arrived: 'soon' is no moment"),
        ("offered = maybe", "offered: 'maybe' is neither yes nor no"),
        ("waited > long", "waited: 'long' is no whole number"),
        ("country > none", "none can only be = or !="),
        ("caller = xyz", "caller: 'xyz' is no hash in hexadecimal"),
    ],
)
def test_a_condition_that_is_none_is_told(tmp_path: Path, where: str, message: str) -> None:
    """What is wrong is said, and how to write it."""
    settings = written(tmp_path)
    open_store(settings).engine.dispose()
    done = invoke(settings, "export", "--where", where)
    assert (done.exit_code, message in done.stderr) == (1, True), done.stderr


def test_a_formula_in_a_name_is_text_in_a_spreadsheet(tmp_path: Path) -> None:
    """What a peer may have put into a field does nothing when the table is opened."""
    settings = written(tmp_path)
    store = open_store(settings)
    store.append([Event("=HYPERLINK(1)", "arrived", {"service": "+1"}, 1_790_000_000)])
    store.engine.dispose()
    row = next(csv.DictReader(io.StringIO(invoke(settings, "export").output)))
    assert (row["call"], row["service"]) == ("'=HYPERLINK(1)", "'+1")


def test_without_a_ledger_or_a_build_there_is_one_message(tmp_path: Path) -> None:
    """What is missing is named, and what makes it."""
    done = CliRunner().invoke(cli.main, ["ledger", "verify", "--state", str(tmp_path)])
    assert (done.exit_code, "ledger.json is not there: run `onshore build`" in done.stderr) == (1, True)
    settings = written(tmp_path)
    done = invoke(settings, "verify")
    assert (done.exit_code, "is not there yet" in done.stderr) == (1, True)
    gone = written(tmp_path, "postgresql+psycopg://nobody@127.0.0.1:1/none")
    done = invoke(gone, "verify")
    assert (done.exit_code, "the ledger's database cannot be used" in done.stderr) == (1, True)
    assert done.stderr.count("\n") == 1


def test_upgrade_says_which_version_there_is(tmp_path: Path) -> None:
    """A new ledger is made as it must be; a second time there is nothing to do."""
    settings = written(tmp_path)
    assert invoke(settings, "upgrade").output == "The ledger is of version 0002 now.\n"
    assert invoke(settings, "upgrade").output == "The ledger is of version 0002 already.\n"


def test_every_command_of_the_ledger_teaches() -> None:
    """Each has help with a sentence for each option."""
    group = cli.main.commands["ledger"]
    assert isinstance(group, click.Group)
    for name, command in group.commands.items():
        said = CliRunner().invoke(cli.main, ["ledger", name, "--help"]).output
        assert "Usage:" in said
        for option in command.params:
            assert option.param_type_name == "argument" or option.to_info_dict()["help"], (name, option.name)


def test_check_tells_when_the_ledger_cannot_be_used(tmp_path: Path) -> None:
    """A database that is gone, of another version, or named anew since the last build is found before a call."""
    file = write_site(tmp_path)
    run = CliRunner()
    assert run.invoke(cli.main, ["--config", str(file), "build"]).exit_code == 0

    def ledger() -> str:
        found = json.loads(run.invoke(cli.main, ["--config", str(file), "check", "--json"]).output)
        return next(str(one["problem"]) for one in found if one["what"] == "ledger")

    assert ledger() == ""
    settings = keys.load(tmp_path / "state")
    store = open_store(settings)
    assert ledger() == ""
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    store.engine.dispose()
    assert "newer than this Onshore's" in ledger()
    (tmp_path / "state" / "ledger.sqlite3").write_text("nothing of the kind, " * 99)
    assert "file is not a database" in ledger()
    file.write_text(file.read_text() + '\n[ledger]\nurl = "postgresql+psycopg://nobody@127.0.0.1:1/none"\n')
    assert "has changed since the last build" in ledger()
    run.invoke(cli.main, ["--config", str(file), "build"])
    assert "connection failed" in ledger() or "refused" in ledger()
