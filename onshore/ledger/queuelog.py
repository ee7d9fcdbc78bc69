"""What queue_log tells of a call: events, the same from the same lines in whatever order.

A line: seconds since 1970, UNIQUEID, queue, agent, event, then what the event says. docs/callflow.md has Onshore's own:
what the dialplan's fallback did, and the end of every call. Of Asterisk's own, those are read that say who answered,
how a caller left the queue, and that an agent transferred a caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from onshore.callflow import HANGUP, NONE, how_it_ended
from onshore.evidence import Event, checked
from onshore.ledger import attribution
from onshore.ledger.attribution import TRANSFERS, Calls
from onshore.ledger.outcome import ELSEWHERE
from onshore.ledger.schema import CODES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from onshore.ledger.attribution import Known, Told
    from onshore.plan import Center, Plan
    from onshore.speech.archive import Version

SOURCE = "queue_log"  # what tells these events from the daemon's own

_OURS = "ONSHORE"
_ENDED = "ONSHORE_ENDED"
_SAID = {"ONSHORE_DISCLOSED": "disclosed", "ONSHORE_OFFERED": "offered"}
_LEFT = {
    "EXITWITHKEY": "key",
    "ABANDON": "abandon",
    "EXITEMPTY": "empty",
    "EXITWITHTIMEOUT": "timeout",
    "WITHDRAW": "withdraw",
}
# Milliseconds: moments within a second are in the order in which things happen on a call. An agent may answer in the
# second in which the call came in, and nobody leaves a queue after the end.
_PLACES = CODES | {"left": CODES["transferred"], "connected": 999}
_LATER = 0.2  # seconds: what the call flow itself notes of a hang-up comes before the end
_OLD = 8  # fields of ONSHORE_ENDED, as older dialplans wrote it: without the caller's number


@dataclass(frozen=True, slots=True)
class Line:
    """One line of queue_log."""

    at: int  # seconds since 1970
    unique_id: str
    queue: str
    agent: str
    event: str
    said: tuple[str, ...]


def parse(text: str) -> Line | None:
    """Return a line of queue_log; None when it is none, as after a power cut."""
    fields = text.rstrip("\r\n").replace("\0", "").split("|")
    if len(fields) < 5 or not fields[0].isascii() or not fields[0].isdecimal() or len(fields[0]) > 10:
        return None
    return Line(int(fields[0]), fields[1], fields[2], fields[3], fields[4], tuple(fields[5:]))


def concerns(line: Line) -> bool:
    """Return whether a line says anything that the ledger may want."""
    return line.event.startswith(_OURS) or line.event in attribution.EVENTS


def name_of(line: Line) -> str:
    """Return the name of the call that a line of Onshore's is of, "" when it is none of Onshore's."""
    return line.said[0] if line.event.startswith(_OURS) and line.said else ""


def events_of(
    lines: Iterable[Line], plan: Plan, versions: Mapping[str, Version], known: Iterable[Known] = ()
) -> list[Event]:
    """Return what some lines tell that the daemon did not: what the fallback did, who answered, how calls ended.

    Each line tells its events by itself: it does not matter which others there are, nor in which order. `versions`
    has prompts by id, `known` the calls of the ledger that lines may be of.
    """
    every = sorted(set(lines), key=lambda line: (line.at, line.event, line.said))
    calls = Calls(known)
    reading = _Reading(plan, versions, calls)
    for line in every:
        if name_of(line):
            calls.own(line, name_of(line), _center_of(line))
            reading.own(line)
    # A transfer is known by the answer before it, and an answer elsewhere by both.
    for line in sorted(every, key=lambda line: (line.event in TRANSFERS, line.at)):
        if line.event in attribution.EVENTS:
            reading.asterisks(line)
    reading.elsewhere()
    return sorted(reading.found, key=lambda event: (event.at, event.call))


def _center_of(line: Line) -> str:
    at = {"ONSHORE": 2, _ENDED: 7}.get(line.event, len(line.said))
    return line.said[at] if at < len(line.said) else ""


def _moment(line: Line, told: str) -> float:
    """Return the moment that a line tells in milliseconds; its own, to the second, where that makes no sense."""
    found = int(told) / 1000 if told.isascii() and told.isdecimal() and len(told) < 15 else 0.0
    return found + _LATER if line.at - 2 <= found < line.at + 1 else line.at


class _Reading:
    """Lines, as they are read."""

    def __init__(self, plan: Plan, versions: Mapping[str, Version], calls: Calls) -> None:
        self.found: list[Event] = []
        self._plan = plan
        self._versions = versions
        self._calls = calls
        self._old: set[str] = set()  # calls whose end an older dialplan told
        self._elsewhere: list[tuple[str, Line]] = []  # answers in other queues
        self._tellers: dict[str, Callable[[Line, tuple[str, ...]], None]] = {
            "ONSHORE_FALLBACK": self._fell_back,
            "ONSHORE_DISCLOSED": self._said,
            "ONSHORE_OFFERED": self._said,
            "ONSHORE_KEY": self._pressed,
            "ONSHORE_CHOICE": lambda line, said: self._note(line, "choice", choice=said[0]),
            "ONSHORE_UNTOLD": self._untold,
            "ONSHORE": self._routed,
            _ENDED: self._ended,
        }

    def own(self, line: Line) -> None:
        """Read a line of Onshore's."""
        teller = self._tellers.get(line.event)
        if teller:
            teller(line, (*line.said[1:], *("",) * 16))

    def asterisks(self, line: Line) -> None:
        """Read a line of Asterisk's, if it is of a call of Onshore's."""
        times = attribution.told(line)
        found = times and self._calls.of(line, times)
        if not times or not found:
            return
        name, stay = found
        if line.event == "ENTERQUEUE":
            if (
                stay and name in self._old and len(line.said) > 1
            ):  # a newer one tells the number itself, unless withheld
                self._add(name, "caller", line.at, number=line.said[1])
            return
        call = self._calls[name]
        there = self._plan.centers.get(stay.center if stay else call.center)
        own = stay is not None or (not call.stays and there is not None and there.queue == line.queue)
        country = (stay.country if stay else "") or (there.country if there else "")
        if own and line.event in _LEFT:
            key = line.said[0] if line.event == "EXITWITHKEY" else ""
            self._tell(name, "left", line.at, queue=line.queue, by=_LEFT[line.event], key=key, waited=times.waited)
        elif own and times.answered is not None:
            center = (stay.center if stay else "") or (there.name if there else "")
            self._answered(name, line, times, center, country)
        elif line.event == "CONNECT":
            self._elsewhere.append((name, line))
        if line.event in TRANSFERS:
            self._transferred(name, line)

    def elsewhere(self) -> None:
        """Read the answers in queues that Onshore did not send the caller to, after an answer in one that it did."""
        for name, line in self._elsewhere:
            call = self._calls[name]
            if not any(at <= line.at for _, _, at in call.answers):
                continue
            there = self._center(line.queue, call.stays[-1].center if call.stays else call.center)
            self._tell(
                name,
                "transferred",
                line.at,
                to=line.queue,
                by=ELSEWHERE,
                member=line.agent,
                center=there.name if there else "",
                country=there.country if there else "",
            )

    def _answered(self, name: str, line: Line, times: Told, center: str, country: str) -> None:
        assert times.answered is not None
        self._calls.answered(name, line, times.answered)
        self._tell(
            name,
            "connected",
            times.answered,
            member=line.agent,
            queue=line.queue,
            center=center,
            country=country,
            waited=times.waited,
            talked=times.talked,
        )

    def _transferred(self, name: str, line: Line) -> None:
        """Asterisk tells extension and context of a blind transfer; of an attended one how, and to what."""
        said = (*line.said, "", "")
        to = said[1] if line.event == "ATTENDEDTRANSFER" else f"{said[0]}@{said[1]}".strip("@")
        self._tell(name, "transferred", line.at, to=to, by=line.event.lower())

    def _center(self, queue: str, own: str) -> Center | None:
        """Return the center of a queue; of several that share it, the call's own, else the first of one country."""
        found = [center for center in self._plan.centers.values() if center.queue == queue]
        if len({center.country for center in found}) > 1:
            return next((center for center in found if center.name == own), None)
        return next((center for center in found if center.name == own), found[0] if found else None)

    def _untold(self, line: Line, said: tuple[str, ...]) -> None:
        reason = said[1] or "sound-missing"
        self._note(line, "skipped", reason=reason, what="disclosure", country=self._country(said[0]))

    def _pressed(self, line: Line, said: tuple[str, ...]) -> None:
        keys, during, ignored = said[:3]
        for number, key in enumerate(keys if ignored else [keys]):  # the same key twice is two events
            more = {"ignored": True} if ignored else {}
            self._tell(line.said[0], "key", line.at + number / 1000, key=key, during=during, **more)

    def _note(self, line: Line, kind: str, at: int | None = None, /, **data: str | int | bool | None) -> None:
        second = line.at if at is None or not 0 < at <= line.at else at  # nothing happens after it was told
        self._tell(line.said[0], kind, second, **data)

    def _tell(self, name: str, kind: str, second: float, /, **data: str | int | bool | None) -> None:
        self._add(name, kind, second, **data, source=SOURCE)

    def _add(self, name: str, kind: str, second: float, /, **data: str | int | bool | None) -> None:
        filled = {
            key: value
            for key, value in data.items()
            if value is not None and value != "" and not (isinstance(value, int) and value >= 1 << 31)
        }
        event = Event(name, kind, filled, second + _PLACES[kind] / 1000)
        try:
            self.found.append(checked(event))
        except ValueError:  # a call's name of a thousand characters
            return

    def _fell_back(self, line: Line, said: tuple[str, ...]) -> None:
        reason, where, service, rules = said[:4]
        if where == "inbound":
            self._note(line, "arrived", service=service, rules=rules)
        else:
            self._note(line, "returned", status=service.lower())
        self._note(line, "fallback", reason=reason)

    def _said(self, line: Line, said: tuple[str, ...]) -> None:
        language = said[2]
        told, version = self._heard(said[0], said[1])
        if version:
            told["text"] = version.text
        if language and _SAID[line.event] == "disclosed":
            self._note(line, "language", language=language, by="channel")
        self._note(line, _SAID[line.event], language=language, **told)

    def _heard(self, sound: str, heard: str) -> tuple[dict[str, str | int | bool], Version | None]:
        """Return what is told of a prompt: which, how much of it was heard, and the country that it says."""
        prompt = sound.rpartition("/")[2]
        version = self._versions.get(prompt)
        of = version.milliseconds if version else 0
        told: dict[str, str | int | bool] = {"prompt": prompt, "of_ms": of} if version else {"prompt": prompt}
        if heard.isascii() and heard.isdecimal() and len(heard) < 10:
            told["heard_ms"] = min(int(heard), of) if of else int(heard)
        parameters = (*(version.parameters if version else prompt.split("-")[1:-1]), "", "")
        told["country"] = parameters[1 if version and version.name == "unavailable" and parameters[1] else 0]
        return told, version

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
        status, abandoned, member, waited, queued, way, center, number, service, rules, fallback, now, cut, ms = said[
            :14
        ]
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
        # Of a call that was killed before anything of it was written, this is all there is.
        began = min(attribution.begun(line.unique_id), line.at)
        more = {"service": service, "rules": rules, "fallback": fallback, "arrived": began or ""}
        moment = _moment(line, now)
        for kind, at, data in ways:
            if data.get("outcome") == "before-queue":
                self._tell(line.said[0], "choice", moment, choice=HANGUP)
            if kind == "ended":
                told = self._heard(cut, ms)[0] if cut else {}
                self._add(line.said[0], kind, moment, **{**told, **data, **more}, source=SOURCE)
            else:
                self._note(line, kind, at, **data)
        if len(line.said) <= _OLD:
            self._old.add(line.said[0])
        elif number:
            self._add(line.said[0], "caller", moment, number=number)

    def _country(self, center: str) -> str:
        found = self._plan.centers.get(center)
        return found.country if found else ""
