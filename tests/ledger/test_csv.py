"""CSV that people open: no cell is a formula, and Excel reads it as it is."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from onshore import cli
from onshore.evidence import Event
from onshore.ledger.export import CALL_COLUMNS, cell
from onshore.ledger.opening import open_store
from tests.ledger.conftest import written

if TYPE_CHECKING:
    from pathlib import Path

    from onshore.ledger.settings import Settings

STARTS = "=+-@\uff1d\uff0b\uff0d\uff20\u2212\ufe62\ufe63\ufe66\ufe6b"
UNSEEN = st.text("\t\r\n \x00\x0b\u00a0\u200b\u200e\u2060\ufeff", max_size=4)


def formula(text: str) -> bool:
    """Return whether a spreadsheet could take a cell for a formula: after all that does not show, one of the signs."""
    shown = text.lstrip().lstrip("".join(map(chr, range(33))) + "\u00a0\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
    return bool(shown) and shown[0] in STARTS


@given(UNSEEN, st.sampled_from(STARTS), st.text(min_size=1))
def test_what_could_be_a_formula_is_text(before: str, sign: str, after: str) -> None:
    """Behind blanks and signs that do not show, and in the wide forms of an East Asian keyboard, too."""
    made = cell(before + sign + "A" + after)
    assert made.startswith("'")
    assert not formula(made)


@given(st.sampled_from(";,|\t\r\n"), UNSEEN, st.sampled_from(STARTS))
def test_where_another_separator_would_cut_there_is_no_formula(separator: str, before: str, sign: str) -> None:
    """A file with commas, opened where semicolons are expected, is cut within its cells."""
    for part in str(cell(f"x{separator}{before}{sign}HYPERLINK(1)")).split(separator):
        assert not formula(part)


@pytest.mark.parametrize("text", ["\tx", "\nx"])
def test_a_line_that_begins_with_a_tab_or_a_return_is_marked(text: str) -> None:
    """Some programs drop them, and look at what comes next."""
    assert cell(text) == f"'{text}"


def test_a_return_does_not_begin_a_row() -> None:
    """Alone it would stand unquoted, and a spreadsheet would begin a row there."""
    assert [cell(text) for text in ("\rx", "a\rb", "a\r\nb", "a\r=1")] == ["'\nx", "a\nb", "a\nb", "a\n'=1"]


@pytest.mark.parametrize(
    "text", ["", "-", "-9.0 %", "-3", "12.5 %", "2026-10", "PH", "PJSIP/2001", "a - b", "a = b", "Società Áñ", "x@y.z"]
)
def test_plain_texts_and_numbers_stay_as_they_are(text: str) -> None:
    """What Onshore itself writes is not touched; neither are signs in the middle of a text."""
    assert cell(text) == text


@pytest.mark.parametrize("text", ["+393331234567", "-1+1", "-A1", "--", "-9.0 %+A1"])
def test_a_number_with_more_to_it_is_text(text: str) -> None:
    """A phone number that begins with a plus would be a formula, or lose its plus."""
    assert cell(text) == f"'{text}"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A ledger with a call of which every text is meant to be run."""
    found = written(tmp_path)
    store = open_store(found)
    at = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
    store.append(
        [
            Event("\uff1dcmd|'/c calc'!A1", "arrived", {"service": "\r=1+1", "plan": "Söhne", "rules": "@SUM(1)"}, at),
            Event("\uff1dcmd|'/c calc'!A1", "routed", {"center": "+1", "queue": "q", "country": "PH"}, at + 1),
        ]
    )
    store.engine.dispose()
    return found


def export(settings: Settings, *words: str) -> Result:
    """Run `onshore ledger export …`."""
    return CliRunner().invoke(cli.main, ["ledger", "export", "--state", str(settings.state), *words])


@pytest.mark.parametrize("events", [(), ("--events",)])
@pytest.mark.parametrize(("name", "sign"), [("comma", ","), ("semicolon", ";"), ("tab", "\t")])
def test_no_cell_of_an_export_is_a_formula(
    settings: Settings, tmp_path: Path, events: tuple[str, ...], name: str, sign: str
) -> None:
    """Whatever the separator, read back each cell begins harmlessly."""
    file = tmp_path / "calls.csv"
    done = export(settings, *events, "--excel", "--separator", name, "--output", str(file))
    assert done.exit_code == 0, done.output
    rows = list(csv.reader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline=""), delimiter=sign))
    assert len(rows) == (3 if events else 2)
    assert not [one for row in rows for one in row if formula(one)]


def test_excel_gets_a_byte_order_mark_and_programs_none(settings: Settings, tmp_path: Path) -> None:
    """A file, or what is printed: with --excel it begins with one, and umlauts are as they were."""
    file = tmp_path / "calls.csv"
    assert export(settings, "--output", str(file)).exit_code == 0
    plain = file.read_bytes()
    assert plain.startswith(b"call,")
    assert export(settings, "--excel", "--output", str(file)).exit_code == 0
    assert file.read_bytes() == b"\xef\xbb\xbf" + plain
    assert "Söhne" in file.read_text("utf-8-sig")
    assert export(settings, "--excel").stdout_bytes == b"\xef\xbb\xbf" + plain
    assert export(settings, "--excel", "--separator", "semicolon").stdout_bytes.startswith(b"\xef\xbb\xbfcall;")
    assert export(settings, "--separator", "semicolon").stdout.splitlines()[0].split(";") == list(CALL_COLUMNS)


@pytest.mark.parametrize("words", [("--excel",), ("--separator", "semicolon"), ("--separator", "comma")])
@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_excel_is_for_csv_alone(settings: Settings, tmp_path: Path, words: tuple[str, ...], form: str) -> None:
    """With another format it is one message, and nothing is written."""
    file = tmp_path / f"calls.{form}"
    done = export(settings, *words, "--output", str(file))
    assert (done.exit_code, "--excel and --separator are for CSV" in done.stderr) == (1, True)
    assert not file.exists()
