"""The time that a report is about, and its months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from onshore.errors import ReportError


@dataclass(frozen=True, slots=True)
class Period:
    """From one day on, up to but not including another, in a time zone."""

    first: date
    end: date
    zone: tzinfo
    zone_name: str

    @property
    def start_ms(self) -> int:
        """When it begins: milliseconds since 1970."""
        return milliseconds(self.first, self.zone)

    @property
    def end_ms(self) -> int:
        """When it is over."""
        return milliseconds(self.end, self.zone)

    def months(self, before: int = 0) -> list[date]:
        """Return the first day of each month that it touches, and of so many before."""
        first = shifted(self.first.replace(day=1), -before)
        found = []
        while first < self.end:
            found.append(first)
            first = shifted(first, 1)
        return found

    def where(self, first: date | None = None, end: date | None = None) -> str:
        """Return the conditions of `onshore ledger export` for it, or for a part of it."""
        begin = datetime.combine(first or self.first, datetime.min.time(), self.zone).isoformat(timespec="minutes")
        until = datetime.combine(end or self.end, datetime.min.time(), self.zone).isoformat(timespec="minutes")
        return f"arrived >= {begin} and arrived < {until}"


def milliseconds(day: date, zone: tzinfo) -> int:
    """Return when a day begins in a time zone, in milliseconds since 1970."""
    return round(datetime.combine(day, datetime.min.time(), zone).timestamp() * 1000)


def shifted(month: date, by: int) -> date:
    """Return the first day of the month so many after another."""
    number = month.year * 12 + month.month - 1 + by
    return date(number // 12, number % 12 + 1, 1)


def of_month(text: str) -> tuple[date, date]:
    """Return the first day of a month like 2026-10, and of the next; ReportError."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise ReportError(f"{text!r} is no month: write it like 2026-10") from None
    return first, shifted(first, 1)
