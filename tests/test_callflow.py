"""What happens on a call: each turn it can take, and what holds for every call."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onshore import callflow, variables
from onshore.line import Arrival, CallerGone, Heard, LineLost, SoundMissingError, TakenOver
from onshore.plan import Hours, Plan
from onshore.testing.plans import sample_plan, sample_service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onshore.evidence import Event
    from onshore.plan import Prompt

MONDAY_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SUNDAY = (Hours(6, 6, 0, 1440),)


class Notes:
    """Evidence that remembers what was taken in, and what was safe."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.safe = 0

    def add(self, event: Event) -> None:
        """Take an event in."""
        self.events.append(event)

    async def commit(self) -> None:
        """Make all of them safe."""
        self.safe = len(self.events)

    @property
    def kinds(self) -> list[str]:
        """What was told, in order."""
        return [event.kind for event in self.events]

    def data(self, kind: str) -> list[Mapping[str, str | int | bool]]:
        """What was told of a kind."""
        return [event.data for event in self.events if event.kind == kind]


@dataclass
class Caller:
    """A line with a caller who presses the next key when the prompt of that name plays ("wait", "ring": in silence)."""

    notes: Notes
    presses: list[tuple[str, str]] = field(default_factory=list)
    faults: Mapping[int, Exception] = field(default_factory=dict)  # by how many calls of the line went before
    missing: tuple[str, ...] = ()  # prompts whose sound files are not there
    steps: list[str] = field(default_factory=list)  # what the caller heard, "wait", "ring"
    keys: list[str] = field(default_factory=list)  # what was taken from the caller
    ignored: str = ""  # keys that the dialplan does not let count, in the first prompt that takes any
    guarded: list[str] = field(default_factory=list)  # prompts in whose first instants no key counts
    spoken: set[str] = field(default_factory=set)  # the languages
    result: dict[str, str] = field(default_factory=dict)
    safe_at_finish: bool = False
    signals: list[str] = field(default_factory=list)  # for Asterisk's CEL
    calls: int = 0

    def _next(self, name: str, keys: str) -> str:
        if self.presses and self.presses[0][0] in {name, "any"}:
            key = self.presses.pop(0)[1]
            if key and key in keys:
                self.keys.append(key)
                return key
        return ""

    def _may_fail(self, *, playing: bool = False) -> None:
        self.calls += 1
        fault = self.faults.get(self.calls - 1)
        if fault and (playing or not isinstance(fault, SoundMissingError)):
            raise fault

    async def play(self, prompt: Prompt, keys: str = "", *, during: str = "", told: str = "", early: int = 0) -> Heard:
        """Play a prompt."""
        name = prompt.id.partition("-0")[0]
        assert not keys or during, f"{name}: the dialplan must know what a key means"
        assert told == {"disclosure": "disclosed", "offer": "offered"}.get(name.partition("-")[0], told)
        self._may_fail(playing=True)
        if name.startswith(self.missing or ("?",)):
            raise SoundMissingError
        self.steps.append(name)
        self.spoken.add(prompt.language)
        if early:
            self.guarded.append(name)
        key = self._next(name.partition("-")[0], keys)
        ignored, self.ignored = (self.ignored, "") if keys else ("", self.ignored)
        return Heard(prompt.milliseconds // 2 if key else prompt.milliseconds, key, ignored)

    async def read_key(self, milliseconds: int, *, during: str = "") -> Heard:
        """Wait for a key."""
        assert milliseconds > 0
        assert during
        self._may_fail()
        self.steps.append("wait")
        return Heard(0, self._next("wait", callflow.ANY_KEY))

    async def hold(self, milliseconds: int) -> Heard:
        """Ring, and wait for a key."""
        assert milliseconds > 0
        self._may_fail()
        self.steps.append("ring")
        return Heard(0, self._next("ring", callflow.ANY_KEY))

    async def signal(self, event: str, details: str) -> None:
        """Take a user event for CEL, of what is safe already."""
        assert self.notes.safe == len(self.notes.events)
        self.signals.append(f"{event} {details}")

    async def finish(self, variables: Mapping[str, str], language: str) -> None:
        """Take the result."""
        self._may_fail()
        assert not self.result, "finished twice"
        assert variables["ONSHORE_LANGUAGE"] == language
        self.result = dict(variables)
        self.safe_at_finish = self.notes.safe == len(self.notes.events)


def call(
    *presses: tuple[str, str],
    plan: Plan | None = None,
    request: str = "inbound",
    arguments: tuple[str, ...] = (),
    language: str = "en",
    now: datetime = MONDAY_NOON,
    service: str = "support",
    **caller: Any,  # noqa: ANN401 - the fields of Caller
) -> Caller:
    """Run a call, and return its line."""
    line = Caller(Notes(), list(presses), **caller)
    arrival = Arrival("call-1", service, "1.1", "PJSIP/x-1", language, "2025550100", arguments)
    asyncio.run(callflow.run(request, line, arrival, plan or sample_plan(), line.notes, lambda: now))
    assert line.notes.safe == len(line.notes.events)
    return line


def with_centers(**changes: dict[str, Any]) -> Plan:
    """Return the sample plan with fields of its centers replaced."""
    plan = sample_plan()
    return replace(
        plan, centers={name: replace(center, **changes.get(name, {})) for name, center in plan.centers.items()}
    )


def with_service(**changes: Any) -> Plan:  # noqa: ANN401 - the fields of Service
    """Return the sample plan with fields of its service replaced."""
    return sample_plan(services={"support": sample_service(**changes)})


def always() -> Plan:
    """Return the plan of a site where the law wants every call told."""
    return with_centers(milwaukee={"announce": True, "offer": False, "reason": ""})


TOLD = ["disclosure-PH", "offer-US-1", "repeat", "wait"]


@pytest.mark.parametrize("during", ["disclosure", "offer", "repeat", "wait"])
def test_home_key(during: str) -> None:
    """The home key acts at once, whenever it is pressed, and the caller hears where the call goes."""
    line = call((during, "1"))
    assert line.steps == [*TOLD[: [name.partition("-")[0] for name in TOLD].index(during) + 1], "connecting-US"]
    assert line.result[variables.CHOICE] == "domestic"
    assert line.result[variables.QUEUE] == "support-milwaukee"
    assert line.result[variables.DONE] == "1"
    assert line.notes.data("choice") == [{"choice": "domestic"}]


def test_no_key() -> None:
    """A caller who presses nothing reaches the center abroad, told, and each step is in the evidence."""
    line = call()
    assert line.steps == TOLD
    assert line.result == {
        variables.SERVICE: "support",
        variables.LANGUAGE: "en",
        variables.CHOICE: "none",
        variables.CALL: "call-1",
        variables.CENTER: "manila",
        variables.QUEUE: "support-manila",
        variables.ENTER: "",
        variables.QUEUE_OPTIONS: "",
        variables.QUEUE_TIMEOUT: "",
        variables.NEXT: "queue",
        variables.COUNTRY: "PH",
        variables.DONE: "1",
    }
    assert list(line.result)[-1] == variables.DONE
    assert line.notes.kinds == ["arrived", "language", "disclosed", "offered", "choice", "routed"]
    assert line.notes.data("disclosed")[0]["heard_ms"] == 3000
    assert line.safe_at_finish


@pytest.mark.parametrize("wrong", ["2", "#", "0"])
def test_wrong_key_once(wrong: str) -> None:
    """A key that is not in use is said to be so, and the offer is made again."""
    line = call(("offer", wrong))
    assert line.steps == ["disclosure-PH", "offer-US-1", "invalid", *TOLD[1:]]
    assert line.result[variables.CENTER] == "manila"


def test_wrong_key_twice_then_home() -> None:
    """After two wrong keys the home key still works."""
    line = call(("offer", "2"), ("offer", "3"), ("wait", "1"))
    assert line.steps.count("invalid") == 2
    assert line.result[variables.CHOICE] == "domestic"


def test_wrong_key_three_times() -> None:
    """The third wrong key ends the offer, and the call goes on as announced."""
    line = call(("offer", "2"), ("offer", "3"), ("offer", "4"), ("any", "1"))
    assert line.steps == ["disclosure-PH", "offer-US-1", "invalid", "offer-US-1", "invalid", "offer-US-1"]
    assert line.result[variables.CHOICE] == "none"
    assert line.result[variables.CENTER] == "manila"


def test_home_key_while_a_wrong_key_is_explained() -> None:
    """The home key cuts short that another one is not in use."""
    line = call(("offer", "2"), ("invalid", "1"))
    assert line.steps[-2:] == ["invalid", "connecting-US"]
    assert line.result[variables.CENTER] == "milwaukee"


def test_repeat() -> None:
    """`*` starts over from the disclosure."""
    line = call(("offer", "*"))
    assert line.steps == ["disclosure-PH", "offer-US-1", *TOLD]
    assert len(line.notes.data("disclosed")) == 2


def test_repeat_for_ever() -> None:
    """A stuck `*` ends."""
    line = call(*[("offer", "*")] * 100)
    assert line.steps.count("disclosure-PH") == callflow.REPEATS
    assert line.result[variables.CENTER] == "manila"


def test_stay_key() -> None:
    """The stay key ends the offer at once."""
    plan = with_service(stay="2")
    offers = {
        language: {**prompts, "offer-US-1-2": replace(prompts["offer-US-1"], id="offer-US-1-2-0")}
        for language, prompts in plan.prompts.items()
    }
    line = call(("offer", "2"), plan=replace(plan, prompts=offers))
    assert line.steps == ["disclosure-PH", "offer-US-1-2"]
    assert line.result[variables.CHOICE] == "stay"
    assert line.result[variables.CENTER] == "manila"


@pytest.mark.parametrize(
    ("channel", "spoken"), [("en", "en"), ("es", "es"), ("es_MX", "es"), ("ES-mx", "es"), ("de", "en"), ("", "en")]
)
def test_language_of_the_channel(channel: str, spoken: str) -> None:
    """The channel's language is spoken if the site has it or its base, else the site's first."""
    line = call(language=channel)
    assert line.spoken == {spoken}
    assert line.result[variables.LANGUAGE] == spoken


@pytest.mark.parametrize(
    ("press", "language", "by"),
    [(("language", "2"), "es", "caller"), (("wait", "2"), "es", "caller"), (("wait", "9"), "en", "default")],
)
def test_menu(press: tuple[str, str], language: str, by: str) -> None:
    """A service that asks reads the languages out, and the key chooses; no key in use is the site's first."""
    line = call(press, plan=with_service(ask_language=True))
    assert line.notes.data("language")[0]["language"] == language
    assert line.notes.data("language")[0]["by"] == by
    assert line.result[variables.LANGUAGE] == language


def test_no_menu_for_a_channel_with_a_language_of_its_own() -> None:
    """A caller whose channel says Spanish is not asked."""
    assert call(language="es", plan=with_service(ask_language=True)).steps == TOLD


def test_at_home_untold() -> None:
    """Where the law is about calls abroad, a center at home is reached without a word, and the reason is told."""
    line = call(plan=with_service(centers=("milwaukee",)))
    assert line.steps == []
    assert line.notes.data("skipped")[0]["what"] == "disclosure"
    assert variables.COUNTRY not in line.result


def test_at_home_told() -> None:
    """Where the law wants every call told, a center at home is disclosed, and nothing is offered."""
    line = call(plan=replace(always(), services={"support": sample_service(centers=("milwaukee",))}))
    assert line.steps == ["disclosure-US"]
    assert line.result[variables.COUNTRY] == "US"


def test_home_key_told() -> None:
    """Where the law wants every call told, the caller who goes home hears that country too."""
    line = call(("offer", "1"), plan=always())
    assert line.steps == ["disclosure-PH", "offer-US-1", "disclosure-US"]
    assert line.result[variables.COUNTRY] == "US"


def test_closed_center_is_passed_over() -> None:
    """The first center that is open answers; at last the domestic one."""
    line = call(plan=with_centers(manila={"hours": SUNDAY}))
    assert line.result[variables.CENTER] == "milwaukee"
    assert line.steps == []


def test_all_closed() -> None:
    """When nobody is there, the caller is told, and the call ends."""
    line = call(plan=with_centers(manila={"hours": SUNDAY}, milwaukee={"hours": SUNDAY}))
    assert line.steps == ["closed", "goodbye"]
    assert line.result[variables.NEXT] == "hangup"
    assert line.safe_at_finish


@pytest.mark.parametrize("missing", ["disclosure", "offer"])
def test_untold_goes_home(missing: str) -> None:
    """A caller who cannot be told, or not be offered, reaches nobody abroad."""
    line = call(missing=(missing,))
    assert line.result[variables.CENTER] == "milwaukee"
    assert line.notes.data("skipped")[0]["reason"] == "sound-missing"


RETURNED = ("manila", "en", "JOINEMPTY", "none", "PH")


def returned(*presses: tuple[str, str], arguments: tuple[str, ...] = RETURNED, **more: Any) -> Caller:  # noqa: ANN401
    """Run what follows when a queue gave the caller back."""
    return call(*presses, request="returned", arguments=arguments, **more)


def test_returned_untold_of_another_country_goes_home() -> None:
    """The center moved while the caller waited, and its disclosure cannot be played: the call goes home."""
    line = returned(arguments=("manila", "en", "FULL", "none", "IN"), missing=("disclosure",))
    assert line.result[variables.CENTER] == "milwaukee"


@pytest.mark.parametrize("during", ["unavailable", "wait", "ring"])
def test_returned_to_the_other_center(during: str) -> None:
    """The home key brings a caller home when the queue abroad does not take the call."""
    line = returned((during, "1"))
    assert line.steps[0] == "unavailable-PH-US-1"
    assert line.result[variables.CENTER] == "milwaukee"
    assert line.result[variables.CHOICE] == "domestic"


def test_returned_and_waiting() -> None:
    """A caller who presses nothing is asked to wait, hears it ring, and tries the same queue again."""
    line = returned()
    assert line.steps == ["unavailable-PH-US-1", "wait", "waiting", "ring"]
    assert line.result[variables.CENTER] == "manila"
    assert line.result[variables.CHOICE] == "none"


def test_returned_from_home() -> None:
    """A caller from the domestic queue who takes the center abroad is told the country."""
    line = returned(("wait", "1"), arguments=("milwaukee", "en", "FULL", "domestic", "US"))
    assert line.steps == ["unavailable-US-PH-1", "wait", "disclosure-PH"]
    assert line.result[variables.CENTER] == "manila"
    assert line.result[variables.COUNTRY] == "PH"
    assert line.result[variables.CHOICE] == "stay"


def test_returned_from_home_untold() -> None:
    """A caller from the domestic queue who cannot be told waits at home."""
    line = returned(("wait", "1"), arguments=("milwaukee", "en", "FULL", "domestic", "US"), missing=("disclosure",))
    assert line.result[variables.CENTER] == "milwaukee"


def test_returned_home_even_untold() -> None:
    """A caller who asks for home goes there even where that country's disclosure cannot be played."""
    line = returned(("wait", "1"), plan=always(), missing=("disclosure",))
    assert line.result[variables.CENTER] == "milwaukee"


def test_returned_when_the_other_is_closed() -> None:
    """Nothing is offered when the other center is closed."""
    line = returned(("any", "1"), plan=with_centers(milwaukee={"hours": SUNDAY}))
    assert line.steps == ["unavailable-PH", "waiting", "ring"]
    assert line.result[variables.CENTER] == "manila"


def test_returned_after_a_new_plan() -> None:
    """A caller who waited while the center moved to another country hears that country before trying again."""
    line = returned(arguments=("manila", "en", "TIMEOUT", "none", "IN"))
    assert line.steps[-1] == "disclosure-PH"
    assert line.result[variables.COUNTRY] == "PH"


def test_returned_repeat_for_ever() -> None:
    """A stuck `*` ends there too."""
    line = returned(*[("unavailable", "*")] * 100)
    assert line.steps.count("unavailable-PH-US-1") == callflow.REPEATS
    assert line.result[variables.CENTER] == "manila"


QUEUED = str(int(MONDAY_NOON.timestamp()) - 60)


@pytest.mark.parametrize(
    ("arguments", "outcome", "more"),
    [
        (("manila", "", "", "PJSIP/2001", "20", QUEUED), "answered", {"talked": 40}),
        (("manila", "", "", "PJSIP/2001", "", QUEUED), "answered", {"member": "PJSIP/2001", "country": "PH"}),
        (("manila", "CONTINUE", "", "", "", QUEUED), "answered", {"queue_status": "continue"}),
        (("manila", "", "TRUE", "", "", QUEUED), "abandoned", {"waited": 60}),
        (("manila", "JOINEMPTY", "", "", "", QUEUED), "unanswered", {"waited": 60}),
        (("manila", "", "", "", "", QUEUED), "unknown", {"center": "manila"}),
        (("manila", "", "", "", "0", QUEUED), "answered", {"talked": 60}),
        (("", "", "", "", "", ""), "before-queue", {}),
        (("", "", "", "", "", "", "", "hangup"), "closed", {}),
        ((), "before-queue", {}),
    ],
)
def test_ended(arguments: tuple[str, ...], outcome: str, more: dict[str, str | int]) -> None:
    """What the dialplan says at the end tells how the call went."""
    line = call(request="ended", arguments=arguments)
    (ended,) = line.notes.data("ended")
    assert ended["outcome"] == outcome
    assert more.items() <= ended.items()
    assert [kind for kind in line.notes.kinds if kind != "connected"] == ["caller", "ended"]
    assert line.steps == []


@given(
    st.sampled_from(["", "TIMEOUT", "FULL", "JOINEMPTY", "LEAVEEMPTY", "CONTINUE", "WITHDRAW", "JOINUNAVAIL"]),
    st.sampled_from(["", "TRUE"]),
    st.sampled_from(["", "PJSIP/2001"]),
    st.sampled_from(["", "0", "20"]),
    st.sampled_from(["", QUEUED]),
)
def test_an_answer_needs_a_sign_of_an_answer(
    status: str, abandoned: str, member: str, waited: str, queued: str
) -> None:
    """Whatever else the queue tells: nobody counts as answered of whom no member, no wait and no CONTINUE is told."""
    line = call(request="ended", arguments=("manila", status, abandoned, member, waited, queued))
    (ended,) = line.notes.data("ended")
    signs = member or (waited and status in {"", "CONTINUE"}) or status == "CONTINUE"
    assert (ended["outcome"] == "answered") == bool(queued and not abandoned and signs)
    if ended["outcome"] == "unknown":
        assert not {"waited", "talked", "member"} & ended.keys()


def test_the_end_of_a_call_of_a_service_that_was_renamed_is_told() -> None:
    """The admin renamed the service while its caller was in the queue: the call ended all the same."""
    line = call(service="helpdesk", request="ended", arguments=("manila", "", "", "PJSIP/2001", "20", QUEUED))
    assert line.notes.data("ended")[0]["outcome"] == "answered"
    assert line.notes.data("connected")[0]["country"] == "PH"


def test_an_agent_who_answered_is_told_with_the_moment() -> None:
    """Where the queue says how long the caller waited, who answered, where and when is an event of its own."""
    line = call(request="ended", arguments=("manila", "", "", "PJSIP/2001", "20", QUEUED))
    (connected,) = [event for event in line.notes.events if event.kind == "connected"]
    assert connected.data == {"member": "PJSIP/2001", "center": "manila", "country": "PH", "waited": 20}
    assert connected.at == int(QUEUED) + 20


def test_ended_after_a_fallback() -> None:
    """A fallback is told with its reason."""
    line = call(request="ended", arguments=("manila", "", "", "", "", QUEUED, "failure", "queue"))
    assert line.notes.kinds == ["fallback", "caller", "ended"]


@pytest.mark.parametrize(("request_", "arguments"), [("outbound", ()), ("returned", ("nowhere",)), ("", ())])
def test_not_served(request_: str, arguments: tuple[str, ...]) -> None:
    """What the plan does not have is refused by name."""
    with pytest.raises(callflow.NotServedError):
        call(request=request_, arguments=arguments)


@pytest.mark.parametrize(
    ("plan", "request_", "arguments", "guarded"),
    [
        (sample_plan(), "inbound", (), ["disclosure-PH"]),
        (with_service(ask_language=True), "inbound", (), ["language-1", "disclosure-PH"]),
        (sample_plan(), "returned", RETURNED, ["unavailable-PH-US-1"]),
    ],
)
def test_a_key_of_the_menu_before_is_none_here(
    plan: Plan, request_: str, arguments: tuple[str, ...], guarded: list[str]
) -> None:
    """In the first instants of whatever first tells a caller of a key, none counts; after `*` the caller knows them."""
    during = "offer" if request_ == "inbound" else "unavailable"
    line = call((during, "*"), plan=plan, request=request_, arguments=arguments)
    assert line.guarded == guarded


def test_keys_that_do_not_count_are_told() -> None:
    """A bouncing key, or one of the menu before, is in the evidence, and is no choice."""
    line = call(ignored="15")
    assert line.notes.data("key") == [
        {"key": "1", "during": "disclosure", "ignored": True},
        {"key": "5", "during": "disclosure", "ignored": True},
    ]
    assert line.result[variables.CHOICE] == "none"


def test_what_is_heard_until_the_dialplan_takes_over_is_told_by_the_dialplan() -> None:
    """It knows how much that was, and this call flow may never come to tell."""
    line = call(faults={0: TakenOver(1234)})
    assert line.notes.data("disclosed") == []
    assert line.notes.data("fallback") == [{"reason": "deadline"}]


def test_hang_up() -> None:
    """A caller who hangs up in the disclosure has chosen nothing; how much was heard is told."""
    line = call(faults={0: CallerGone(1234)})
    assert line.notes.data("disclosed")[0]["heard_ms"] == 1234
    assert line.notes.data("choice") == [{"choice": "hangup"}]
    assert line.result == {}


def abroad_only_told(line: Caller, plan: Plan) -> None:
    """Whatever happened: who is brought to a center that must be announced was told its country, and it is safe."""
    if not line.result:
        return
    assert line.safe_at_finish
    center = plan.centers.get(line.result.get(variables.CENTER, ""))
    if center and center.offer and center.announce:
        assert f"disclosure-{center.country}" in line.steps
        assert line.result[variables.COUNTRY] == center.country


faults = st.dictionaries(
    st.integers(0, 12),
    st.sampled_from([CallerGone(), TakenOver(), LineLost("closed"), SoundMissingError("no-translation")]),
    max_size=3,
)
keys = st.lists(st.sampled_from(["", "", "1", "2", "3", "*", "#"]).map(lambda key: ("any", key)), max_size=30)
plans = st.sampled_from(
    [
        sample_plan(),
        always(),
        with_service(ask_language=True),
        with_service(centers=("milwaukee", "manila")),
        with_centers(manila={"hours": SUNDAY}),
        with_centers(milwaukee={"hours": SUNDAY}),
    ]
)


@given(plans, keys, faults)
def test_whatever_happens_inbound(plan: Plan, presses: list[tuple[str, str]], faults: dict[int, Exception]) -> None:
    """Keys and faults in any order: no error comes out, all is committed, and nobody is brought abroad untold."""
    line = call(*presses, plan=plan, faults=faults)
    abroad_only_told(line, plan)
    if not line.result:
        assert {"choice", "fallback"} & set(line.notes.kinds)


@given(plans, keys, faults, st.sampled_from(["manila", "milwaukee"]), st.sampled_from(["", "PH", "US"]))
def test_whatever_happens_returned(
    plan: Plan, presses: list[tuple[str, str]], faults: dict[int, Exception], center: str, announced: str
) -> None:
    """The same when a queue gave the caller back; a country announced before counts."""
    line = returned(*presses, plan=plan, faults=faults, arguments=(center, "en", "FULL", "none", announced))
    if line.result.get(variables.CENTER) != "manila" or announced != "PH" or center != "manila":
        abroad_only_told(line, plan)


def expected(keys: list[str]) -> tuple[str, int]:
    """Say the rules anew: the choice that these keys come to, and how many of them count."""
    wrong = rounds = 0
    for number, key in enumerate(keys, 1):
        if key == "1":
            return "domestic", number
        if key == "*":
            rounds += 1
            if rounds == callflow.REPEATS:
                return "none", number
        else:
            wrong += 1
            if wrong == 3:
                return "none", number
    return "none", len(keys)


@given(keys)
def test_keys_come_to_the_choice_that_the_design_says(presses: list[tuple[str, str]]) -> None:
    """Home key: domestic; three wrong keys, or nothing: none; nothing that is pressed is passed over."""
    line = call(*presses)
    choice, used = expected(line.keys)
    assert line.result[variables.CHOICE] == choice
    assert line.result[variables.CENTER] == ("milwaukee" if choice == "domestic" else "manila")
    assert len(line.keys) == used
    assert line.steps.count("invalid") <= callflow.WRONG_KEYS


def test_each_step_is_signalled_once_it_is_safe() -> None:
    """Asterisk's CEL is told what happened, with the call's id, in the order of the events."""
    line = call(("offer", "1"))
    assert [signal.split()[0] for signal in line.signals] == [f"ONSHORE_{kind.upper()}" for kind in line.notes.kinds]
    assert "ONSHORE_CHOICE call-1|choice=domestic" in line.signals
    assert any(signal.startswith("ONSHORE_DISCLOSED call-1|language=en|country=PH") for signal in line.signals)
