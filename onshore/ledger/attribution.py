"""Which call a line of Asterisk's own belongs to: it tells the channel and the queue, and Onshore's calls have names.

Each line tells when its caller entered the queue: its own moment, less the wait and the talk that it tells. The call
that Onshore sent into that queue at that moment is the line's, also when one channel came to Onshore twice. A queue
that Onshore did not send the caller to is one that an agent has transferred the caller to, or the admin's dialplan.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onshore.ledger.queuelog import Line

BEFORE, AFTER = 2, 5  # seconds between the moment that Onshore notes and that in which Queue() begins
_OWN_WAY = 300  # the same, of a center that is entered by the admin's own dialplan, which may say something first
_NEAR = 2  # seconds between what two lines say of one answer

# What a line of Asterisk's says, by its event: at which place the wait is, and the talk.
_WAITS = {
    "CONNECT": (0, None),
    "COMPLETECALLER": (0, 1),
    "COMPLETEAGENT": (0, 1),
    "ABANDON": (2, None),
    "EXITEMPTY": (2, None),
    "EXITWITHTIMEOUT": (2, None),
    "WITHDRAW": (2, None),
    "EXITWITHKEY": (3, None),
    "BLINDTRANSFER": (2, 3),
    "TRANSFER": (2, 3),
    "ATTENDEDTRANSFER": (2, 3),
    "ENTERQUEUE": (None, None),
}
TRANSFERS = ("BLINDTRANSFER", "ATTENDEDTRANSFER", "TRANSFER")
EVENTS = frozenset(_WAITS)
_BEGUN = re.compile(r"(?:^|-)([0-9]{9,10})\.[0-9]+$")


@dataclass(frozen=True, slots=True)
class Stay:
    """Onshore sent a caller to a queue."""

    queue: str
    at: int  # seconds since 1970
    center: str = ""
    country: str = ""  # where it was told with it


@dataclass(slots=True)
class Known:
    """What is known of a call before its lines are read."""

    name: str
    unique_id: str
    begun: int  # seconds since 1970
    stays: list[Stay] = field(default_factory=list)
    center: str = ""  # the last one, where no stay tells
    answers: list[tuple[str, str, int]] = field(default_factory=list)  # queue, member, when an agent answered


@dataclass(frozen=True, slots=True)
class Told:
    """What a line of Asterisk's tells of times."""

    entered: int  # when the caller entered the queue; seconds since 1970
    waited: int | None
    talked: int | None
    answered: int | None  # when the agent did


def told(line: Line) -> Told | None:
    """Return what a line tells of times; None when it lacks what it must have. A transfer is one without them, too."""
    wait_at, talk_at = _WAITS[line.event]
    said = list(line.said)
    if line.event == "ATTENDEDTRANSFER" and said[:1] == ["LINK"]:  # names two channels where others name one thing
        del said[1]
    waited, talked = (None if at is None else _number(said, at) for at in (wait_at, talk_at))
    if (waited is None) != (wait_at is None) or (talked is None) != (talk_at is None):
        return Told(line.at, None, None, None) if line.event in TRANSFERS else None
    answered = line.at - (talked or 0) if line.event == "CONNECT" or talk_at is not None else None
    return Told(line.at - (waited or 0) - (talked or 0), waited, talked, answered)


def _number(said: list[str], at: int) -> int | None:
    found = said[at] if at < len(said) else ""
    return int(found) if found.isascii() and found.isdecimal() and len(found) <= 9 else None


def begun(unique_id: str) -> int:
    """Return when a channel began, by its UNIQUEID (seconds since 1970); 0: that does not tell."""
    found = _BEGUN.search(unique_id)
    return int(found[1]) if found else 0


def _is_of(call: Known, stay: Stay, entered: int) -> bool:
    """Return whether a caller who entered a queue was sent there by Onshore; else by an agent who had answered."""
    after = entered - stay.at
    if -BEFORE <= after <= AFTER:
        return True
    return AFTER < after <= _OWN_WAY and not any(stay.at <= at <= entered for _, _, at in call.answers)


class Calls:
    """The calls that lines may belong to: those of the ledger, and those of Onshore's own lines."""

    def __init__(self, known: Iterable[Known]) -> None:
        self._by_channel: dict[str, list[Known]] = {}
        self._by_name: dict[str, Known] = {}
        for call in known:
            self._add(call)

    def _add(self, call: Known) -> None:
        self._by_channel.setdefault(call.unique_id, []).append(call)
        self._by_name[call.name] = call

    def own(self, line: Line, name: str, center: str = "") -> None:
        """Take a line of Onshore's of a call; with `center`: that to which the call goes, or went last."""
        call = self._by_name.get(name)
        if call is None:
            call = Known(name, line.unique_id, line.at)
            self._add(call)
        call.begun = min(call.begun, line.at)
        if line.event == "ONSHORE":
            call.stays.append(Stay(line.queue, line.at, center))
        else:
            call.center = center or call.center

    def answered(self, name: str, line: Line, at: int) -> None:
        """Note an agent's answer, by which a transfer on another channel is known."""
        self._by_name[name].answers.append((line.queue, line.agent, at))

    def of(self, line: Line, times: Told) -> tuple[str, Stay | None] | None:
        """Return the name of a line's call, and the stay in a queue that it is of; no stay: in a queue elsewhere."""
        calls = self._by_channel.get(line.unique_id, [])
        stays = [
            (abs(times.entered - stay.at), -stay.at, call.name, stay)
            for call in calls
            for stay in call.stays
            if stay.queue == line.queue and _is_of(call, stay, times.entered)
        ]
        if stays:
            _, _, name, stay = min(stays, key=lambda one: one[:3])
            return name, stay
        if line.event in TRANSFERS and times.answered is not None:
            found = self._by_answer(line, times.answered)
            if found:
                return found
        if times.entered + 1 < begun(line.unique_id):  # each counts whole seconds
            return None
        before = sorted((call.begun, call.name) for call in calls if call.begun <= times.entered + AFTER)
        if not before and len(calls) != 1:
            return None
        return (before[-1][1] if before else calls[0].name), None

    def _by_answer(self, line: Line, answered: int) -> tuple[str, Stay | None] | None:
        """Return the call whose agent has transferred the caller on a channel of the agent's own."""
        found = [
            (abs(answered - at), call.name)
            for call in self._by_name.values()
            for queue, member, at in call.answers
            if (queue, member) == (line.queue, line.agent) and abs(answered - at) <= _NEAR
        ]
        if not found:
            return None
        _, name = min(found)
        stays = [stay for stay in self._by_name[name].stays if stay.queue == line.queue]
        return name, max(stays, key=lambda stay: stay.at, default=None)

    def __getitem__(self, name: str) -> Known:
        return self._by_name[name]
