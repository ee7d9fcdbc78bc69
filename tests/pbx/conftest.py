"""Runs the scenarios: all PBXs of one release of Asterisk side by side, and each PBX's calls side by side on it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import pytest

from onshore.testing.heard import load_sounds
from onshore.testing.phones import Phones
from tests.pbx.pbx import Pbx
from tests.pbx.scenarios import AGENTS, Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from onshore.plan import Plan
    from onshore.testing.call import Recording
    from onshore.testing.match import Sound
    from onshore.testing.unpack import Unpacked
    from tests.pbx.script import Script

# Seconds between the beginnings of two calls. All at once, two processors would be late with the sound itself.
PAUSE = 0.4


@dataclass(frozen=True)
class Outcome:
    """What came of a scenario's calls."""

    plan: Plan
    sounds: tuple[Sound, ...]
    tones: dict[str, int]
    recordings: dict[str, Recording]  # by the script's name
    evidence: dict[str, list[dict[str, Any]]]  # by the script's name
    queue_log: list[list[str]]  # its lines, by field
    cel: list[str]  # user events
    complaints: list[str]  # of Asterisk's log
    left: str  # what the console says of channels when all is over, and the daemon gone
    checked: str  # what `onshore check` said before the calls


class Stage:
    """Runs scenarios when first asked for one: all that the selected tests need of that release."""

    def __init__(self, releases: dict[str, Unpacked], folder: Path, wanted: dict[str, list[Scenario]]) -> None:
        self._releases = releases
        self._folder = folder
        self._wanted = wanted
        self._phones: Phones | None = None
        self._last: Pbx | None = None
        self._outcomes: dict[tuple[str, str], Outcome] = {}
        self._stack = ExitStack()

    def outcome(self, release: str, name: str) -> Outcome:
        """Return what came of a scenario on a release of Asterisk."""
        if release in self._wanted:
            # What fails here fails this test; the others of the release need not wait for it to fail again.
            self._run(release, self._wanted.pop(release))
        if (release, name) not in self._outcomes:
            pytest.fail(f"the calls on Asterisk {release} could not be made: the first test of them tells why")
        return self._outcomes[release, name]

    def _run(self, release: str, scenarios: list[Scenario]) -> None:
        if not self._phones:
            self._phones = self._stack.enter_context(Phones(self._releases["22"], self._folder / "phones", AGENTS))
        with ExitStack() as stack, ThreadPoolExecutor(len(scenarios)) as pool:
            pbxs = [self._pbx(scenario, release, self._phones) for scenario in scenarios]
            list(pool.map(stack.enter_context, pbxs))
            for scenario, outcome in zip(scenarios, pool.map(self._call, scenarios, pbxs), strict=True):
                self._outcomes[release, scenario.name] = outcome

    def _pbx(self, scenario: Scenario, release: str, phones: Phones) -> Pbx:
        folder = self._folder / f"{release}-{scenario.name.replace(' ', '-')}"
        folder.mkdir()
        pbx = Pbx(scenario.setup, self._releases[release], self._releases["22"].espeak, phones, folder)
        pbx.build(self._last)  # the first speaks, the others take what they need
        self._last = pbx
        return pbx

    def _call(self, scenario: Scenario, pbx: Pbx) -> Outcome:
        assert self._phones
        plan, fault = pbx.plan, scenario.fault
        numbers = {script.number or f"20255501{order:02}": script for order, script in enumerate(scenario.scripts)}
        checked = pbx.onshore("check") if scenario.setup.healthy else ""
        if fault and fault.after is None:
            pbx.signal_daemon(fault.signal)
        begun = [
            self._phones.begin(script.call(plan, number), pbx.asterisk.sip_port, pause=PAUSE)
            for number, script in numbers.items()
        ]
        if fault and fault.after is not None:
            answered = begun[0].wait_for("answered")
            time.sleep(max(0.0, answered + fault.after - time.time()))  # the moment in the call is what is tested
            pbx.signal_daemon(fault.signal)
        recordings = {script.name: call.wait() for script, call in zip(scenario.scripts, begun, strict=True)}
        ids = {prompt.id for prompts in plan.prompts.values() for prompt in prompts.values()}
        if fault:
            pbx.kill_daemon()  # a frozen one holds what it was asked last
        return Outcome(
            plan=plan,
            sounds=tuple(sound for sound in load_sounds(pbx.state / "sounds") if sound.name in ids),
            tones=self._phones.tones,
            recordings=recordings,
            evidence={numbers[number].name: events for number, events in pbx.evidence().items()},
            queue_log=pbx.queue_log(),
            cel=pbx.cel(),
            complaints=pbx.complaints(),
            left=pbx.channels_left(),
            checked=checked,
        )

    def close(self) -> None:
        """End everything."""
        self._stack.close()


@pytest.fixture(scope="session")
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give what runs the scenarios that the selected tests need."""
    wanted: dict[str, list[Scenario]] = {}
    for item in request.session.items:
        parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        if "release" in parameters and "case" in parameters:
            scenarios = wanted.setdefault(str(parameters["release"]), [])
            scenario = cast("tuple[Scenario, Script]", parameters["case"])[0]
            if scenario not in scenarios:
                scenarios.append(scenario)
    releases = {name: request.getfixturevalue(f"asterisk_{name}") for name in {*wanted, "22"}}
    running = Stage(releases, tmp_path_factory.mktemp("pbx"), wanted)
    yield running
    running.close()
