"""What the dialplan's fallback did, from Asterisk's queue_log: events, the same from the same lines in whatever order.

A line: seconds since 1970, UNIQUEID, queue, agent, event, then what the event says. docs/callflow.md has Onshore's own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from onshore.callflow import HANGUP, NONE, how_it_ended
from onshore.evidence import Event
from onshore.ledger.schema import CODES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from onshore.plan import Plan
    from onshore.speech.archive import Version

SOURCE = "queue_log"  # what tells these events from the daemon's own

_OURS = "ONSHORE"
_SAID = {"ONSHORE_DISCLOSED": "disclosed", "ONSHORE_OFFERED": "offered"}
_TRANSFERS = ("BLINDTRANSFER", "ATTENDEDTRANSFER", "TRANSFER")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of queue_log."""

    at: int  # seconds since 1970
    unique_id: str
    queue: str
    event: str
    said: tuple[str, ...]


@dataclass(slots=True)
class _Call:
    lines: set[Line] = field(default_factory=set)  # its own
    others: set[Line] = field(default_factory=set)  # Asterisk's of the same channel


def parse(text: str) -> Line | None:
    """Return a line of queue_log; None when it is none, as after a power cut."""
    fields = text.rstrip("\r\n").replace("\0", "").split("|")
    if len(fields) < 5 or not fields[0].isdecimal() or len(fields[0]) > 11:
        return None
    return Line(int(fields[0]), fields[1], fields[2], fields[4], tuple(fields[5:]))


def concerns(line: Line) -> bool:
    """Return whether a line says anything that the ledger may want."""
    return line.event.startswith(_OURS) or line.event in _TRANSFERS or line.event == "ENTERQUEUE"


def events_of(
    lines: Iterable[Line], plan: Plan, versions: Mapping[str, Version], known: Mapping[str, str] | None = None
) -> list[Event]:
    """Return what some lines tell that the daemon did not: what the fallback did, how calls ended, transfers.

    Each line tells its events by itself: it does not matter which others there are, nor in which order. `versions`
    has prompts by id, `known` the calls of the ledger by UNIQUEID. Moments within a second are in the order in which
    things happen on a call.
    """
    calls: dict[str, _Call] = defaultdict(_Call)
    channels = dict(known or {})
    every = set(lines)
    for line in every:
        if line.event.startswith(_OURS) and line.said and line.said[0]:
            calls[line.said[0]].lines.add(line)
            channels.setdefault(line.unique_id, line.said[0])
    for line in every:
        call = channels.get(line.unique_id)
        if call and not line.event.startswith(_OURS):
            calls[call].others.add(line)
    found = [event for name, call in sorted(calls.items()) for event in _Reading(name, call, plan, versions).events()]
    return sorted(found, key=lambda event: (event.at, event.call))


class _Reading:
    """The lines of one call."""

    def __init__(self, name: str, call: _Call, plan: Plan, versions: Mapping[str, Version]) -> None:
        self._name = name
        self._lines = sorted(call.lines, key=lambda line: (line.at, line.event, line.said))
        self._others = sorted(call.others, key=lambda line: (line.at, line.event, line.said))
        self._plan = plan
        self._versions = versions
        self._found: list[Event] = []

    def events(self) -> list[Event]:
        tellers = {
            "ONSHORE_FALLBACK": self._fell_back,
            "ONSHORE_DISCLOSED": self._said,
            "ONSHORE_OFFERED": self._said,
            "ONSHORE_KEY": lambda line, said: self._note(line, "key", key=said[0], during=said[1]),
            "ONSHORE_CHOICE": lambda line, said: self._note(line, "choice", choice=said[0]),
            "ONSHORE_UNTOLD": self._untold,
            "ONSHORE": self._routed,
            "ONSHORE_ENDED": self._ended,
        }
        for line in self._lines:
            teller = tellers.get(line.event)
            if teller:
                teller(line, (*line.said[1:], "", "", "", "", "", "", "", ""))
        for line in self._others:
            if line.event in _TRANSFERS:
                self._transferred(line)
            elif line.event == "ENTERQUEUE" and len(line.said) > 1:
                at = line.at + CODES["caller"] / 1000
                self._found.append(Event(self._name, "caller", {"number": line.said[1]}, at))
        return self._found

    def _transferred(self, line: Line) -> None:
        """Asterisk tells extension and context of a blind transfer; of an attended one how, and to what."""
        said = (*line.said, "", "")
        to = said[1] if line.event == "ATTENDEDTRANSFER" else f"{said[0]}@{said[1]}".strip("@")
        self._note(line, "transferred", to=to, by=line.event.lower())

    def _untold(self, line: Line, said: tuple[str, ...]) -> None:
        self._note(line, "skipped", reason="sound-missing", what="disclosure", country=self._country(said[0]))

    def _note(self, line: Line, kind: str, at: int | None = None, /, **data: str | int | bool) -> None:
        second = line.at if at is None or not 0 < at <= line.at else at  # nothing happens after it was told
        moment = second + CODES[kind] / 1000  # in the order in which things happen
        filled = {name: value for name, value in data.items() if value != ""}
        self._found.append(Event(self._name, kind, {**filled, "source": SOURCE}, moment))

    def _fell_back(self, line: Line, said: tuple[str, ...]) -> None:
        reason, where, service, rules = said[:4]
        if where == "inbound":
            self._note(line, "arrived", service=service, rules=rules)
        else:
            self._note(line, "returned", status=service.lower())
        self._note(line, "fallback", reason=reason)

    def _said(self, line: Line, said: tuple[str, ...]) -> None:
        prompt = said[0].rpartition("/")[2]
        heard, language = said[1], said[2]
        version = self._versions.get(prompt)
        of = version.milliseconds if version else 0
        told: dict[str, str | int | bool] = {"text": version.text, "of_ms": of} if version else {}
        if heard.isdecimal():
            told["heard_ms"] = min(int(heard), of) if of else int(heard)
        parameters = (*(version.parameters if version else prompt.split("-")[1:-1]), "", "")
        country = parameters[1 if version and version.name == "unavailable" and parameters[1] else 0]
        if language and _SAID[line.event] == "disclosed":
            self._note(line, "language", language=language, by="channel")
        self._note(line, _SAID[line.event], country=country, prompt=prompt, language=language, **told)

    def _routed(self, line: Line, said: tuple[str, ...]) -> None:
        service, center, announced, language, choice, done = said[:6]
        if done:
            return  # the daemon has told it
        there, known = self._plan.centers.get(center), self._plan.services.get(service)
        if language:
            self._note(line, "language", language=language, by="channel")
        if choice == NONE and not (announced and there and there.offer):  # after an offer it has a line of its own
            self._note(line, "choice", choice=choice)
        if there and not there.announce and not announced:
            self._note(line, "skipped", reason="at-home", what="disclosure", country=there.country)
        self._note(
            line,
            "routed",
            center=center,
            queue=line.queue,
            country=self._country(center),
            domestic=bool(known and known.domestic == center),
        )

    def _ended(self, line: Line, said: tuple[str, ...]) -> None:
        status, abandoned, member, waited, queued, way, center = said[:7]
        ways = how_it_ended(
            status=status,
            abandoned=abandoned,
            member=member,
            waited=waited,
            queued=queued,
            way=way,
            center=center,
            country=self._country(center),
            now=line.at,
        )
        for kind, at, data in ways:
            if data.get("outcome") == "before-queue":
                self._note(line, "choice", choice=HANGUP)
            self._note(line, kind, at, **data)

    def _country(self, center: str) -> str:
        found = self._plan.centers.get(center)
        return found.country if found else ""
