"""How a call went in its queue: from what the queue's own lines say, and, where they say nothing, from its variables.

A line of queue_log's is an observation: an agent answered (`connected` with `queue`), the caller left (`left`). What
the variables say when the call is over (`ended`, and `connected` without `queue`) is an inference: they may be those of
another queue, to which the caller was transferred, or which the caller went into from the admin's own dialplan.
So, in the caller's last stay in a queue, the first observation decides. Pure functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Data = Mapping[str, Any]
    Happening = tuple[int, str, Data]

ELSEWHERE = "queue"  # a transfer is known by an agent's answer in another queue
BY_ABANDON = "abandon"  # how a caller left a queue
_BACK = ("timeout", "empty", "withdraw")  # ways in which a queue gives a caller back

_STAYS = 3000  # milliseconds that a channel lives on after a caller who has hung up; else somebody took it out
_SAME = 3000  # milliseconds between what two lines say of one answer, as they count whole seconds
_MOST = (1 << 31) - 1


def whole(data: Data, name: str) -> int | None:
    """Return a whole number of an event, none where it has no such."""
    found = data.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= _MOST else None


def text(data: Data, name: str) -> str | None:
    """Return a text of an event, none where it has no such."""
    found = data.get(name)
    return found if isinstance(found, str) else None


def outcome(happenings: Sequence[Happening]) -> dict[str, Any]:
    """Return the columns of a call's row that say how it went, from its events in the order of their moments."""
    ends = [(at, data) for at, kind, data in happenings if kind == "ended"]
    ended_at, ended = ends[-1] if ends else (None, {})
    routed = max((at // 1000 for at, kind, _ in happenings if kind == "routed"), default=0)
    observed = [
        (at, kind, data)
        for at, kind, data in happenings
        if (kind == "left" or (kind == "connected" and "queue" in data)) and at // 1000 >= routed
    ]
    told = [(at, data) for at, kind, data in happenings if kind == "connected" and "queue" not in data]
    row: dict[str, Any] = {
        "ended": ended_at,
        "outcome": text(ended, "outcome"),
        "waited": whole(ended, "waited"),
        "talked": whole(ended, "talked"),
        "transferred": _transfers(happenings),
    }
    first = min(observed, key=lambda one: (one[0] // 1000, one[1]), default=None)  # an answer before a leaving
    if first is None:
        row |= _inferred(told, ended)
    elif first[1] == "left":
        row |= _left(first, ended_at)
    else:
        row |= _answered(first, observed, told[-1] if told else None, ended, transferred=row["transferred"] > 0)
        row["outcome"] = "answered" if ended else None
    if row["outcome"] in {"left", "abandoned", "unanswered"}:
        row["transferred"] = _transfers(happenings, (ELSEWHERE,))  # what came after is no transfer by an agent
    return row


def _inferred(told: Sequence[tuple[int, Data]], ended: Data) -> dict[str, Any]:
    """Return what the variables say alone. Of an answer without a wait, only who and where."""
    if told:
        at, data = told[-1]
        waited = whole(data, "waited")
        member = text(data, "member") or text(ended, "member")
        found = {"connected": at, "member": member, "answered_country": text(data, "country")}
        return found if waited is None else found | {"waited": waited}
    if ended.get("outcome") == "answered":
        return {"member": text(ended, "member"), "answered_country": text(ended, "country") or None}
    return {"member": text(ended, "member")}


def _left(left: Happening, ended: int | None) -> dict[str, Any]:
    at, _, data = left
    by = data.get("by")
    if by == BY_ABANDON:  # Asterisk writes it of a caller who was redirected, too
        how = "abandoned" if ended is None or ended - at <= _STAYS else "left"
    else:
        how = "unanswered" if by in _BACK else "left"
    return {"outcome": how if ended is not None else None, "waited": whole(data, "waited"), "talked": None}


def _answered(
    answer: Happening,
    observed: Sequence[Happening],
    told: tuple[int, Data] | None,
    ended: Data,
    *,
    transferred: bool,
) -> dict[str, Any]:
    at, _, data = answer
    same = [
        one
        for when, kind, one in observed
        if kind == "connected"
        and when - at <= _SAME
        and (one.get("queue"), one.get("member")) == (data.get("queue"), data.get("member"))
    ]
    talked = next((found for one in same if (found := whole(one, "talked")) is not None), None)
    row = {
        "connected": at,
        "member": text(data, "member"),
        "answered_country": text(data, "country"),
        "waited": whole(data, "waited"),
        "talked": talked,
    }
    if transferred:  # then the variables are those of the other queue, or count the whole rest of the call
        return row
    if talked is None:
        row["talked"] = whole(ended, "talked")
    if told and told[0] <= at + _SAME:  # before what the agent or the caller was told ahead of the talk
        row |= {"connected": told[0], "waited": whole(told[1], "waited")}
    of = told[1] if told else ended
    row["member"] = text(of, "member") or row["member"]  # an interface, where queue_log has a name
    row["answered_country"] = row["answered_country"] or text(of, "country")
    return row


def _transfers(happenings: Sequence[Happening], without: tuple[str, ...] = ()) -> int:
    """Return how often a call was transferred: an agent's line, and the answer elsewhere that follows, are one."""
    count = open_ = 0
    for _, kind, data in happenings:
        if kind != "transferred" or data.get("by") in without:
            continue
        if data.get("by") == ELSEWHERE and open_:
            open_ -= 1
            continue
        open_ += data.get("by") != ELSEWHERE
        count += 1
    return count
