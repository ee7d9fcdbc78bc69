"""Every PBX of the tests, and every call that is made to it."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onshore.testing.phones import Agent
from tests.pbx.pbx import Setup
from tests.pbx.script import HANG_UP, Hear, Pause, Reach, Script

if TYPE_CHECKING:
    from collections.abc import Mapping

# Frequencies well apart, and none a multiple of another's.
AGENTS = (
    Agent("manila", 420, talks=2.0),
    Agent("bogota", 540, talks=2.0),
    Agent("milwaukee", 690, talks=2.0),
    Agent("rome", 1010, talks=2.0),
    Agent("bucharest", 1330, talks=2.0),
    Agent("tirana", 1570, talks=2.0),
    Agent("nobody", 1810, answers=False),
)

_US = """
home = "US"
rules = "us-call-center-act"
languages = ["en", "es", "fr"]
company = "Acme Bank"

[centers.manila]
country = "PH"
queue = "support-manila"
[centers.bogota]
country = "CO"
queue = "billing-bogota"
[centers.milwaukee]
country = "US"
queue = "support-milwaukee"
[centers.missing]
country = "US"
queue = "no-such-queue"
[centers.empty]
country = "US"
queue = "empty-queue"
[centers.full]
country = "US"
queue = "full-queue"
[centers.slow]
country = "PH"
queue = "slow-queue"
timeout = 4
[centers.ringing]
country = "US"
queue = "ringing-queue"

[services.support]
center = "manila"
domestic = "milwaukee"
key = "1"
[services.billing]
center = "bogota"
domestic = "milwaukee"
key = "7"
stay = "2"
welcome = true
[services.menu]
center = "manila"
domestic = "milwaukee"
ask_language = true
[services.local]
center = "milwaukee"
domestic = "milwaukee"
[services.missing]
center = "manila"
domestic = "missing"
[services.empty]
center = "manila"
domestic = "empty"
[services.occupied]
center = "full"
domestic = "full"
[services.full]
center = "manila"
domestic = "full"
[services.slow]
center = "slow"
domestic = "milwaukee"
[services.ringing]
center = "ringing"
domestic = "ringing"
"""

_IT = """
home = "IT"
rules = "it-24-bis"
languages = ["en", "fr"]

[centers.rome]
country = "IT"
queue = "rome"
enter = "admins,700,1"
[centers.bucharest]
country = "RO"
queue = "bucharest"
enter = "nowhere,1,1"
[centers.tirana]
country = "AL"
queue = "tirana"

[services.rome]
center = "rome"
domestic = "rome"
[services.bucharest]
center = "bucharest"
domestic = "rome"
answer_wait = 0.4
[services.tirana]
center = "tirana"
domestic = "rome"
"""

_MEMBERS: Mapping[str, tuple[str, ...]] = {
    "support-manila": ("manila",),
    "billing-bogota": ("bogota",),
    "support-milwaukee": ("milwaukee",),
    "slow-queue": ("nobody",),
    "ringing-queue": ("nobody",),
}
_MORE_QUEUES = """
[empty-queue]
joinempty=no
leavewhenempty=no
[full-queue]
maxlen=1
musicclass=default
member => PJSIP/nobody
"""
US = Setup(_US, _MEMBERS, more_queues=_MORE_QUEUES)
US_ONE_PROCESS = Setup(_US, _MEMBERS, more_queues=_MORE_QUEUES, server=False)
US_NO_DAEMON = Setup(_US, _MEMBERS, more_queues=_MORE_QUEUES, daemon=False)
IT = Setup(_IT, {"rome": ("rome",), "bucharest": ("bucharest",), "tirana": ("tirana",)}, healthy=True)

DISCLOSURE, OFFER, REPEAT = Hear("disclosure-PH"), Hear("offer-US-1"), Hear("repeat")
CONNECTING = Hear("connecting-US")
WAIT = Pause(2.5)  # for a key after the offer
NO_KEY = (DISCLOSURE, OFFER, REPEAT, WAIT, Reach("manila"))
HOME = (CONNECTING, Reach("milwaukee"))
WRONG = (Hear("offer-US-1", press="5"), Hear("invalid"))
IN_DISCLOSURE = Hear("disclosure-PH", press="1", at=1.5)

# What holds however the call flow is run: by the daemon, by a process per call, by the fallback.
EVERY_WAY = (
    Script("somebody is in the queue with one place", "occupied", (Pause(25, press=HANG_UP),), outcome="abandoned"),
    Script("no key", "support", NO_KEY, choice="none", outcome="answered"),
    Script("key in the disclosure", "support", (IN_DISCLOSURE, *HOME), choice="domestic", outcome="answered"),
    Script("key in the offer", "support", (DISCLOSURE, Hear("offer-US-1", press="1"), *HOME), choice="domestic"),
    Script(
        "key after the offer",
        "support",
        (DISCLOSURE, OFFER, REPEAT, Pause(1.2, press="1"), *HOME),
        choice="domestic",
    ),
    Script("wrong key once", "support", (DISCLOSURE, *WRONG, OFFER, REPEAT, WAIT, Reach("manila")), choice="none"),
    Script(
        "wrong key three times",
        "support",
        (DISCLOSURE, *WRONG, *WRONG, Hear("offer-US-1", press="5"), Reach("manila")),
        choice="none",
    ),
    Script("star", "support", (DISCLOSURE, Hear("offer-US-1", press="*"), *NO_KEY), choice="none"),
    Script("wrong key in the disclosure", "support", (Hear("disclosure-PH", press="5", full=True), *NO_KEY[1:])),
    Script(
        "pound is a wrong key", "support", (DISCLOSURE, Hear("offer-US-1", press="#"), Hear("invalid"), *NO_KEY[1:])
    ),
    Script(
        "the home key in the first instants is one of the menu before",
        "support",
        (Hear("disclosure-PH", press="1", at=0.3, full=True), *NO_KEY[1:]),
        choice="none",
    ),
    Script(
        "a wrong key that bounces counts once",
        "support",
        (DISCLOSURE, Hear("offer-US-1", press="5"), Hear("invalid", press="5", at=0.2, full=True), *NO_KEY[1:]),
        choice="none",
    ),
    Script("hang-up in the disclosure", "support", (Hear("disclosure-PH", press=HANG_UP),), choice="hangup"),
    Script("hang-up in the offer", "support", (DISCLOSURE, Hear("offer-US-1", press=HANG_UP)), choice="hangup"),
    Script(
        "hang-up in the queue",
        "slow",
        (DISCLOSURE, OFFER, REPEAT, Pause(4.0, press=HANG_UP)),
        choice="none",
        outcome="abandoned",
    ),
    Script("spanish", "support", NO_KEY, language="es", speaks="es"),
    Script("french", "support", (IN_DISCLOSURE, *HOME), language="fr", speaks="fr"),
    Script("canadian french", "support", NO_KEY, language="fr_CA", speaks="fr"),
    Script("a language the site does not have", "support", NO_KEY, language="de"),
    Script("no language", "support", NO_KEY, language=""),
    Script(
        "another service has another key",
        "billing",
        (
            Hear("welcome"),
            Hear("disclosure-CO"),
            Hear("offer-US-7-2", press="1"),
            Hear("invalid"),
            Hear("offer-US-7-2", press="7"),
            *HOME,
        ),
        choice="domestic",
    ),
    Script(
        "a key to stay",
        "billing",
        (Hear("welcome"), Hear("disclosure-CO"), Hear("offer-US-7-2", press="2"), Reach("bogota")),
        choice="stay",
    ),
    Script("answered at home", "local", (Reach("milwaukee"),), choice="none"),
    Script(
        "the queue does not exist",
        "missing",
        (
            IN_DISCLOSURE,
            CONNECTING,
            Hear("unavailable-US-PH-1", press="1", at=3.5),
            DISCLOSURE,
            Reach("manila"),
        ),
        choice="stay",
    ),
    Script(
        "the queue is empty, and the caller waits",
        "empty",
        (
            IN_DISCLOSURE,
            CONNECTING,
            Hear("unavailable-US-PH-1"),
            WAIT,
            Hear("waiting"),
            Pause(3.0, press="1"),
            DISCLOSURE,
            Reach("manila"),
        ),
        choice="stay",
    ),
    Script(
        "the queue is full",
        "full",
        (
            IN_DISCLOSURE,
            CONNECTING,
            Hear("unavailable-US-PH-1", press="1", at=5.0),
            DISCLOSURE,
            Reach("manila"),
        ),
        choice="stay",
    ),
    Script(
        "nobody answers in time",
        "slow",
        (DISCLOSURE, OFFER, REPEAT, WAIT, Pause(4.5), Hear("unavailable-PH-US-1", press="1", at=3.5), *HOME),
        choice="domestic",
    ),
    Script(
        "a name full of commas, quotes and variables",
        "support",
        (IN_DISCLOSURE, *HOME),
        caller="A, 'B' & ${CHANNEL} $[1+1] ^ | %0a",
        number="+15550100",
        choice="domestic",
    ),
)

# Only the call flow asks for the language: the fallback takes the channel's.
MENU = (
    Script(
        "the caller chooses a language",
        "menu",
        (Hear("en/language-1"), Hear("es/language-2", press="2"), IN_DISCLOSURE, *HOME),
        speaks="es",
    ),
    Script(
        "the key of the language, pressed twice, is no choice of home",
        "menu",
        (Hear("en/language-1", press="1"), Hear("disclosure-PH", press="1", at=0.3, full=True), *NO_KEY[1:]),
        choice="none",
    ),
)

ITALY = (
    Script("it: at home is announced too", "rome", (Hear("disclosure-IT"), Reach("rome"))),
    Script(
        "it: the european union is announced, and offers nothing",
        "bucharest",
        (Hear("disclosure-RO"), Reach("bucharest")),
    ),
    Script(
        "it: outside the european union offers the right to go home",
        "tirana",
        (Hear("disclosure-AL"), Hear("offer-right-IT-1", press="1"), Hear("disclosure-IT"), Reach("rome")),
        choice="domestic",
    ),
    Script(
        "it: stays abroad",
        "tirana",
        (Hear("disclosure-AL"), Hear("offer-right-IT-1"), REPEAT, WAIT, Reach("tirana")),
        language="fr",
        speaks="fr",
        choice="none",
    ),
)

# The daemon dies while the caller listens: the prompt goes on; then the fallback, from the beginning.
KILLED = (
    Script("daemon killed in the disclosure", "support", (DISCLOSURE, *NO_KEY)),
    Script(
        "daemon killed, then the home key in the disclosure",
        "support",
        (Hear("disclosure-PH", press="1", at=2.2), *HOME),
        choice="domestic",
    ),
)
FROZEN_BEFORE = (
    Script("daemon frozen before the call", "support", NO_KEY),
    Script(
        "daemon frozen before the call, spanish",
        "support",
        (Pause(2.0), IN_DISCLOSURE, *HOME),
        language="es",
        speaks="es",
    ),
)
FROZEN_WITHIN = (
    Script("daemon frozen in the disclosure", "support", (DISCLOSURE, *NO_KEY)),
    Script(
        "daemon frozen, then the home key in the disclosure",
        "support",
        (Hear("disclosure-PH", press="1", at=2.3), *HOME),
        choice="domestic",
    ),
)
# The offer of billing begins some 5 s after the answer.
FROZEN_IN_THE_OFFER = (
    Script(
        "daemon frozen, then the key to stay",
        "billing",
        (Hear("welcome"), Hear("disclosure-CO"), Hear("offer-US-7-2", press="2", at=2.0), Reach("bogota")),
        choice="stay",
    ),
    Script(
        "daemon frozen, then the home key in the offer",
        "support",
        (DISCLOSURE, Hear("offer-US-1", press="1", at=3.6), *HOME),
        choice="domestic",
    ),
    Script(
        "daemon frozen, then a wrong key in the offer",
        "support",
        (DISCLOSURE, Hear("offer-US-1", press="5", at=3.6), *NO_KEY),
        choice="none",
    ),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the daemon."""

    signal: signal.Signals
    after: float | None  # seconds after the answer; None: before the call
    reason: str  # as the fallback gives it


@dataclass(frozen=True, slots=True)
class Scenario:
    """A PBX, and the calls that are made to it side by side."""

    name: str
    setup: Setup
    scripts: tuple[Script, ...]
    fault: Fault | None = None


SCENARIOS = (
    Scenario("daemon", US, EVERY_WAY + MENU),
    Scenario("one process", US_ONE_PROCESS, EVERY_WAY + MENU),
    Scenario("no daemon", US_NO_DAEMON, EVERY_WAY),
    Scenario("italy", IT, ITALY),
    Scenario("killed", US, KILLED, Fault(signal.SIGKILL, 1.5, "unfinished")),
    Scenario("frozen before", US, FROZEN_BEFORE, Fault(signal.SIGSTOP, None, "deadline")),
    Scenario("frozen within", US, FROZEN_WITHIN, Fault(signal.SIGSTOP, 1.5, "deadline")),
    Scenario("frozen in the offer", US, FROZEN_IN_THE_OFFER, Fault(signal.SIGSTOP, 6.0, "deadline")),
)
