"""Every call of every scenario, on Asterisk 22 and on 16."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pbx.scenarios import SCENARIOS, Scenario

if TYPE_CHECKING:
    from tests.pbx.conftest import Stage
    from tests.pbx.script import Script

CASES = [
    pytest.param((scenario, script), id=f"{scenario.name}: {script.name}")
    for scenario in SCENARIOS
    for script in scenario.scripts
]
EACH = [pytest.param((scenario, None), id=scenario.name) for scenario in SCENARIOS]

pytestmark = [
    pytest.mark.pbx,
    pytest.mark.timeout(400),  # the first test of a release waits for all of its calls
]


@pytest.mark.parametrize("release", ["22", "16"], scope="session")
@pytest.mark.parametrize("case", CASES)
def test_the_caller_hears_what_the_script_says(stage: Stage, release: str, case: tuple[Scenario, Script]) -> None:
    """The recording holds the prompts of the script, in order and whole, and the right agent; never 3 s of silence."""
    scenario, script = case
    outcome = stage.outcome(release, scenario.name)
    script.check(outcome.recordings[script.name], outcome.plan, outcome.sounds, outcome.tones)
    script.check_evidence(outcome.evidence[script.name])


@pytest.mark.parametrize("release", ["22", "16"], scope="session")
@pytest.mark.parametrize("case", EACH)
def test_asterisk_has_nothing_to_complain_of(stage: Stage, release: str, case: tuple[Scenario, None]) -> None:
    """No warning in its log speaks of Onshore, but that a daemon does not answer; and no channel is left over."""
    outcome = stage.outcome(release, case[0].name)
    refused = "Connecting to" if case[0].fault or not case[0].setup.daemon else "nothing"
    assert [line for line in outcome.complaints if refused not in line] == []
    assert outcome.left.startswith("0 active channels")


@pytest.mark.parametrize("release", ["22", "16"], scope="session")
@pytest.mark.parametrize("case", EACH)
def test_each_step_is_in_asterisks_own_cel(stage: Stage, release: str, case: tuple[Scenario, None]) -> None:
    """What a PBX admin already uses sees the steps too, whoever took the call: a user event each."""
    outcome = stage.outcome(release, case[0].name)
    names = [line.partition(",")[0] for line in outcome.cel]
    assert names.count("ONSHORE_ENDED") == len(case[0].scripts)
    told = {event["event"] for events in outcome.evidence.values() for event in events}
    steps = told & {"disclosed", "offered", "key", "choice", "routed"}
    assert {f"ONSHORE_{step.upper()}" for step in steps} <= set(names)
    disclosed = sum(event["event"] == "disclosed" for events in outcome.evidence.values() for event in events)
    assert 0 < names.count("ONSHORE_DISCLOSED") <= disclosed


@pytest.mark.parametrize("release", ["22", "16"], scope="session")
@pytest.mark.parametrize("case", EACH)
def test_the_fallback_is_in_the_queue_log(stage: Stage, release: str, case: tuple[Scenario, None]) -> None:
    """Each call that the dialplan took over has its reason there, what was disclosed and how it ended; no other has."""
    scenario = case[0]
    events = stage.outcome(release, scenario.name).queue_log
    fallbacks = {line[5] for line in events if line[4] == "ONSHORE_FALLBACK"}
    if scenario.fault is None and scenario.setup.daemon:
        assert fallbacks == set()
        return
    assert len(fallbacks) == len(scenario.scripts)
    for event in ("ONSHORE_DISCLOSED", "ONSHORE_ENDED"):
        assert {line[5] for line in events if line[4] == event} <= fallbacks
    reasons = {line[6] for line in events if line[4] == "ONSHORE_FALLBACK"}
    assert reasons == {scenario.fault.reason if scenario.fault else "failure"}
