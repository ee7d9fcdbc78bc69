"""A dash is standard output, for every `--output` of every command."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner, Result

from onshore import cli
from onshore.ledger.opening import open_store
from onshore.ledger.settings import load
from onshore.output import Output
from tests.ledger.test_store import kept
from tests.making import write_site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onshore.testing.calls import MadeCall


def commands(group: click.Group, *before: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command there is, with the words that call it."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)
        else:
            yield (*before, name), command


def has(command: click.Command, option: str) -> bool:
    """Return whether a command takes an option."""
    return any(option in one.opts for one in command.params)


WRITING = {words: command for words, command in commands(cli.main) if has(command, "--output")}
# What else each needs to be told.
MORE: dict[tuple[str, ...], list[str]] = {("prompts", "say"): ["welcome"]}
FOLDERS: set[tuple[str, ...]] = {("build",)}  # a folder of files cannot be standard output


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that is built, with some calls in its ledger."""
    from datetime import date  # noqa: PLC0415 - for this alone

    from onshore.testing.calls import calls  # noqa: PLC0415 - the same

    folder = tmp_path_factory.mktemp("home")
    CliRunner().invoke(cli.main, ["--config", str(write_site(folder)), "build"])
    store = open_store(load(folder / "state"))
    made: list[MadeCall] = list(calls(seed=4, first=date(2026, 10, 26), days=1, a_day=20))
    for one in made:
        store.append(kept(one))
    store.engine.dispose()
    return folder


def run(home: Path, *words: str) -> Result:
    """Run a command on that site."""
    return CliRunner().invoke(cli.main, ["--config", str(home / "onshore.toml"), *words])


@pytest.mark.parametrize("words", sorted(WRITING), ids=" ".join)
def test_every_output_is_of_one_type(words: tuple[str, ...]) -> None:
    """So a command that is added tomorrow does it right, too."""
    option = next(one for one in WRITING[words].params if "--output" in one.opts)
    assert isinstance(option.type, Output)


@pytest.mark.parametrize("words", sorted(WRITING), ids=" ".join)
def test_a_dash_is_standard_output(
    home: Path, words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file of that name comes to be, and nothing else is printed there; one that wants a folder says so."""
    monkeypatch.chdir(tmp_path)
    done = run(home, *words, *MORE.get(words, []), "--output", "-")
    if words in FOLDERS:
        assert (done.exit_code, done.stdout, "name a folder" in done.stderr) == (1, "", True)
    else:
        assert (done.exit_code, done.stdout_bytes != b"") == (0, True), done.stderr
        assert b"Wrote" not in done.stdout_bytes
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", sorted(words for words in WRITING if has(WRITING[words], "--json")), ids=" ".join)
def test_json_and_a_dash_are_not_mixed(home: Path, words: tuple[str, ...]) -> None:
    """One of the two alone goes to standard output."""
    done = run(home, *words, *MORE.get(words, []), "--output", "-", "--json")
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (1, "", 1)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["ledger", "export", "--format", "csv"], "o.csv"),
        (["ledger", "export", "--format", "jsonl", "--events"], "o.jsonl"),
        (["ledger", "export", "--format", "parquet"], "o.parquet"),
        (["prompts", "say", "welcome"], "o.wav"),
        (["report", "--month", "2026-10", "--format", "csv"], "o.csv"),
    ],
)
def test_what_is_printed_is_what_a_file_would_have(home: Path, tmp_path: Path, words: list[str], name: str) -> None:
    """Byte for byte, binary formats, too."""
    printed = run(home, *words, "--output", "-").stdout_bytes
    assert run(home, *words, "--output", str(tmp_path / name)).exit_code == 0
    assert (tmp_path / name).read_bytes() == printed


def test_a_seal_and_a_sheet_are_printed(home: Path) -> None:
    """As without a file; the sheet's table of its two files."""
    seal = json.loads(run(home, "ledger", "seal", "--output", "-").stdout)
    assert seal["seals"][0]["chain"]
    sheet = run(home, "prompts", "export", "--output", "-").stdout_bytes.decode("utf-8-sig")
    assert sheet.startswith("file,language,prompt,text,longest,notes")


def test_a_report_is_printed_beside_a_file(home: Path, tmp_path: Path) -> None:
    """What was written is told elsewhere."""
    done = run(home, "report", "--month", "2026-10", "--output", str(tmp_path / "r.json"), "--output", "-")
    assert done.stdout.startswith("<!DOCTYPE html>")
    assert done.stdout.rstrip().endswith("</html>")
    assert f"Wrote {tmp_path}/r.json" in done.stderr
    printed = run(home, "report", "--month", "2026-10", "--output", "-", "--format", "pdf")
    assert printed.stdout_bytes.startswith(b"%PDF-")


def test_a_sound_goes_through_a_pipe(home: Path) -> None:
    """As a user types it: a WAV on standard output, the text elsewhere."""
    done = CliRunner().invoke(
        cli.main, ["--config", str(home / "onshore.toml"), "prompts", "say", "welcome", "--output", "-"]
    )
    with wave.open(io.BytesIO(done.stdout_bytes)) as sound:
        assert sound.getnframes()
    assert "Thank you for calling." in done.stderr


def test_a_file_of_that_name_is_written_with_its_folder(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`./-` is a file."""
    monkeypatch.chdir(tmp_path)
    done = run(home, "ledger", "export", "--output", "./-")
    assert (done.exit_code, (tmp_path / "-").exists()) == (0, True)


def test_a_pipe_or_a_device_is_written_to_not_replaced(home: Path, tmp_path: Path) -> None:
    """Root would put a file in the place of /dev/null."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    assert run(home, "ledger", "export", "--output", str(pipe)).exit_code == 0
    reader.join()
    assert read[0] == run(home, "ledger", "export").stdout
    assert pipe.is_fifo()
    null = tmp_path / "null"
    null.symlink_to("/dev/null")
    assert run(home, "ledger", "export", "--output", str(null)).exit_code == 0
    assert null.is_char_device()


def test_a_reader_that_has_read_enough_is_no_fault(home: Path) -> None:
    """`onshore ledger export | head -1`, with and without a dash."""
    for more in ("", "--output -"):
        script = (
            f"{Path(sys.executable).with_name('onshore')} --config {home}/onshore.toml ledger export {more} | head -1"
        )
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
        assert (done.stdout.startswith("call,"), done.stderr) == (True, "")
