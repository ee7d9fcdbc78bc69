"""Calls, or events, out of the ledger: CSV, JSON lines or Parquet, a row at a time."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

from sqlalchemy import select

from onshore.errors import LedgerError
from onshore.ledger.conditions import MOMENTS
from onshore.ledger.reading import BLOCK, read
from onshore.ledger.schema import calls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sqlalchemy import ColumnElement, Connection

FORMATS = ("csv", "jsonl", "parquet")
BOM = "\ufeff"  # without it Excel takes UTF-8 for the machine's old encoding
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}

# What a spreadsheet takes for a formula: at the beginning, or where it may cut a line whose separator it does not know;
# after blanks and signs that do not show, and in the wide forms of East Asian keyboards, too.
_FORMULA = re.compile(
    r"(^|[;,|\t\r\n])(?=[\s\x00-\x1f\u200b-\u200f\u2060\ufeff]*[=+\-@\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20])"
)
_LINE = re.compile(r"^(?=[\t\r\n])")
_NUMBER = re.compile(r"-|-?[0-9]+(\.[0-9]+)?( %)?")  # what Onshore itself writes; and a dash alone is none

CALL_COLUMNS = tuple(column.name for column in calls.c if column.name not in {"id", "chain"})
EVENT_COLUMNS = ("chain", "number", "at", "call", "kind", "data")


def call_rows(connection: Connection, where: Iterable[ColumnElement[bool]] = ()) -> Iterator[dict[str, Any]]:
    """Return calls in the order of their arrival; moments as ISO 8601 in UTC, hashes in hexadecimal."""
    columns = [calls.c[name] for name in CALL_COLUMNS]
    wanted = select(*columns).where(*where).order_by(calls.c.arrived, calls.c.id)
    for row in connection.execution_options(yield_per=BLOCK).execute(wanted):
        yield {name: _plain(name, value) for name, value in zip(CALL_COLUMNS, row, strict=True)}


def event_rows(connection: Connection, where: Iterable[ColumnElement[bool]] = ()) -> Iterator[dict[str, Any]]:
    """Return events, chain by chain; `data` is what an event says, none where that was taken out."""
    for one in read(connection, *where):
        data = None if one.data is None else dict(one.data)
        yield {
            "chain": one.chain,
            "number": one.number,
            "at": iso(one.at),
            "call": one.call or None,
            "kind": one.kind,
            "data": data,
        }


def iso(at: int) -> str:
    """Return a moment (milliseconds since 1970) as ISO 8601, in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")


def _plain(name: str, value: Any) -> Any:  # noqa: ANN401 - a column's value
    if name in MOMENTS and value is not None:
        return iso(value)
    return bytes(value).hex() if isinstance(value, (bytes, memoryview)) else value


def write_lines(rows: Iterable[dict[str, Any]], stream: IO[str]) -> int:
    """Write JSON lines; return how many."""
    count = 0
    for row in rows:
        stream.write(json.dumps(row, ensure_ascii=False) + "\n")
        count += 1
    return count


def write_csv(rows: Iterable[dict[str, Any]], columns: Iterable[str], stream: IO[str], separator: str = ",") -> int:
    """Write a table for a spreadsheet; return how many rows. What could be taken for a formula is made text."""
    writer = csv.writer(stream, delimiter=separator, lineterminator="\n")
    names = list(columns)
    writer.writerow(names)
    count = 0
    for row in rows:
        writer.writerow([cell(row[name]) for name in names])
        count += 1
    return count


def cell(value: Any) -> Any:  # noqa: ANN401 - a column's value
    """Return a value as a cell of CSV: what a spreadsheet could take for a formula, with an apostrophe before it.

    The one door for every CSV that people open: texts in it may come from callers, or from whoever reaches the daemon.
    """
    if isinstance(value, dict):
        return cell(json.dumps(value, ensure_ascii=False, sort_keys=True))
    if isinstance(value, str):
        if _NUMBER.fullmatch(value):
            return value
        marked = _FORMULA.sub(r"\1'", _LINE.sub("'", value))
        return marked.replace("\r\n", "\n").replace("\r", "\n")  # a return alone csv leaves unquoted: a new row
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


def write_parquet(rows: Iterable[dict[str, Any]], columns: Iterable[str], file: Path) -> int:
    """Write a Parquet file; return how many rows. LedgerError when pyarrow is not there."""
    try:
        import pyarrow as pa  # noqa: PLC0415 - large, and rarely wanted
        from pyarrow import parquet  # noqa: PLC0415 - the same
    except ImportError:
        raise LedgerError("Parquet needs pyarrow: pip install 'onshore[parquet]'; or export as csv or jsonl") from None
    names = list(columns)
    schema = pa.schema([(name, _arrow(pa, name)) for name in names])
    count = 0
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for block in _blocks(rows):
            made = {name: [_arrow_value(name, row[name]) for row in block] for name in names}
            writer.write_table(pa.table(made, schema=schema))
            count += len(block)
    return count


def _arrow(pa: Any, name: str) -> Any:  # noqa: ANN401 - pyarrow has no types
    if name in MOMENTS or name == "at":
        return pa.timestamp("ms", tz="UTC")
    if name in EVENT_COLUMNS:
        return pa.int64() if name in {"chain", "number"} else pa.string()
    kind = calls.c[name].type.python_type
    return {bool: pa.bool_(), int: pa.int64()}.get(kind, pa.string())


def _arrow_value(name: str, value: Any) -> Any:  # noqa: ANN401 - a column's value
    if value is not None and (name in MOMENTS or name == "at"):
        return datetime.fromisoformat(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if isinstance(value, dict) else value


def _blocks(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    block: list[dict[str, Any]] = []
    for row in rows:
        block.append(row)
        if len(block) == BLOCK:
            yield block
            block = []
    if block:
        yield block
