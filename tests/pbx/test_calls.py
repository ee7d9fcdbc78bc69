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


@pytest.mark.pbx
@pytest.mark.timeout(400)
@pytest.mark.parametrize("release", ["22", "16"])
@pytest.mark.parametrize("case", CASES)
def test_the_caller_hears_what_the_script_says(stage: Stage, release: str, case: tuple[Scenario, Script]) -> None:
    """The recording holds the prompts of the script, in order and whole, and the right agent; never 3 s of silence."""
    scenario, script = case
    outcome = stage.outcome(release, scenario.name)
    script.check(outcome.recordings[script.name], outcome.plan, outcome.sounds, outcome.tones)
