"""Calls that never were, as a ledger would have them: seeded, over days and weeks as real ones come in.

Each call has what truly happened kept apart from its events: a test counts that, and compares it with what a report
makes of the events.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from onshore.evidence import Event

if TYPE_CHECKING:
    from collections.abc import Iterator

# Share of a day's calls in each hour, from midnight, and of a week's in each day, from Monday.
_HOURS = (1, 1, 1, 1, 1, 2, 8, 30, 62, 80, 88, 84, 70, 78, 86, 84, 74, 52, 30, 22, 16, 10, 5, 2)
_DAYS = (1.22, 1.12, 1.06, 1.02, 1.05, 0.35, 0.18)
_CENTERS = (("manila", "PH", 46), ("bogota", "CO", 14), ("pune", "IN", 20), ("milwaukee", "US", 20))
_TEXTS = {
    "en": ("Your call will be answered by an agent in {}.", "To speak with an agent in the United States, press 1."),
    "es": ("Su llamada será atendida por un agente en {}.", "Para hablar con un agente en Estados Unidos, marque 1."),
}
_LENGTHS = {"disclosure": 3020, "offer": 6030}  # milliseconds
_ODDITIES = (*("killed", "waiting", "talking", "left", "unknown", "no-wait", "no-country", "transferred", "elsewhere"),)
HOME, DOMESTIC = "US", "milwaukee"
_AREAS = ("202", "212", "305", "312", "415", "512", "602", "702", "808", "901")


@dataclass(frozen=True, slots=True)
class Truth:
    """What happened on a call."""

    call: str
    arrived: datetime
    service: str
    language: str
    number: str
    country: str  # of the center that was to answer
    disclosed: str  # "full", "part", "no"; "": there was no need
    reason: str  # why there was no disclosure, or no need of one; "": the caller hung up before it, or there was one
    offered: bool
    choice: str  # "": none was to be made
    answered_in: str  # the country of the agent; "": nobody answered
    waited: int | None  # seconds in the queue
    talked: int | None
    outcome: str  # "": not over
    fallback: str
    transferred: int = 0
    direction: str = "inbound"

    @property
    def answered(self) -> bool:
        """Whether an agent answered, be it known where or not."""
        return self.outcome == "answered" or (not self.outcome and bool(self.answered_in))


@dataclass(frozen=True, slots=True)
class MadeCall:
    """A call: its events in the order of their moments, and the truth."""

    events: tuple[Event, ...]
    truth: Truth


def calls(
    seed: int,
    first: date,
    days: int,
    a_day: float,
    rules: str = "us-call-center-act",
    *,
    at_home: int = 20,
    odd: bool = False,
) -> Iterator[MadeCall]:
    """Return calls in the order of their arrival, from midnight UTC of a day on; `a_day` of them on an average day.

    Of a hundred, so many come to the center at home. With `odd`, some go as calls seldom do: they leave the queue, or
    nobody tells how they ended in it; they are answered in a queue that tells no wait, or nobody knows where; they are
    transferred, outbound, not over, or end before a word is said.
    """
    chance = random.Random(seed)  # noqa: S311 - the same calls from the same seed
    hours = sum(_HOURS)
    number = 0
    for day in range(days):
        midnight = datetime.combine(first + timedelta(days=day), datetime.min.time(), UTC)
        season = 1 + 0.15 * math.sin(2 * math.pi * midnight.timetuple().tm_yday / 365)
        expected = a_day * _DAYS[midnight.weekday()] * season
        for hour, share in enumerate(_HOURS):
            count = _about(chance, expected * share / hours)
            for second in sorted(chance.uniform(0, 3600) for _ in range(count)):
                number += 1
                yield _Making(chance, midnight + timedelta(hours=hour, seconds=second), number, rules, at_home).made(
                    odd=odd
                )


def _about(chance: random.Random, expected: float) -> int:
    whole = int(expected)
    return (
        max(0, round(chance.gauss(whole, math.sqrt(whole))))
        if whole > 20
        else sum(chance.random() < expected / 40 for _ in range(40))
    )


class _Making:
    """One call, as it goes on."""

    def __init__(self, chance: random.Random, moment: datetime, number: int, rules: str, at_home: int) -> None:
        self._chance = chance
        self._at = round(moment.timestamp() * 1000)
        self._begun = self._at
        self._call = f"pbx-{self._at // 1000}.{number}-{chance.randrange(100000, 999999)}"
        self._language = "es" if chance.random() < 0.2 else "en"
        weights = [at_home if country == HOME else weight * (100 - at_home) // 80 for _, country, weight in _CENTERS]
        self._center, self._country, _ = chance.choices(_CENTERS, weights)[0]
        self._number = f"+1{chance.choice(_AREAS)}555{chance.randrange(10000):04d}"
        self._rules = rules
        self._service = "support" if chance.random() < 0.7 else "sales"
        self._fallback = ""
        self._odd = False
        self._oddity = ""
        self._transferred = 0
        self._direction = "inbound"
        self._events: list[Event] = []

    def _note(self, kind: str, seconds: float = 0.0, /, **data: str | int | bool) -> None:
        self._at += round(seconds * 1000)
        self._events.append(Event(self._call, kind, data, self._at / 1000))

    def made(self, *, odd: bool = False) -> MadeCall:
        chance = self._chance
        told: dict[str, str | int | bool] = {}
        if odd:
            self._odd = True
            self._oddity = chance.choice(("", "", *_ODDITIES))
            if chance.random() < 0.3:
                self._direction = told["direction"] = "outbound"
        self._note("arrived", service=self._service, plan="3fa9c1d2e4b5", rules=self._rules, **told)
        if self._oddity == "killed":
            self._note("ended", 1.0, outcome="before-queue")
            return self._truth(("", "ended-before", False, ""), ("", None, None, "before-queue"))
        if chance.random() < 0.006:
            self._fallback = chance.choice(("failure", "unfinished"))
            self._note("fallback", 0.1, reason=self._fallback)
        self._note("language", 0.01, language=self._language, by="channel", channel=self._language)
        told_how = self._told()
        choice = told_how[3]
        return self._truth(told_how, self._queue(choice) if choice != "hangup" else ("", None, None, "before-queue"))

    def _truth(self, told: tuple[str, str, bool, str], queued: tuple[str, int | None, int | None, str]) -> MadeCall:
        disclosed, reason, offered, choice = told
        answered_in, waited, talked, outcome = queued
        return MadeCall(
            tuple(self._events),
            Truth(
                call=self._call,
                arrived=datetime.fromtimestamp(self._begun / 1000, UTC),
                service=self._service,
                language=self._language,
                number=self._number,
                country=self._country,
                disclosed=disclosed,
                reason=reason,
                offered=offered,
                choice=choice,
                answered_in=answered_in,
                waited=waited,
                talked=talked,
                outcome=outcome,
                fallback=self._fallback,
                transferred=self._transferred,
                direction=self._direction,
            ),
        )

    def _told(self) -> tuple[str, str, bool, str]:
        """Disclose and offer; return how much was disclosed, why it was not, whether it was offered, and the choice."""
        chance = self._chance
        if self._country == HOME:
            self._note("skipped", 0.01, reason="at-home", what="disclosure", country=HOME)
            return "", "at-home", False, ""
        if chance.random() < (0.02 if self._odd else 0.004):
            reason = chance.choice(("sound-missing", "no-translation")) if self._odd else "sound-missing"
            self._note("skipped", 0.02, reason=reason, what="disclosure", country=self._country)
            self._center = DOMESTIC
            return "no", reason, False, ""
        if chance.random() < 0.005:
            return self._hung_up("no", offered=False)
        lot, whole = chance.random(), _LENGTHS["disclosure"]
        if lot < 0.03:
            self._prompt("disclosed", "disclosure", heard=chance.randrange(100, whole - 100))
            if lot < 0.015:
                return self._hung_up("part", offered=False)
            self._note("key", key="1", during="disclosure")
            return "part", "", False, self._chosen("domestic")
        self._prompt("disclosed", "disclosure", heard=whole)
        return "full", "", True, self._offer()

    def _hung_up(self, disclosed: str, *, offered: bool) -> tuple[str, str, bool, str]:
        self._note("choice", choice="hangup")
        self._note("caller", 0.1, number=self._number)
        self._note("ended", outcome="before-queue")
        return disclosed, "", offered, "hangup"

    def _offer(self) -> str:
        chance, whole = self._chance, _LENGTHS["offer"]
        home = 0.16 if self._language == "es" else 0.11
        lot = chance.random()
        if lot < home:
            self._prompt("offered", "offer", heard=chance.randrange(2000, whole))
            self._note("key", key="1", during="offer")
            return self._chosen("domestic")
        self._prompt("offered", "offer", heard=whole)
        if lot < home + 0.02:
            self._hung_up("full", offered=True)
            return "hangup"
        return self._chosen("none")

    def _chosen(self, choice: str) -> str:
        self._note("choice", 0.02, choice=choice)
        if choice == "domestic":
            self._center = DOMESTIC
        return choice

    def _prompt(self, kind: str, name: str, heard: int) -> None:
        disclosure, offer = _TEXTS[self._language]
        said = self._country if kind == "disclosed" else HOME
        self._note(
            kind,
            heard / 1000,
            country=said,
            prompt=f"{name}-{said}-{'e1bd63' if kind == 'disclosed' else '1-a6382e'}",
            language=self._language,
            text=disclosure.format(said) if kind == "disclosed" else offer,
            heard_ms=heard,
            of_ms=_LENGTHS[name],
        )

    def _queue(self, choice: str) -> tuple[str, int | None, int | None, str]:
        chance = self._chance
        country = next(country for name, country, _ in _CENTERS if name == self._center)
        self._note(
            "routed",
            0.02,
            center=self._center,
            queue=f"support-{self._center}",
            country=country,
            domestic=country == HOME,
        )
        waited = round(chance.expovariate(1 / (75 if choice == "domestic" else 40 if country == HOME else 25)))
        lot = chance.random()
        queued = self._at
        center = self._center
        if self._oddity:
            return self._oddly(country, waited)
        if lot < 0.05:
            self._note("caller", waited + 0.1, number=self._number)
            self._note("ended", outcome="abandoned", queue_status="", waited=waited, center=center)
            return "", waited, None, "abandoned"
        if lot < 0.06:
            self._note("caller", waited + 0.1, number=self._number)
            self._note("ended", outcome="unanswered", queue_status="timeout", waited=waited, center=center)
            return "", waited, None, "unanswered"
        talked = round(chance.lognormvariate(5.2, 0.7))
        self._at = queued + waited * 1000
        member = f"PJSIP/{2000 + chance.randrange(90)}"
        self._note("connected", member=member, center=self._center, country=country, waited=waited)
        self._note("caller", talked + 0.1, number=self._number)
        self._note("ended", outcome="answered", talked=talked, center=center)
        return country, waited, talked, "answered"

    def _oddly(self, country: str, waited: int) -> tuple[str, int | None, int | None, str]:
        """Go on as calls seldom do, from the queue on."""
        odd, center, member = self._oddity, self._center, f"PJSIP/{2000 + self._chance.randrange(90)}"
        if odd == "waiting":
            return "", None, None, ""
        if odd in {"left", "unknown"}:
            self._note("caller", waited + 0.1, number=self._number)
            of_wait: dict[str, str | int | bool] = {"waited": waited} if odd == "left" else {}
            self._note("ended", outcome=odd, queue_status="", center=center, **of_wait)
            return "", waited if of_wait else None, None, odd
        if odd == "no-wait":  # a queue without setqueueentryvar=yes
            self._note("caller", waited + 60.1, number=self._number)
            self._note("ended", outcome="answered", queue_status="", center=center, member=member, country=country)
            return country, None, None, "answered"
        country = {"no-country": "", "elsewhere": "PH"}.get(odd, country)
        self._at += waited * 1000
        self._note("connected", member=member, center=center, country=country, waited=waited)
        if odd == "talking":
            return country, waited, None, ""
        if odd == "transferred":
            self._transferred = 1
            self._note("transferred", 30.0, to="701@from-internal", by="blindtransfer")
        self._note("caller", 60.1, number=self._number)
        self._note("ended", outcome="answered", talked=60, center=center)
        return country, waited, 60, "answered"
