"""From a call's events to its one row in `calls`, which can be made anew from them at any time. Pure functions."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from sqlalchemy import String

from onshore.ledger.outcome import outcome, text, whole
from onshore.ledger.schema import CODES, calls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Row = dict[str, Any]
    Data = Mapping[str, Any]
    Happening = tuple[int, str, Data]  # when (milliseconds since 1970), the kind, and what it says

HANGUP = "hangup"  # the choice of who hung up before choosing
UNPLAYABLE = {"sound-missing", "no-translation"}  # reason codes of a disclosure that was to be played, and could not
FULL, PART, NOT = "full", "part", "no"  # how much of the disclosure was heard
HUNG_UP = "hung-up-before"  # the reason code where nothing is known but that the call ended, before anything began
_AFTER = {
    "caller",
    "connected",
    "left",
    "transferred",
    "ended",
    "fallback",
}  # kinds that say nothing of a call's beginning
_MOST = 32_767  # what a count's column holds

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
    """Return the row of a call, without its ids, from all of its events, in whatever order they come.

    Never raises, whatever the events say: what is of another type than it must be is as if it had not been said.
    """
    found = dict(_EMPTY)
    ordered = _ordered(happenings)
    begun = False
    for at, kind, data in ordered:
        found["arrived"] = found["arrived"] or at
        begun = begun or not (kind in _AFTER or data.get("choice") == HANGUP) or "prompt" in data
        fold = _FOLDS.get(kind)
        if fold:
            fold(found, at, data)
    found |= outcome(ordered)
    if found["outcome"] == "closed" and not found["disclosed"]:
        found["skipped"], found["choice"] = "closed", found["choice"] or "none"
    elif found["outcome"] and not begun:
        found["skipped"] = HUNG_UP if found["outcome"] == "before-queue" else None
    elif found["outcome"] and not found["disclosed"] and found["skipped"] in {None, *UNPLAYABLE}:
        found["disclosed"] = NOT
    if all(kind != "arrived" for _, kind, _ in ordered):
        began = [1000 * (whole(data, "arrived") or 0) for _, kind, data in ordered if kind == "ended"]
        found["arrived"] = min([found["arrived"], *filter(None, began)])
    for name in ("returned", "transferred"):
        found[name] = min(found[name], _MOST)
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
    row["direction"] = text(data, "direction") or "inbound"
    for name in ("service", "plan", "rules"):
        row[name] = text(data, name)


def _language(row: Row, _: int, data: Data) -> None:
    row["language"] = text(data, "language")


def _caller(row: Row, _: int, data: Data) -> None:
    kept = text(data, "hash")
    try:
        row["caller"] = base64.urlsafe_b64decode(kept + "==") if kept else None
    except ValueError:
        row["caller"] = None
    row["caller_country"], row["caller_area"] = text(data, "country"), text(data, "area")


def _disclosed(row: Row, _: int, data: Data) -> None:
    country = text(data, "country")
    row["country"] = row["country"] or country
    heard, of = whole(data, "heard_ms") or 0, whole(data, "of_ms") or 0
    if not heard:
        return
    row["disclosed_country"] = country
    if country == row["country"] and row["disclosed"] != FULL:
        row["disclosed"] = FULL if heard >= of else PART


def _offered(row: Row, _: int, __: Data) -> None:
    row["offered"] = True


def _skipped(row: Row, _: int, data: Data) -> None:
    prompt = text(data, "prompt") or ""
    what = data.get("what") or ("disclosure" if prompt.startswith("disclosure-") else "")
    if data.get("reason") == "closed":
        row["skipped"] = "closed"
    elif what == "disclosure" and not row["disclosed"]:
        row["skipped"] = text(data, "reason")
        row["country"] = row["country"] or text(data, "country")


def _choice(row: Row, at: int, data: Data) -> None:
    choice = text(data, "choice")
    if row["choice"] == "domestic":  # who once asked for home has asked
        return
    if choice == HANGUP and row["choice"]:  # the end of a call takes no choice back
        return
    row["choice"], row["chosen"] = choice, at


def _routed(row: Row, at: int, data: Data) -> None:
    row["routed"] = row["routed"] or at
    row["country"] = row["country"] or text(data, "country")
    row["center"], row["routed_country"] = text(data, "center"), text(data, "country")
    domestic = data.get("domestic")
    row["domestic"] = domestic if isinstance(domestic, bool) else None


def _returned(row: Row, _: int, __: Data) -> None:
    row["returned"] += 1


def _ended(row: Row, at: int, data: Data) -> None:
    for name in ("service", "rules", "fallback"):  # of a call of which nothing else may be known
        row[name] = row[name] or text(data, name)
    cut = text(data, "prompt") or ""  # what the end has cut short, told by nobody else if the daemon died in it
    if cut.startswith("disclosure-") and row["disclosed"] != FULL:
        _disclosed(row, at, data)
        row["disclosed"] = PART if row["disclosed"] else None
    row["offered"] = row["offered"] or cut.startswith(("offer-", "unavailable-"))


def _fallback(row: Row, _: int, data: Data) -> None:
    row["fallback"] = row["fallback"] or text(data, "reason")


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
    "ended": _ended,
    "fallback": _fallback,
}
