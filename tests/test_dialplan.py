"""The dialplan that `build` writes: whole, safe on every path, and taken by a real Asterisk without a complaint."""

from __future__ import annotations

import array
import re
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onshore import paths
from onshore.asterisk import dialplan
from onshore.errors import BuildError
from onshore.site import Server
from onshore.testing.plans import LANGUAGES, sample_plan
from onshore.testing.private_asterisk import PrivateAsterisk
from tests.making import site, unspoken_plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from onshore.plan import Plan
    from onshore.testing.unpack import Unpacked

Place = tuple[str, str, int]  # context, extension, priority
COUNTRY = re.compile(r"onshore/disclosure-([A-Z]{2})-")
NAMES = ("a", "b_en", "en_b", "home", "untold", "domestic", "center_a", "wait_a", "stay")


class Extensions:
    """A dialplan's text as Asterisk reads it: contexts, extensions, priorities, labels."""

    def __init__(self, text: str) -> None:
        self.steps: dict[Place, str] = {}
        self.labels: dict[tuple[str, str, str], int] = {}
        context = extension = ""
        priority = 0
        for line in filter(None, (line.strip() for line in text.splitlines())):
            if line.startswith(";"):
                continue
            if line.startswith("["):
                context = line.strip("[]")
                continue
            found = re.fullmatch(r"(?:exten => ([^,]+),1|same => n(?:\((\w+)\))?),(\w+\(.*\))", line)
            assert found, line
            extension, priority = (found[1], 1) if found[1] else (extension, priority + 1)
            self._add((context, extension, priority), found[2], found[3])

    def _add(self, place: Place, label: str | None, step: str) -> None:
        assert place not in self.steps, f"twice: {place}"
        self.steps[place] = step
        if label:
            assert (*place[:2], label) not in self.labels, f"twice: {place} {label}"
            self.labels[*place[:2], label] = place[2]

    def place(self, here: Place, target: str) -> Place:
        """Return where a Goto from here goes; it must be there."""
        context, extension, priority = [*here[:2], "", ""][: max(0, 3 - target.count(",") - 1)] + target.split(",")
        if (context, extension, 1) not in self.steps and len(extension) == 1:
            extension = next(name for where, name, _ in self.steps if where == context and name.startswith("_["))
        number = int(priority) if priority.isdecimal() else self.labels[context, extension, priority]
        assert (context, extension, number) in self.steps, f"{here} goes to {target}"
        return context, extension, number


@dataclass(frozen=True)
class State:
    """A call on its way through the dialplan."""

    place: Place
    values: tuple[tuple[str, str], ...] = ()
    playing: str = ""  # the country whose disclosure was played last, not known yet whether it could be
    told: str = ""  # the country disclosed last

    @property
    def variables(self) -> dict[str, str]:
        """What is set."""
        return dict(self.values)

    def filled(self, text: str) -> str:
        """Return a text with what is set in its place."""
        for name, value in self.values:
            text = text.replace(f"${{{name}}}", value)
        return text

    def at(self, place: Place) -> State:
        """Return the same elsewhere."""
        return replace(self, place=place)

    def setting(self, names: str, values: str) -> State:
        """Return the same with variables set."""
        new = dict(zip(names.split(","), values.split(","), strict=True))
        return replace(self, values=tuple({**self.variables, **new}.items()))


def after(plan: Extensions, state: State) -> Iterator[State]:  # noqa: C901, PLR0912 - one case an application
    """Return every state that may follow; an application that is not known here fails the test."""
    here = state.place
    following = (*here[:2], here[2] + 1)
    application, _, rest = plan.steps[here].partition("(")
    data = state.filled(rest[:-1])
    if following in plan.steps:
        onward = state.at(following)
    elif application not in {"Goto", "Hangup", "Return", "GotoIf"}:
        raise AssertionError(f"{here} falls off the end: {plan.steps[here]}")
    match application:
        case "Goto":
            yield state.at(plan.place(here, data))
        case "GotoIf" if "DIALPLAN_EXISTS" in data:
            target = data.rpartition("?")[2]
            if (*target.split(",")[:-1], 1) in {place[-(target.count(",")) :] for place in plan.steps}:
                yield state.at(plan.place(here, target))
            yield onward
        case "GotoIf" | "GotoIfTime":
            condition, _, targets = data.rpartition("?")
            failed = "ONSHORE_UNPLAYED" in condition
            yes, _, no = targets.partition(":")
            told = re.search(
                r"offer\donshore/disclosure-([A-Z]{2})-", condition
            )  # by the call flow, which has died since
            went = replace(state.at(plan.place(here, yes)), playing="" if failed else state.playing)
            yield replace(went, told=told[1]) if told else went
            onward = state.at(plan.place(here, no)) if no else onward
            yield replace(onward, told=state.playing, playing="") if failed and state.playing else onward
        case "Gosub" if data.startswith("onshore-say,s,1("):
            plan.place(here, "onshore-say,s,1")
            said = re.fullmatch(r"onshore-say,s,1\(,([^,]+),([0-9*#]*),(.+),([a-z]*),([A-Z]*)\)", data)
            assert said, data
            found = COUNTRY.match(said[1])
            assert bool(found) <= (said[5] == "DISCLOSED"), f"played, and not told: {data}"
            yield replace(onward, playing=found[1] if found else state.playing)
        case "Gosub":
            plan.place(here, data.partition("(")[0])
            yield onward
        case "Set":
            name, _, value = data.partition("=")
            array = re.fullmatch(r"ARRAY\((.*)\)", name)
            if array:
                yield onward.setting(array[1], value)
            elif name in {"ONSHORE_CENTER", "ONSHORE_SERVICE"}:
                yield onward.setting(name, value)
            else:
                yield onward
        case "ExecIf" | "TryExec" | "QueueLog":
            yield onward
        case "Queue" | "Hangup":
            return
        case _:
            raise AssertionError(plan.steps[here])


def walk(extensions: Extensions, plan: Plan, start: State) -> set[Place]:
    """Go every way from here, and return the places; nobody gets to a queue that must be announced untold."""
    waiting, seen = [start], {start}
    by_queue = {center.queue: center for center in plan.centers.values()}
    routed = False
    while waiting:
        state = waiting.pop()
        if state.place == ("onshore-route", "s", 1):
            routed = True
            center = by_queue.get(state.variables.get("ONSHORE_QUEUE", ""))
            if center and center.announce and center.offer:
                assert state.told == center.country, f"untold to {center.name}: {state}"
            continue
        new = set(after(extensions, state)) - seen
        seen |= new
        waiting += new
    assert routed
    return {state.place for state in seen}


def walk_all(text: str, plan: Plan) -> None:
    """Walk all ways through a dialplan without a call flow."""
    extensions = Extensions(text)
    reached: set[Place] = set()
    for service in plan.services.values():
        for language in plan.languages:
            values = (("ONSHORE_SERVICE", service.name), ("ONSHORE_LANGUAGE", language))
            fallback = ("onshore-fallback", f"{service.name}.{language}", 1)
            reached |= walk(extensions, plan, State(fallback, values))
            for name in {*service.centers, service.domestic}:
                center = plan.centers[name]
                more = (("ONSHORE_CENTER", name), ("ONSHORE_QUEUE", center.queue))
                place = ("onshore-fallback-returned", f"{service.name}.{language}.{name}", 1)
                reached |= walk(extensions, plan, State(place, values + more, told=center.country))
    # Literal targets elsewhere are there too.
    for place, step in extensions.steps.items():
        if place not in reached and (found := re.fullmatch(r"Goto\(([^$]*)\)", step)):
            extensions.place(place, found[1])


def test_sample() -> None:
    """The dialplan of a usual site goes nowhere that is not there, and brings nobody abroad untold."""
    walk_all(dialplan.render(sample_plan(), Server()), sample_plan())


@pytest.mark.parametrize("broken", ["?untold)", "?home)", "(offer_manila)"])
def test_the_walk_finds_what_is_wrong(broken: str) -> None:
    """Without one of these the dialplan is not safe, or not whole, and these tests say so."""
    text = dialplan.render(sample_plan(), Server())
    assert broken in text
    with pytest.raises((AssertionError, KeyError)):
        walk_all(text.replace(broken, {"?untold)": "?go_manila)", "?home)": "?house)"}.get(broken, "")), sample_plan())


names = st.sampled_from(NAMES)


@st.composite
def sites(draw: st.DrawFn) -> tuple[tuple[str, str], ...]:
    """Return what to replace in the usual site: centers, services, hours, rules, keys."""
    centers = draw(st.lists(names, min_size=1, max_size=4, unique=True))
    text = ""
    for number, name in enumerate(centers):
        country = "US" if number == 0 else draw(st.sampled_from(["PH", "IN", "US", "PR"]))
        text += f'[centers.{name}]\ncountry = "{country}"\nqueue = "q-{name}"\n'
        if draw(st.booleans()):
            text += 'hours = ["mon-fri 08:00-18:00", "sat 22:00-06:00"]\ntimezone = "Asia/Manila"\n'
    for name in draw(st.lists(st.sampled_from(["aa", "aa_en", "fax", "again"]), min_size=1, max_size=3, unique=True)):
        answering = draw(st.lists(st.sampled_from(centers), min_size=1, max_size=3, unique=True))
        key = draw(st.sampled_from("159"))
        text += f'[services.{name}]\ncenter = {answering}\ndomestic = "{centers[0]}"\nkey = "{key}"\n'
        text += draw(st.sampled_from(["", 'stay = "2"\n']))
    rules = draw(st.sampled_from(["us-call-center-act", "us-keep-call-centers"]))
    return ("us-call-center-act", rules), ("[centers.manila]", text + "[centers.manila]")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sites(), st.booleans())
def test_any_site(tmp_path: Path, changes: tuple[tuple[str, str], ...], server: bool) -> None:  # noqa: FBT001 - Hypothesis gives it
    """Whatever a site names its centers and services, each target is there, and nobody gets abroad untold."""
    plan = unspoken_plan(site(tmp_path, *changes))
    walk_all(dialplan.render(plan, Server() if server else None), plan)


def test_without_a_daemon() -> None:
    """A site without the daemon starts the script, with the request as its first argument."""
    text = dialplan.render(sample_plan(), None)
    assert "AGI(onshore.agi,inbound,${ONSHORE_SERVICE},${ONSHORE_CALL})" in text
    assert "agi://" not in text


def test_template_that_does_not_render(tmp_path: Path) -> None:
    """An admin's template that does not render is named with its line."""
    folder = tmp_path / "dialplan"
    folder.mkdir()
    (folder / f"{dialplan.FILE}.j2").write_text("[onshore]\n{{ plan.nothing }}\n")
    with pytest.raises(BuildError, match=r"extensions_onshore\.conf\.j2: line 2"):
        dialplan.render(sample_plan(), None, tmp_path)


def test_contexts_of_the_admin_are_included_wherever_a_call_may_end() -> None:
    """Each context of ours has them, but for the hangup handler's, and where a key would wait for a longer number."""
    text = dialplan.render(sample_plan(), None, includes=["vicidial-auto", "more"])
    without = {
        part.partition("]")[0]
        for part in text.split("\n[")[1:]
        if "include => vicidial-auto\ninclude => more\n" not in part
    }
    assert without == {"onshore-ended", "onshore-ring"}
    assert "?vicidial-auto,h,1)" in text.partition("[onshore-ring]")[2].partition("\n[")[0]
    assert "include" not in dialplan.render(sample_plan(), None)


@pytest.mark.parametrize("context", dialplan.CONTEXTS)
def test_a_template_of_before(tmp_path: Path, context: str) -> None:
    """An admin's copy that lacks what the call flow runs is refused: every call would go to the fallback."""
    folder = tmp_path / "dialplan"
    folder.mkdir()
    ours = paths.share("dialplan") / f"{dialplan.FILE}.j2"
    (folder / ours.name).write_text(ours.read_text().replace(f"[{context}]", "[elsewhere]"))
    with pytest.raises(BuildError, match=rf"no context {context},"):
        dialplan.render(sample_plan(), None, tmp_path)


PHONES = """
[phones]
exten => _99.,1,Answer()
 same => n,Wait(0.2)
 same => n,SendDTMF(${EXTEN:2})
 same => n,Wait(60)
exten => hears,1,Answer()
 same => n,MixMonitor(both.sln,r(FOLDER/heard.sln))
 same => n,Playback(demo-congrats)
[rung]
exten => s,1,Answer()
 same => n,Gosub(onshore-ring,s,1(,12000))
[of-the-admin]
exten => h,1,QueueLog(NONE,${UNIQUEID},NONE,OVER,${ONSHORE_CALL})
exten => _1XX,1,Hangup()
[limited]
exten => s,1,Answer()
 same => n,Set(TIMEOUT(absolute)=60)
 same => n,Goto(onshore,support,1)
"""
QUEUES = "[general]\n[support-manila]\njoinempty=yes\n[support-milwaukee]\njoinempty=yes\n"


@pytest.mark.pbx
@pytest.mark.beside
def test_real_asterisk(asterisk: Unpacked, tmp_path: Path) -> None:
    """A real Asterisk takes it without a complaint, and the fallback keeps what the call flow promises."""
    server = Server(listen="127.0.0.1:9")  # nothing listens there
    text = dialplan.render(sample_plan(), server, includes=["of-the-admin"])
    files = {
        "extensions.conf": "[general]\nstatic=yes\n" + text + PHONES.replace("FOLDER", str(tmp_path)),
        "queues.conf": QUEUES,
    }
    pbx = PrivateAsterisk(asterisk, tmp_path / "pbx", files=files)
    for language in LANGUAGES:
        (pbx.sounds / language / "onshore").mkdir(parents=True)
        for prompt in sample_plan().prompts[language].values():
            (pbx.sounds / language / "onshore" / f"{prompt.id}.ulaw").write_bytes(b"\xff" * 2400)
    with pbx:
        assert "'support' =>" in pbx.console("dialplan show onshore")
        calls = (
            ("support@onshore", "991", "milwaukee|PH|en|domestic|"),
            ("s@limited", "99w2w1", "milwaukee|PH|en|domestic|"),
            ("support@onshore", "99w#", "manila|PH|en|none|"),
            # While a key is waited for: those of the fourth column are none, and the wait goes on.
            ("support@onshore", "99wwwABCDw1", "milwaukee|PH|en|domestic|"),
            ("support@onshore", "99wwwDCBA", "manila|PH|en|none|"),
        )
        for dialled, phone, _ in calls:
            pbx.console(f"channel originate Local/{dialled}/n extension {phone}@phones")
        pbx.console("channel originate Local/s@rung/n extension hears@phones")
        book = pbx.log / "queue_log"
        while book.read_text().count("ENTERQUEUE") < len(calls):
            assert pbx.running
            time.sleep(0.05)
        channels = [line.partition("!")[0] for line in pbx.console("core show channels concise").splitlines()]
        limited = next(name for name in channels if "limited" in name and name.endswith(";2"))
        shown = pbx.console(f"core show channel {limited}")
        limits = re.search(r"Time to Hangup: (\d+)", shown)
        began = re.search(r"ONSHORE_QUEUED=(\d+)", shown)
        pbx.console("channel request hangup all")
        while "0 active channels" not in pbx.console("core show channels count"):
            time.sleep(0.05)
    heard = array.array("h", (tmp_path / "heard.sln").read_bytes())
    assert max(heard[:8000]) > 4000  # the ringing tone is there, and one second long
    assert max(heard[12000:20000]) < 100
    routed = sorted(line.split("|support|")[1] for line in book.read_text().splitlines() if "|ONSHORE|" in line)
    assert routed == sorted(ending for *_, ending in calls)
    over = [line.split("|")[5] for line in book.read_text().splitlines() if "|OVER|" in line]
    assert len(set(over) - {""}) == len(calls)  # the admin's own extension `h` has run, too
    assert "" in over  # and for the call that only rang
    assert limits
    assert began
    assert 40 < int(limits[1]) - int(began[1]) <= 60
    complaints = [
        line
        for line in (pbx.log / "full").read_text().splitlines()
        if ("WARNING" in line or "ERROR" in line) and ("pbx" in line or "ast_expr" in line or "func_" in line)
    ]
    assert complaints == []
