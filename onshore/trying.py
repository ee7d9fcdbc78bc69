"""`onshore try`: a call in the terminal, with the same call flow as a real one."""

from __future__ import annotations

import contextlib
import difflib
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

from onshore import callflow, planning, variables
from onshore.agi.process import drive
from onshore.build import studio
from onshore.errors import OnshoreError
from onshore.line import Arrival, CallerGone
from onshore.plan import Prompt, prompt_key
from onshore.speech.studio import Wanted
from onshore.terminal import HANG_UP, KEYS, ScriptedKeys, TerminalLine, keyboard

if TYPE_CHECKING:
    from rich.console import Console

    from onshore.evidence import Event
    from onshore.plan import Plan
    from onshore.site import Site

MILLISECONDS_A_LETTER = 62  # about as fast as a voice at the telephone speaks


class Told:
    """Evidence that is shown and forgotten."""

    def __init__(self, out: Console) -> None:
        self._out = out

    def add(self, event: Event) -> None:
        """Show an event."""
        shown = {name: value for name, value in event.data.items() if name not in {"text", "unique_id", "plan"}}
        details = ", ".join(f"{name} {value}" for name, value in shown.items() if value != "")
        self._out.print(f"  {event.kind}: {details}", style="dim", markup=False)

    async def commit(self) -> None:
        """Do nothing: there is nothing to keep."""


def phone(site: Site, service: str | None, language: str, keys: str | None, out: Console, *, no_agent: bool) -> None:
    """Phone a service of a site; OnshoreError when there is none of that name."""
    name = service or next(iter(site.services))
    if name not in site.services:
        near = difflib.get_close_matches(name, site.services, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise OnshoreError(f"there is no service {name!r} in {site.file}{hint}; known: {', '.join(site.services)}")
    plan = spoken_plan(site)
    with ExitStack() as stack:
        if keys is None and sys.stdin.isatty():
            out.print("Press 0 to 9, * or #. h hangs up.\n", style="dim")
            pressed = stack.enter_context(keyboard())
        else:
            pressed = ScriptedKeys(_checked("".join(sys.stdin.read().split()) if keys is None else keys))
        line = TerminalLine(lambda text: out.print(text, style="bold", markup=False), pressed)
        evidence = Told(out)
        arrival = Arrival("try", name, "try", "terminal", language or plan.languages[0], "")
        with contextlib.suppress(CallerGone):
            drive(callflow.run("inbound", line, arrival, plan, evidence))
            if no_agent and line.variables.get(variables.NEXT) == "queue":
                out.print(f"\nNo agent takes the call in queue {line.variables[variables.QUEUE]}.\n", markup=False)
                told = (variables.CENTER, variables.LANGUAGE, variables.CHOICE, variables.COUNTRY)
                center, spoken, choice, country = (line.variables.get(one, "") for one in told)
                known = (center, spoken, "TIMEOUT", choice, country)
                arrival = Arrival("try", name, "try", "terminal", language, "", known)
                drive(callflow.run("returned", line, arrival, plan, evidence))
    out.print()
    out.print(_outcome(line.variables, plan), markup=False)


def _checked(keys: str) -> str:
    wrong = next((key for key in keys if key not in KEYS + HANG_UP + "."), "")
    if wrong:
        raise OnshoreError(
            f"{wrong!r} is no key: press 0 to 9, * and #, `.` presses none once, and h hangs up, like --keys .1"
        )
    return keys


def spoken_plan(site: Site) -> Plan:
    """Return the plan of a site as `build` would make it, but with no sounds: each prompt as long as its text."""
    making = studio(site)
    prompts = []
    for language, name, parameters in planning.wanted(site):
        source = making.source(Wanted(language, name, parameters))
        prompt = Prompt(source.id, language, source.text, MILLISECONDS_A_LETTER * len(source.text))
        prompts.append((prompt_key(name, *parameters), prompt))
    return planning.plan(site, prompts)


def _outcome(result: dict[str, str], plan: Plan) -> str:
    if not result:
        return "The caller hung up."
    if result[variables.NEXT] != "queue":
        return "The call ends."
    center = plan.centers[result[variables.CENTER]]
    announced = result.get(variables.COUNTRY) or "nothing"
    return (
        f"The call goes to queue {center.queue} (center {center.name}, {center.country}); "
        f"announced: {announced}; choice: {result[variables.CHOICE]}."
    )
