"""What is planned for a site: all that a call can need, and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onshore import callflow, variables
from onshore import rules as rule_sets
from onshore.agi.process import drive
from onshore.asterisk import dialplan
from onshore.line import Arrival, CallerGone, Heard, SoundMissingError
from onshore.planning import wanted
from onshore.site import Site
from tests.making import site, unspoken_plan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from onshore.evidence import Event
    from onshore.plan import Plan, Prompt

HOURS = 'hours = ["mon-fri 08:00-18:00"]\n'


def sentences(made: Site, language: str = "en") -> set[str]:
    """Return the keys of the prompts that a site needs in a language."""
    return set(unspoken_plan(made).prompts[language])


def test_a_usual_site_needs_few_prompts(tmp_path: Path) -> None:
    """Only what can be said is built: nothing is ever closed, nobody is greeted, there is one offer."""
    assert sentences(site(tmp_path)) == {
        "disclosure-PH",
        "offer-US-1",
        "repeat",
        "invalid",
        "waiting",
        "connecting-PH",
        "connecting-US",
        "unavailable-PH-US-1",
        "unavailable-US-PH-1",
    }


def test_each_language_says_the_same(tmp_path: Path) -> None:
    """Every language has every sentence; the menu has one sentence in each language."""
    plan = unspoken_plan(site(tmp_path, more="ask_language = true\nwelcome = true\n"))
    assert {key for key in plan.prompts["en"] if not key.startswith("language")} == {
        key for key in plan.prompts["es"] if not key.startswith("language")
    }
    assert "language-1" in plan.prompts["en"]
    assert "language-2" in plan.prompts["es"]
    assert "welcome" in plan.prompts["es"]


def test_who_is_at_home_is_not_offered_home(tmp_path: Path) -> None:
    """A service that is answered at home alone offers nothing; under a rule set for every call it announces."""
    changes = ('center = "manila"', 'center = "milwaukee"')
    assert sentences(site(tmp_path, changes)) == {"waiting", "connecting-US", "unavailable-US"}
    keep = ("us-call-center-act", "us-keep-call-centers")
    assert sentences(site(tmp_path, changes, keep)) == {"waiting", "connecting-US", "unavailable-US", "disclosure-US"}


def test_who_can_be_closed_says_so(tmp_path: Path) -> None:
    """The closing sentences are there when every center of a service has hours, and only then."""
    abroad = ('queue = "support-manila"\n', f'queue = "a"\n{HOURS}')
    home = ('queue = "support-milwaukee"\n', f'queue = "b"\n{HOURS}')
    assert not {"closed", "goodbye"} & sentences(site(tmp_path, abroad))
    assert {"closed", "goodbye", "unavailable-PH", "unavailable-US"} <= sentences(site(tmp_path, abroad, home))
    assert "unavailable-US" in sentences(site(tmp_path, abroad))
    assert "unavailable-PH" not in sentences(site(tmp_path, abroad))


def test_the_rule_set_words_the_offer(tmp_path: Path) -> None:
    """Where a law gives a right, the offer says so; the key to stay is in it."""
    made = site(tmp_path, ("us-call-center-act", "us-keep-call-centers"), more='stay = "2"\n')
    assert "offer-right-US-1-2" in sentences(made)


def test_in_italy_every_call_is_announced_and_only_calls_from_outside_the_union_are_offered_home(
    tmp_path: Path,
) -> None:
    """A center in the European Union is announced, and from it nothing is offered."""
    italy = (
        ('home = "US"', 'home = "IT"'),
        ("us-call-center-act", "it-24-bis"),
        ('country = "US"', 'country = "IT"'),
    )
    outside = unspoken_plan(site(tmp_path, *italy)).centers
    assert (outside["manila"].announce, outside["manila"].offer, outside["manila"].reason) == (True, True, "")
    assert (outside["milwaukee"].announce, outside["milwaukee"].offer) == (True, False)
    inside = site(tmp_path, *italy, ('country = "PH"', 'country = "RO"'))
    center = unspoken_plan(inside).centers["manila"]
    assert (center.announce, center.offer, center.reason) == (True, False, "at-home")
    assert {"disclosure-RO", "disclosure-IT"} <= sentences(inside)
    assert not any(key.startswith("offer") for key in sentences(inside))


def test_a_center_in_a_territory_is_at_home(tmp_path: Path) -> None:
    """Under the American rule sets nobody is told of Puerto Rico, and the reason is kept."""
    center = unspoken_plan(site(tmp_path, ('country = "PH"', 'country = "PR"'))).centers["manila"]
    assert (center.announce, center.offer, center.reason) == (False, False, "at-home")


# The closure: whatever a call does, all that it says is in the plan.


class Caller:
    """A line with random keys on the other end, that may lack a sound or lose its caller."""

    def __init__(self, plan: Plan, data: st.DataObject) -> None:
        self.plan = plan
        self.draw = data.draw
        self.steps = 0
        self.said: list[str] = []
        self.variables: dict[str, str] = {}
        self.language = ""

    def key(self, keys: str) -> str:
        """Press one of these, or none."""
        self.steps += 1
        assert self.steps < 500, "the call never ends"
        pressed: str = self.draw(st.sampled_from(["", *keys]))
        return pressed

    async def play(self, prompt: Prompt, keys: str = "", *, during: str = "", told: str = "", early: int = 0) -> Heard:
        """Listen, with luck."""
        del during, told, early
        assert prompt in self.plan.prompts[prompt.language].values()
        self.said.append(prompt.id)
        end = self.draw(st.sampled_from(["plays"] * 30 + ["gone", "missing"]))
        if end == "gone":
            raise CallerGone
        if end == "missing":
            raise SoundMissingError
        return Heard(prompt.milliseconds, self.key(keys) if keys else "")

    async def read_key(self, milliseconds: int, *, during: str = "") -> Heard:
        """Press a key, or none."""
        del during
        assert milliseconds > 0
        return Heard(0, self.key("0123456789*#"))

    async def hold(self, milliseconds: int) -> Heard:
        """Wait, and press a key, or none."""
        return await self.read_key(milliseconds)

    async def signal(self, event: str, details: str) -> None:
        """Nobody listens here."""

    async def finish(self, variables: Mapping[str, str], language: str) -> None:
        """Keep what the dialplan is told."""
        self.variables.update(variables)
        self.language = language


class Notes:
    """Evidence, kept."""

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.reasons: list[object] = []

    def add(self, event: Event) -> None:
        """Keep an event."""
        self.kinds.append(event.kind)
        self.reasons.append(event.data.get("reason"))

    async def commit(self) -> None:
        """Do nothing."""


@st.composite
def sites_of_all_kinds(draw: st.DrawFn) -> Site:
    """Return any site: one to five centers, services, hours and languages, under any rule set."""
    name = draw(st.sampled_from(rule_sets.names()))
    rules = rule_sets.load(name)
    homes = [*rules.home, *rules.also_home[:2]]
    codes = [*homes, "PH", "IN", "RO", "MX"]
    numbers = range(draw(st.integers(1, 5)))
    hours = st.lists(st.sampled_from(["mon-fri 08:00-18:00", "sat 10:00-12:00", "22:00-06:00"]), max_size=2)
    centers = {
        f"c{n}": {
            "country": rules.home[0] if n == 0 else draw(st.sampled_from(codes)),
            "queue": f"q{n}",
            "hours": draw(hours),
            "timezone": draw(st.sampled_from([None, "Asia/Manila"])),
            "options": draw(st.sampled_from(["", "tC"])),
            "timeout": draw(st.sampled_from([0, 300])),
        }
        for n in numbers
    }
    at_home = [key for key, center in centers.items() if center["country"] in homes]
    services = {}
    for number in range(draw(st.integers(1, 3))):
        key, stay = draw(st.permutations("0123456789"))[:2]
        services[f"s{number}"] = {
            "center": draw(st.lists(st.sampled_from(sorted(centers)), min_size=1, unique=True)),
            "domestic": draw(st.sampled_from(at_home)),
            "key": key,
            "stay": draw(st.sampled_from([None, stay])),
            "welcome": draw(st.booleans()),
            "ask_language": draw(st.booleans()),
        }
    languages = draw(st.lists(st.sampled_from(["en", "es", "fr", "fr_CA"]), min_size=1, unique=True))
    made = Site.model_validate(
        {
            "home": rules.home[0],
            "rules": name,
            "languages": languages,
            "centers": centers,
            "services": services,
            "server": draw(st.sampled_from([None, {}])),
        }
    )
    made._rule_set = rules  # noqa: SLF001 - as `load` does
    return made


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(sites_of_all_kinds(), st.data())
def test_whatever_a_call_says_is_in_the_plan(made: Site, data: st.DataObject) -> None:
    """With any site, keys, hours, queues and hang-ups the call flow finds every prompt, ends, and breaks no promise."""
    plan = unspoken_plan(made)
    now = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(minutes=data.draw(st.integers(0, 7 * 1440)))
    caller, notes = Caller(plan, data), Notes()
    service = data.draw(st.sampled_from(sorted(plan.services)))
    spoken = data.draw(st.sampled_from(["", "en", "fr_CA", "de", "fr"]))
    arrival = Arrival("call", service, "1.1", "PJSIP/1", spoken, "1")
    drive(callflow.run("inbound", caller, arrival, plan, notes, lambda: now))
    for _ in range(4):
        promises(caller, notes, plan)
        if caller.variables.get(variables.NEXT) != "queue":
            break
        status = data.draw(st.sampled_from(["TIMEOUT", "FULL", "JOINEMPTY", "", "LEAVEEMPTY"]))
        told = (caller.variables[variables.CENTER], caller.language, status, caller.variables[variables.CHOICE])
        caller.variables.clear()
        arrival = Arrival("call", service, "1.1", "PJSIP/1", spoken, "1", told)
        drive(callflow.run("returned", caller, arrival, plan, notes, lambda: now))
    drive(callflow.run("ended", caller, arrival, plan, notes, lambda: now))


def promises(caller: Caller, notes: Notes, plan: Plan) -> None:
    """Nobody reaches a center that must be announced without having been told of its country."""
    if caller.variables.get(variables.NEXT) != "queue":
        return
    center = plan.centers[caller.variables[variables.CENTER]]
    told = any(said.startswith(f"disclosure-{center.country}-") for said in caller.said)
    assert told or not center.announce or not center.offer, caller.said
    assert caller.variables[variables.DONE] == "1"
    assert caller.variables[variables.LANGUAGE] in plan.languages
    assert "routed" in notes.kinds


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(sites_of_all_kinds())
def test_whatever_the_dialplan_says_is_in_the_plan(made: Site) -> None:
    """The dialplan of any site renders, plays only what is built, and leads only where there is something."""
    plan = unspoken_plan(made)
    text = dialplan.render(plan, made.server)
    known = {prompt.id for prompts in plan.prompts.values() for prompt in prompts.values()}
    assert set(re.findall(r"onshore/([A-Za-z0-9-]+-000000)", text)) <= known
    extensions = re.findall(r"^\[(.+)\]|^exten => ([^,]+),", text, re.MULTILINE)
    where, found = "", Counter[tuple[str, str]]()
    for context, extension in extensions:
        where = context or where
        found[where, extension] += 1
    assert not [twice for twice, times in found.items() if times > 1]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(sites_of_all_kinds())
def test_whatever_is_built_can_be_said(made: Site) -> None:
    """No prompt is wanted twice, and each is one that the dialplan or the call flow may play."""
    found = wanted(made)
    assert len(set(found)) == len(found)
    text = dialplan.render(unspoken_plan(made), made.server)
    unsaid = {
        name
        for language, name, parameters in found
        if f"onshore/{'-'.join((name, *parameters)).rstrip('-')}-000000" not in text
    }
    # The fallback has neither greeting nor menu. A center that is listed after one that is always open, is not offered.
    assert unsaid <= {"welcome", "language", "connecting", "unavailable"}
