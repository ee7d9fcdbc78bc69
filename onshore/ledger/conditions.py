"""Conditions on calls, as a report prints them and `onshore ledger export --where` takes them.

    country = PH and disclosed = no and arrived >= 2026-10-01

A column, `=`, `!=`, `<`, `<=`, `>` or `>=`, and a value; several with `and`. `none` is no value. After `=` several
values may stand with commas between: any of them; after `!=`: none of them. Moments are dates, or ISO 8601; without a
time zone they are UTC. Two are no columns of `calls`, and are yes or no: `answered`, whether an agent answered;
`untold`, whether a call was to be told where the agent is, and was not.
"""

from __future__ import annotations

import operator
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, LargeBinary, String, and_, func, not_, or_

from onshore.errors import LedgerError
from onshore.ledger.schema import calls
from onshore.speech.catalogue import nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Column, ColumnElement

MOMENTS = ("arrived", "chosen", "routed", "connected", "ended")  # in milliseconds since 1970
_UNPLAYABLE = ("sound-missing", "no-translation")  # why a disclosure that was to be played could not be

# The call ended so, or it is not over (or nobody told its end) and an agent has answered it. Never unknown itself.
ANSWERED: ColumnElement[bool] = or_(
    func.coalesce(calls.c.outcome, "") == "answered",
    and_(calls.c.outcome.is_(None), calls.c.connected.is_not(None)),
)
# Not those that ended before anything was said or chosen, because the daemon, or the call's process, had just died.
UNTOLD: ColumnElement[bool] = and_(
    or_(
        func.coalesce(calls.c.disclosed, "") == "no",
        and_(calls.c.disclosed.is_(None), func.coalesce(calls.c.skipped, "").in_(_UNPLAYABLE)),  # not over yet
    ),
    or_(
        calls.c.skipped.is_not(None),
        calls.c.choice.is_not(None),
        func.coalesce(calls.c.outcome, "") != "before-queue",
    ),
)
_TOLD_OF = {"answered": ANSWERED, "untold": UNTOLD}  # what is made of several columns
COLUMNS = (*(column.name for column in calls.c if column.name not in {"id", "chain"}), *_TOLD_OF)

_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_ONE = re.compile(r"\s*(\w+)\s*(=|!=|<=|>=|<|>)\s*(?:\"([^\"]*)\"|([^\s\"]+))\s*")


def parse(text: str) -> list[ColumnElement[bool]]:
    """Return conditions for a query of `calls`; LedgerError says what is wrong."""
    return [_condition(part) for part in re.split(r"\band\b", text) if part.strip()]


def _condition(text: str) -> ColumnElement[bool]:
    found = _ONE.fullmatch(text)
    if not found:
        raise LedgerError(f"{text.strip()!r} is no condition: write it like `country = PH` or `arrived >= 2026-10-01`")
    name, sign, quoted, plain = found.groups()
    if name not in COLUMNS:
        raise LedgerError(f"calls have no {name!r}{nearest(name, COLUMNS)}")
    if name in _TOLD_OF:
        return _yes_or_no(text, name, sign, quoted or plain)
    column = calls.c[name]
    if plain and "," in plain:
        return _any_of(text, name, sign, plain.split(","))
    if plain == "none":
        if sign not in {"=", "!="}:
            raise LedgerError(f"{text.strip()!r}: none can only be = or !=")
        return column.is_(None) if sign == "=" else column.is_not(None)
    value = _value(name, column, quoted if plain is None else plain)
    if sign == "!=":  # what has no value is another one, too
        return column.is_distinct_from(value)
    made: ColumnElement[bool] = _SIGNS[sign](column, value)
    return made


def _yes_or_no(text: str, name: str, sign: str, value: str) -> ColumnElement[bool]:
    if sign not in {"=", "!="} or value not in {"yes", "no"}:
        raise LedgerError(f"{text.strip()!r}: write `{name} = yes` or `{name} = no`")
    return _TOLD_OF[name] if (sign == "=") == (value == "yes") else not_(_TOLD_OF[name])


def _any_of(text: str, name: str, sign: str, values: list[str]) -> ColumnElement[bool]:
    """Return the condition of several values: any of them, or none of them; what has no value is another one, too."""
    if sign not in {"=", "!="}:
        raise LedgerError(f"{text.strip()!r}: several values can only be = or !=")
    column = calls.c[name]
    found = column.in_([_value(name, column, value) for value in values if value != "none"])
    among = or_(column.is_(None), found) if "none" in values else and_(column.is_not(None), found)
    return among if sign == "=" else not_(among)


def _value(name: str, column: Column[object], text: str) -> object:
    if name in MOMENTS:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise LedgerError(f"{name}: {text!r} is no moment: write 2026-10-01 or 2026-10-01T08:00+02:00") from None
        return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
    if isinstance(column.type, Boolean):
        if text not in {"yes", "no"}:
            raise LedgerError(f"{name}: {text!r} is neither yes nor no")
        return text == "yes"
    if isinstance(column.type, LargeBinary):
        try:
            return bytes.fromhex(text)
        except ValueError:
            raise LedgerError(f"{name}: {text!r} is no hash in hexadecimal") from None
    if isinstance(column.type, String):
        return text
    if not re.fullmatch(r"\d{1,9}", text):
        raise LedgerError(f"{name}: {text!r} is no whole number")
    return int(text)
