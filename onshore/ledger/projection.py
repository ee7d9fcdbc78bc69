"""From a call's events to its one row in `calls`, which can be made anew from them at any time. Pure functions."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from sqlalchemy import String

from onshore.ledger.schema import CODES, calls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Row = dict[str, Any]
    Data = Mapping[str, Any]
    Happening = tuple[int, str, Data]  # when (milliseconds since 1970), the kind, and what it says

UNPLAYABLE = "sound-missing"  # the reason code of a disclosure that was to be played, and could not
FULL, PART, NOT = "full", "part", "no"  # how much of the disclosure was heard

_LENGTHS = tuple(
    (column.name, column.type.length or 0)
    for column in calls.c
    if isinstance(column.type, String) and column.name != "call"
)

_EMPTY: Row = {
    "arrived": 0,
    "direction": "inbound",
    "offered": False,
    "returned": 0,
    "transferred": 0,
    **dict.fromkeys(
        (
            *("service", "rules", "plan", "language", "caller", "caller_country", "caller_area"),
            *("country", "disclosed", "disclosed_country", "skipped", "choice", "chosen"),
            *("routed", "center", "routed_country", "domestic", "connected", "member", "answered_country"),
            *("waited", "talked", "outcome", "ended", "fallback"),
        )
    ),
}


def row(happenings: Iterable[Happening]) -> Row:
    """Return the row of a call, without its ids, from all of its events, in whatever order they come."""
    found = dict(_EMPTY)
    for at, kind, data in _ordered(happenings):
        found["arrived"] = found["arrived"] or at
        fold = _FOLDS.get(kind)
        if fold:
            fold(found, at, data)
    if found["outcome"] and not found["disclosed"] and found["skipped"] in {None, UNPLAYABLE}:
        found["disclosed"] = NOT
    for name, length in _LENGTHS:
        if found[name] and len(found[name]) > length:  # a database may take no more
            found[name] = found[name][:length]
    return found


def _ordered(happenings: Iterable[Happening]) -> list[Happening]:
    """Return events in the order in which they happened; the same whatever the order in which they come."""
    each = sorted(happenings, key=_moment)
    moments = [_moment(one) for one in each]
    if len(set(moments)) < len(moments):  # two of one kind in one millisecond
        each.sort(key=lambda one: (*_moment(one), repr(sorted(one[2].items()))))
    return each


def _moment(happening: Happening) -> tuple[int, int]:
    return happening[0], CODES[happening[1]]


def _arrived(row: Row, at: int, data: Data) -> None:
    row["arrived"] = at
    row["direction"] = data.get("direction", "inbound")
    for name in ("service", "plan", "rules"):
        row[name] = data.get(name)


def _language(row: Row, _: int, data: Data) -> None:
    row["language"] = data.get("language")


def _caller(row: Row, _: int, data: Data) -> None:
    row["caller"] = base64.urlsafe_b64decode(data["hash"] + "==") if "hash" in data else None
    row["caller_country"], row["caller_area"] = data.get("country"), data.get("area")


def _disclosed(row: Row, _: int, data: Data) -> None:
    country = data.get("country")
    row["country"] = row["country"] or country
    heard, of = data.get("heard_ms", 0), data.get("of_ms", 0)
    if not heard:
        return
    row["disclosed_country"] = country
    if country == row["country"] and row["disclosed"] != FULL:
        row["disclosed"] = FULL if heard >= of else PART


def _offered(row: Row, _: int, __: Data) -> None:
    row["offered"] = True


def _skipped(row: Row, _: int, data: Data) -> None:
    what = data.get("what") or ("disclosure" if data.get("prompt", "").startswith("disclosure-") else "")
    if data.get("reason") == "closed":
        row["skipped"] = "closed"
    elif what == "disclosure" and not row["disclosed"]:
        row["skipped"] = data.get("reason")
        row["country"] = row["country"] or data.get("country")


def _choice(row: Row, at: int, data: Data) -> None:
    if row["choice"] != "domestic":  # who once asked for home has asked
        row["choice"], row["chosen"] = data.get("choice"), at


def _routed(row: Row, at: int, data: Data) -> None:
    row["routed"] = row["routed"] or at
    row["country"] = row["country"] or data.get("country")
    row["center"], row["routed_country"] = data.get("center"), data.get("country")
    row["domestic"] = data.get("domestic")


def _returned(row: Row, _: int, __: Data) -> None:
    row["returned"] += 1


def _connected(row: Row, at: int, data: Data) -> None:
    row["connected"], row["member"], row["answered_country"] = at, data.get("member"), data.get("country")
    row["waited"] = data.get("waited")


def _transferred(row: Row, _: int, __: Data) -> None:
    row["transferred"] += 1


def _ended(row: Row, at: int, data: Data) -> None:
    row["ended"], row["outcome"], row["talked"] = at, data.get("outcome"), data.get("talked")
    row["member"] = row["member"] or data.get("member")
    if data.get("outcome") == "answered":  # in a queue that does not tell the wait: who, and where, but not when
        row["answered_country"] = row["answered_country"] or data.get("country") or None
    if row["waited"] is None:
        row["waited"] = data.get("waited")


def _fallback(row: Row, _: int, data: Data) -> None:
    row["fallback"] = row["fallback"] or data.get("reason")


_FOLDS: dict[str, Callable[[Row, int, Data], None]] = {
    "arrived": _arrived,
    "language": _language,
    "caller": _caller,
    "disclosed": _disclosed,
    "offered": _offered,
    "skipped": _skipped,
    "choice": _choice,
    "routed": _routed,
    "returned": _returned,
    "connected": _connected,
    "transferred": _transferred,
    "ended": _ended,
    "fallback": _fallback,
}
