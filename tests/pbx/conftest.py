"""Runs the scenarios: each PBX side by side with the others, each PBX's calls side by side on it."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from onshore.testing.heard import load_sounds
from onshore.testing.phones import Phones
from tests.pbx.pbx import Pbx
from tests.pbx.scenarios import AGENTS, SCENARIOS, Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from onshore.plan import Plan
    from onshore.testing.call import Recording
    from onshore.testing.match import Sound
    from onshore.testing.unpack import Unpacked


@dataclass(frozen=True)
class Outcome:
    """What came of a scenario's calls."""

    plan: Plan
    sounds: tuple[Sound, ...]
    tones: dict[str, int]
    recordings: dict[str, Recording]  # by the script's name
    evidence: dict[str, list[dict[str, Any]]]  # by ONSHORE_CALL
    complaints: list[str]  # of Asterisk's log
    check: str  # what `onshore check --json` said beforehand


class Stage:
    """Runs scenarios when first asked for one: all that the selected tests need, side by side."""

    def __init__(self, releases: dict[str, Unpacked], folder: Path, wanted: list[tuple[str, str]]) -> None:
        self._releases = releases
        self._folder = folder
        self._wanted = wanted
        self._pool = ThreadPoolExecutor(max(1, len(wanted)))
        self._running: dict[tuple[str, str], Future[Outcome]] = {}
        self._speaking = threading.Lock()
        self._built: list[Pbx] = []
        self._stack = ExitStack()

    def outcome(self, release: str, name: str) -> Outcome:
        """Return what came of a scenario on a release of Asterisk."""
        if not self._running:
            self._phones = self._stack.enter_context(Phones(self._releases["22"], self._folder / "phones", AGENTS))
            scenarios = {scenario.name: scenario for scenario in SCENARIOS}
            self._running = {
                (number, title): self._pool.submit(self._run, scenarios[title], number)
                for number, title in self._wanted
            }
        return self._running[release, name].result()

    def _run(self, scenario: Scenario, release: str) -> Outcome:
        folder = self._folder / f"{release}-{scenario.name.replace(' ', '-')}"
        folder.mkdir()
        unpacked = self._releases[release]
        pbx = Pbx(scenario.setup, unpacked, self._releases["22"].espeak, self._phones, folder)
        with self._speaking:  # the first speaks, the others take what they need
            pbx.build(self._built[-1] if self._built else None)
            self._built.append(pbx)
        with pbx:
            return self._call(scenario, pbx)

    def _call(self, scenario: Scenario, pbx: Pbx) -> Outcome:
        plan, fault = pbx.plan, scenario.fault
        ids = {prompt.id for prompts in plan.prompts.values() for prompt in prompts.values()}
        if fault and fault.after is None:
            pbx.signal_daemon(fault.signal)
        begun = [
            self._phones.begin(script.call(plan), pbx.asterisk.sip_port, pause=0.05) for script in scenario.scripts
        ]
        if fault and fault.after is not None:
            begun[0].wait_for("answered")
            threading.Event().wait(fault.after)  # the moment in the call is what is tested
            pbx.signal_daemon(fault.signal)
        recordings = {script.name: call.wait() for script, call in zip(scenario.scripts, begun, strict=True)}
        return Outcome(
            plan=plan,
            sounds=tuple(sound for sound in load_sounds(pbx.state / "sounds") if sound.name in ids),
            tones=self._phones.tones,
            recordings=recordings,
            evidence=pbx.evidence(),
            complaints=pbx.complaints(),
            check="",
        )

    def close(self) -> None:
        """End everything."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._stack.close()


@pytest.fixture(scope="session")
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give what runs the scenarios that the selected tests need."""
    wanted = dict.fromkeys(
        (item.callspec.params["release"], item.callspec.params["case"][0].name)
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec") and "case" in item.callspec.params
    )
    releases = {name: request.getfixturevalue(f"asterisk_{name}") for name in ("22", "16")}
    running = Stage(releases, tmp_path_factory.mktemp("pbx"), list(wanted))
    yield running
    running.close()
