"""What a report is made of: tables, and their rows with the conditions of the calls behind each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: what it is, its values, and the conditions of the calls behind it."""

    item: str
    values: tuple[str, ...]
    where: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a section."""

    name: str  # for CSV and JSON
    title: str
    columns: tuple[str, ...]  # of the values
    rows: tuple[Row, ...]
    note: str = ""

    @property
    def has_where(self) -> bool:
        """Whether a row has conditions."""
        return any(row.where for row in self.rows)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What each column holds: "value" (numbers, which stand to the right), or "text"."""
        of_columns = zip(*(row.values for row in self.rows), strict=True)
        return tuple("value" if all(map(_is_number, column)) else "text" for column in of_columns)


def _is_number(value: str) -> bool:
    return value in {"", "-", "not known"} or value.partition(" ")[0].lstrip("-").replace(".", "", 1).isdecimal()
