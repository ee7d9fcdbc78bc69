"""What happens on a call: the only place that decides. Reads top to bottom like the call itself.

It is written once for every way to run it. It awaits a Line and the Evidence and nothing else, so that a way without
an event loop can drive it too.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from onshore import variables
from onshore.errors import OnshoreError
from onshore.evidence import Event
from onshore.line import CallerGone, Heard, LineLost, SoundMissingError, TakenOver

TYPE_CHECKING = False  # type checkers know better; importing `typing` takes 6 ms, and a call may wait for it
if TYPE_CHECKING:
    from collections.abc import Callable

    from onshore.evidence import Evidence
    from onshore.line import Arrival, Line
    from onshore.plan import Center, Plan, Prompt, Service

# Of what happened, what goes into Asterisk's CEL; all of it is in the ledger.
_SIGNALLED = (
    *("service", "language", "country", "prompt", "heard_ms", "of_ms", "key", "during", "choice", "center", "queue"),
    *("reason", "status"),
)
_UNSAFE = re.compile(r"[^A-Za-z0-9_.@|=/-]")

# The choices.
DOMESTIC, STAY, NONE, HANGUP = "domestic", "stay", "none", "hangup"

REPEAT = "*"
ANY_KEY = "0123456789*#"
WRONG_KEYS = 2  # so often the offer is made again after a key that is not in use
REPEATS = 9  # so often `*` starts over: a stuck key must not hold a line for ever
MENU_ROUNDS = 2  # so often the languages are read out
HOLD = 12_000  # milliseconds of ringing between two tries of a queue that gave the caller back
EARLY = 700  # milliseconds: a key in the first instants of what a caller hears was meant for what came before
AGAIN = 1000  # milliseconds: the same key within so short a time is the same press, of a key that bounces


class NotServedError(OnshoreError):
    """Asterisk asks for something that the plan does not have. The dialplan goes on by itself."""


@dataclass(slots=True)
class Call:
    """One call, while the flow runs."""

    line: Line
    arrival: Arrival
    plan: Plan
    evidence: Evidence
    service: Service
    language: str
    now: Callable[[], datetime]
    choice: str = ""
    played: list[str] = field(default_factory=list)  # the countries disclosed
    unsignalled: list[Event] = field(default_factory=list)  # what Asterisk's CEL has not been told yet

    def note(self, kind: str, when: float | None = None, /, **data: str | int | bool) -> None:
        """Tell the evidence what happened, and when (seconds since the epoch), if not now."""
        at = self.now().timestamp() if when is None else when
        event = Event(self.arrival.call, kind, data, at)
        self.evidence.add(event)
        self.unsignalled.append(event)

    def prompt(self, name: str, *parameters: str) -> Prompt:
        """Return a prompt in the call's language."""
        return self.plan.prompt(self.language, name, *parameters)


def _utc_now() -> datetime:
    return datetime.now(UTC)


async def run(
    request: str,
    line: Line,
    arrival: Arrival,
    plan: Plan,
    evidence: Evidence,
    now: Callable[[], datetime] = _utc_now,
) -> None:
    """Do what Asterisk asks: `inbound`, `returned` (a queue gave the caller back) or `ended` (the caller is gone).

    NotServedError when the plan has no such service; what else it raises is a fault of ours. In both cases the
    dialplan goes on with the call by itself.
    """
    flow = {"inbound": inbound, "returned": returned, "ended": ended}.get(request)
    service = plan.services.get(arrival.service)
    if flow is None:
        raise NotServedError(f"{request!r} is no request; known: inbound, returned, ended, ping")
    if flow is ended and service is None:  # renamed while its caller waited, or talked: the call ended all the same
        service = next(iter(plan.services.values()))
    if service is None:
        raise NotServedError(f"{arrival.service!r} is no service of the plan; known: {', '.join(plan.services)}")
    call = Call(line, arrival, plan, evidence, service, plan.languages[0], now)
    try:
        await flow(call)
    except CallerGone:
        if not call.choice:
            call.note("choice", choice=HANGUP)
    except TakenOver:
        call.note("fallback", reason="deadline")
    except LineLost as lost:
        call.note("fallback", reason="line-lost", detail=str(lost))
    finally:
        await evidence.commit()


async def inbound(call: Call) -> None:
    """A caller phones a service: say where the call is answered, make the offer, and bring the call to a queue."""
    service, plan = call.service, call.plan
    unique_id = call.arrival.unique_id
    if call.arrival.call.startswith(f"{unique_id}-"):
        unique_id = ""  # the call's id tells it
    call.note("arrived", service=service.name, unique_id=unique_id, plan=plan.version, rules=plan.rules)
    await _choose_language(call)
    if service.welcome:
        await _say(call, call.prompt("welcome"))

    domestic = plan.centers[service.domestic]
    center = _first_open(call, *service.centers, service.domestic)
    if center is None:
        await _closed(call)
        return
    try:
        choice = await _announce(call, center, domestic)
    except SoundMissingError:
        # Nobody reaches an agent abroad who was not told: a caller who cannot be told goes home.
        choice, center = NONE, domestic
    if choice == DOMESTIC:
        center = domestic
    await _decide(call, choice)
    if choice == DOMESTIC:
        with contextlib.suppress(SoundMissingError):
            await _hand_over(call, domestic)
    await _route(call, center)


async def returned(call: Call) -> None:
    """A queue did not take the caller, or gave the caller back: offer the other center, or to wait."""
    center_name, language, status, call.choice, announced = (*call.arrival.arguments, "", "", "", "", "")[:5]
    if center_name not in (*call.service.centers, call.service.domestic):
        raise NotServedError(f"{center_name!r} is no center of {call.service.name!r} in the plan any more")
    center, domestic = call.plan.centers[center_name], call.plan.centers[call.service.domestic]
    call.language = call.plan.language(language) or call.plan.languages[0]
    call.note("returned", center=center.name, queue=center.queue, status=status.lower() or "unknown")

    other = _other(call, center)
    for again in range(REPEATS):
        key = await _offer_other(call, center, other, 0 if again else EARLY)
        if key != REPEAT:
            break
    if other is None or key != call.service.key:
        await _say(call, call.prompt("waiting"))
        key = _pressed(call, await call.line.hold(HOLD), "ring")
    if other is None or key != call.service.key:
        if center.announce and center.country != announced:  # the plan was built anew since
            try:
                await _disclose(call, center)
            except SoundMissingError:
                center = domestic
        await _route(call, center)
        return

    await _decide(call, DOMESTIC if other == domestic else STAY)
    try:
        await _hand_over(call, other)
    except SoundMissingError:
        other = domestic  # nobody reaches an agent abroad who was not told
    await _route(call, other)


async def ended(call: Call) -> None:
    """The call is over: tell the evidence how it went. The channel is gone, only what the dialplan says is known."""
    known = (*call.arrival.arguments, "", "", "", "", "", "", "", "")
    center, status, abandoned, member, waited, queued, fallback, way = known[:8]
    if fallback:
        call.note("fallback", reason=fallback)
    if call.arrival.number:
        call.note("caller", number=call.arrival.number)  # the evidence keeps no number as it is
    there = call.plan.centers.get(center)
    ways = how_it_ended(
        status=status,
        abandoned=abandoned,
        member=member,
        waited=waited,
        queued=queued,
        way=way,
        center=center,
        country=there.country if there else "",
        now=int(call.now().timestamp()),
    )
    for kind, at, data in ways:
        call.note(kind, at, **data)
    call.choice = HANGUP  # nothing more is to be chosen


def how_it_ended(
    *,
    status: str,
    abandoned: str,
    member: str,
    waited: str,
    queued: str,
    way: str,
    center: str,
    country: str,
    now: int,
) -> list[tuple[str, int | None, dict[str, str | int | bool]]]:
    """Return the events of a call that is over, each with its moment, None for now: an agent's answer, and the end.

    As the dialplan has it: Queue()'s QUEUESTATUS and ABANDONED, MEMBERINTERFACE and QEHOLDTIME of a queue that tells;
    when Queue() began and `now`, seconds since the epoch; `way` is what came next ("hangup": all was closed).

    An answer needs a sign of an answer. A caller who leaves the queue by a key (`context` of queues.conf), or is
    redirected out of it, and one whom an agent answered in a queue that tells neither member nor wait, look the same:
    "unknown", until queue_log tells.
    """
    seconds = max(0, now - _whole(queued))
    details: dict[str, str | int | bool] = {"center": center, "queue_status": status.lower()}
    if not _whole(queued):
        outcome = "closed" if way == "hangup" else "before-queue"
    elif abandoned:
        outcome = "abandoned"
        details["waited"] = seconds
    elif status not in {"", "CONTINUE"} and not member:  # CONTINUE: the agent hung up
        outcome = "unanswered"
        details["waited"] = seconds
    elif not (member or waited or status):
        outcome = "unknown"
    else:
        who: dict[str, str | int | bool] = {"member": member, "center": center, "country": country}
        if not waited:  # only a queue with setqueueentryvar=yes tells
            return [("ended", None, {"outcome": "answered", **details, **who})]
        before = min(_whole(waited), seconds)
        details["talked"] = seconds - before
        return [
            ("connected", _whole(queued) + before, {**who, "waited": before}),
            ("ended", None, {"outcome": "answered", **details}),
        ]
    return [("ended", None, {"outcome": outcome, **details})]


async def _choose_language(call: Call) -> None:
    """Take the channel's language if the site has it, else ask if the service does, else take the site's first.

    Every channel of Asterisk has a language, `en` unless somebody said otherwise. So the site's first language on a
    channel says nothing about the caller, and a service that asks still asks.
    """
    default = call.plan.languages[0]
    wanted = call.plan.language(call.arrival.language)
    how = "channel" if wanted else "default"
    if call.service.ask_language and wanted in {"", default}:
        wanted = await _menu(call)
        how = "caller" if wanted else "default"
    call.language = wanted or default
    call.note("language", language=call.language, by=how, channel=call.arrival.language)


async def _menu(call: Call) -> str:
    """Read the languages out, each in its own, and return the one that the caller chose; "": none."""
    keys = {str(number): language for number, language in enumerate(call.plan.languages, 1)}
    early = EARLY
    for _ in range(MENU_ROUNDS):
        key = ""
        for number, language in keys.items():
            prompt = call.plan.prompt(language, "language", number)
            key = (await _say(call, prompt, "".join(keys), during="language", early=early)).key
            early = 0
            if key:
                break
        key = key or await _read_key(call, "language")
        if key in keys:
            return keys[key]
    return ""


async def _read_key(call: Call, during: str) -> str:
    """Wait for a key after a prompt; return it, or ""."""
    heard = await call.line.read_key(call.service.key_timeout, during=during)
    _ignored(call, heard, during)
    return heard.key


def _pressed(call: Call, heard: Heard, during: str) -> str:
    """Tell the evidence which key was pressed, if any, and return it."""
    _ignored(call, heard, during)
    if heard.key:
        call.note("key", key=heard.key, during=during)
    return heard.key


def _ignored(call: Call, heard: Heard, during: str) -> None:
    """Tell the evidence which keys did not count: pressed too early, or the same press again."""
    for key in heard.ignored:
        call.note("key", key=key, during=during, ignored=True)


def _first_open(call: Call, *names: str) -> Center | None:
    """Return the first of these centers that is open now."""
    moment = call.now()
    return next((call.plan.centers[name] for name in names if call.plan.centers[name].is_open(moment)), None)


def _other(call: Call, center: Center) -> Center | None:
    """Return the center to choose when this one did not answer: home, or from home the first; None: there is none."""
    names = call.service.centers if center.name == call.service.domestic else (call.service.domestic,)
    return _first_open(call, *(name for name in names if name != center.name))


async def _closed(call: Call) -> None:
    """Say that nobody is there now, and say goodbye."""
    call.note("skipped", reason="closed")
    await _say(call, call.prompt("closed"))
    await _say(call, call.prompt("goodbye"))
    await _decide(call, NONE)
    await call.line.finish(_result(call, {variables.NEXT: "hangup"}), call.language)


async def _announce(call: Call, center: Center, domestic: Center) -> str:
    """Say the country, and offer an agent at home if the rule set wants it; return the choice.

    SoundMissingError when the caller could not be told, or not be offered.
    """
    if not center.announce:
        call.note("skipped", what="disclosure", reason=center.reason, country=center.country)
        return NONE
    if not center.offer or center == domestic:
        await _disclose(call, center)
        call.note("skipped", what="offer", reason=center.reason or "domestic", country=center.country)
        return NONE
    wrong = 0
    for again in range(REPEATS):
        key = await _disclose(call, center, call.service.key, 0 if again else EARLY)
        while not key and wrong <= WRONG_KEYS:
            key = await _offer(call, domestic)
            if not key:
                return NONE
            if key not in (call.service.key, call.service.stay, REPEAT):
                wrong += 1
                key = await _not_in_use(call) if wrong <= WRONG_KEYS else ""
        if key == call.service.key:
            return DOMESTIC
        if key != REPEAT:
            return STAY if key else NONE
    return NONE


async def _not_in_use(call: Call) -> str:
    """Say that a key is not in use; a key that is cuts it short. Return that key."""
    keys = call.service.key + call.service.stay
    heard = await _say(call, call.prompt("invalid"), keys, during="invalid")
    if heard.key:
        call.note("key", key=heard.key, during="invalid")
    return heard.key


async def _hand_over(call: Call, center: Center) -> None:
    """Say which center the caller chose: each agent's country is disclosed where the rule set wants it of the center.

    SoundMissingError when the caller could not be told.
    """
    if center.announce:
        await _disclose(call, center, during="connecting")
    else:
        await _say(call, call.prompt("connecting", center.country), during="connecting")


async def _disclose(call: Call, center: Center, keys: str = "", early: int = 0, during: str = "disclosure") -> str:
    """Say the country; only these keys cut it short. Return the key."""
    prompt = call.prompt("disclosure", center.country)
    heard = await _tell(call, "disclosed", center.country, prompt, keys, during, early)
    call.played.append(center.country)
    if heard.key:
        call.note("key", key=heard.key, during="disclosure")
    return heard.key


async def _offer(call: Call, domestic: Center) -> str:
    """Make the offer, which any key ends, and wait for a key; return it, or ""."""
    offer = call.prompt(call.service.offer, domestic.country, call.service.key, call.service.stay)
    key = (await _tell(call, "offered", domestic.country, offer, ANY_KEY, "offer")).key
    key = key or (await _say(call, call.prompt("repeat"), ANY_KEY, during="offer")).key
    key = key or await _read_key(call, "offer")
    if key:
        call.note("key", key=key, during="offer")
    return key


async def _offer_other(call: Call, center: Center, other: Center | None, early: int) -> str:
    """Say that nobody takes the call there, offer the other center if there is one; return the key, or ""."""
    if other is None:
        await _say(call, call.prompt("unavailable", center.country))
        return ""
    prompt = call.prompt("unavailable", center.country, other.country, call.service.key)
    key = ""
    with contextlib.suppress(SoundMissingError):  # the key works all the same
        key = (await _tell(call, "offered", other.country, prompt, ANY_KEY, "unavailable", early)).key
    key = key or await _read_key(call, "unavailable")
    if key:
        call.note("key", key=key, during="unavailable")
    return key


async def _decide(call: Call, choice: str) -> None:
    """Make the choice safe before the call moves on."""
    call.choice = choice
    call.note("choice", choice=choice)
    await _pass(call)


async def _route(call: Call, center: Center) -> None:
    """Tell the dialplan which queue comes next."""
    domestic = center.name == call.service.domestic
    call.note("routed", center=center.name, queue=center.queue, country=center.country, domestic=domestic)
    await _pass(call)
    result = {
        variables.CENTER: center.name,
        variables.QUEUE: center.queue,
        variables.ENTER: center.enter,
        variables.QUEUE_OPTIONS: center.options,
        variables.QUEUE_TIMEOUT: str(center.timeout or ""),
        variables.NEXT: "queue",
    }
    if call.played:
        result[variables.COUNTRY] = call.played[-1]
    await call.line.finish(_result(call, result), call.language)


def _result(call: Call, more: dict[str, str]) -> dict[str, str]:
    return {
        variables.SERVICE: call.service.name,
        variables.LANGUAGE: call.language,
        variables.CHOICE: call.choice,
        variables.CALL: call.arrival.call,
        **more,
        variables.DONE: "1",
    }


async def _tell(call: Call, kind: str, country: str, prompt: Prompt, keys: str, during: str, early: int = 0) -> Heard:
    """Play a prompt that the law asks for, and tell the evidence how much of it was heard.

    Where the dialplan takes over in the middle of it, the dialplan tells.
    """
    try:
        heard = await _play(call, prompt, keys, during=during, told=kind, early=early)
    except CallerGone as cut:
        call.note(kind, country=country, **_evidence_of(prompt, Heard(cut.heard)))
        raise
    call.note(kind, country=country, **_evidence_of(prompt, heard))
    await _pass(call)
    return heard


async def _pass(call: Call) -> None:
    """Make what happened safe before the call moves on; then have it in Asterisk's CEL, too."""
    await call.evidence.commit()
    events, call.unsignalled = call.unsignalled, []
    for event in events:
        told = "|".join(f"{name}={event.data[name]}" for name in _SIGNALLED if name in event.data)
        await call.line.signal(f"ONSHORE_{event.kind.upper()}", _UNSAFE.sub("_", f"{event.call}|{told}"))


async def _play(call: Call, prompt: Prompt, keys: str, *, during: str = "", told: str = "", early: int = 0) -> Heard:
    """Play a prompt; when it cannot be played, tell the evidence, and let the caller of this decide."""
    try:
        heard = await call.line.play(prompt, keys, during=during, told=told, early=early)
    except SoundMissingError as missing:
        call.note("skipped", reason=missing.reason, prompt=prompt.id)
        raise
    _ignored(call, heard, during)
    return heard


async def _say(call: Call, prompt: Prompt, keys: str = "", *, during: str = "", early: int = 0) -> Heard:
    """Play a prompt that the call can do without."""
    try:
        return await _play(call, prompt, keys, during=during, early=early)
    except SoundMissingError:
        return Heard(0)


def _evidence_of(prompt: Prompt, heard: Heard) -> dict[str, str | int | bool]:
    return {
        "prompt": prompt.id,
        "language": prompt.language,
        "text": prompt.text,
        "heard_ms": heard.milliseconds,
        "of_ms": prompt.milliseconds,
    }


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= 10 else 0
