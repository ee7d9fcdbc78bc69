"""`onshore check`: everything that could go wrong on a call, before it does."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import TYPE_CHECKING

from onshore import plan as plans
from onshore import planning, rules
from onshore.asterisk import config, dialplan
from onshore.asterisk.console import Console, begins
from onshore.asterisk.install import Target, plan_install
from onshore.build import studio
from onshore.errors import AsteriskError, OnshoreError
from onshore.finding import Finding
from onshore.ledger import checks as ledger
from onshore.plan import prompt_key
from onshore.speech import checks, recordings
from onshore.speech.sound import FORMATS
from onshore.speech.studio import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from onshore.plan import Plan
    from onshore.site import Site

# What the generated dialplan runs.
_APPLICATIONS = (
    *("AGI", "Answer", "Background", "ExecIf", "Goto", "GotoIf", "GotoIfTime", "Hangup", "Playback", "Playtones"),
    *("Gosub", "Queue", "QueueLog", "Read", "Return", "Set", "StopPlaytones", "TryExec", "WaitExten"),
)
_FUNCTIONS = (
    "ARRAY",
    "CDR",
    "CHANNEL",
    "CUT",
    "DIALPLAN_EXISTS",
    "IF",
    "RAND",
    "STRFTIME",
    "STRREPLACE",
    "TIMEOUT",
    "TOLOWER",
)


def check(site: Site, target: Target) -> Iterator[Finding]:
    """Look at everything, in the order in which it has to be right."""
    yield Finding(f"site {site.file}")
    yield from rules.check(site.rule_set)
    yield from _prompts(site)
    plan = None
    try:
        plan = plans.load(site.asterisk.state / plans.FILE)
    except OnshoreError as error:
        yield Finding("plan", str(error), "run `onshore build`")
    else:
        yield from _sounds_built(site, plan)
        yield from ledger.check(site, target.systemd)
    console = Console(site.asterisk.command, site.asterisk.etc)
    try:
        console.run("core show version")
    except AsteriskError as error:
        yield Finding("Asterisk", str(error), "start Asterisk, or mend `command` and `etc` under [asterisk]")
        yield from _queues_written(site)
        yield from _installed(site, target, plan)
    else:
        yield Finding("Asterisk")
        yield from _modules(console)
        yield from _queues(site, console)
        yield from _installed(site, target, plan)
        if plan:
            yield _dialplan(plan, console)
    if plan and plan.listen:
        yield _daemon(plan)


def _prompts(site: Site) -> Iterator[Finding]:
    try:
        wrong = [finding for language in site.languages for finding in checks.words(site, language)]
    except OnshoreError as error:
        yield Finding("prompts", str(error), "mend the sentence, the recording or the speech command it names")
    else:
        yield from wrong or [Finding("prompts")]
    for problem in recordings.strays(site.folder, site.languages):
        yield Finding("recordings", problem, "name it after the prompt it is for, or take it away", serious=False)


def _sounds_built(site: Site, plan: Plan) -> Iterator[Finding]:
    current = _current(site, plan)
    yield current
    sounds = site.asterisk.state / "sounds"
    built = _sounds("sounds", plan, sounds, "run `onshore build`")
    if built.problem or current.problem:
        yield built
    else:
        wrong = [finding for language in site.languages for finding in checks.files(site, sounds, language)]
        yield from wrong or [built]


def _current(site: Site, plan: Plan) -> Finding:
    """Tell whether the plan is what `build` would make now."""
    making = studio(site)
    built = {
        (language, key): prompt.id for language, prompts in plan.prompts.items() for key, prompt in prompts.items()
    }
    try:
        ids = {
            (language, prompt_key(name, *parameters)): making.source(Wanted(language, name, parameters)).id
            for language, name, parameters in planning.wanted(site)
        }
    except OnshoreError as error:
        return Finding("plan", f"cannot be compared with the site: {error}", "mend the prompts first")
    now = planning.plan(site, ())
    same = (now.rules, now.listen, now.languages, now.centers, now.services)
    if ids != built or same != (plan.rules, plan.listen, plan.languages, plan.centers, plan.services):
        return Finding("plan", "the site or its prompts have changed since the last build", "run `onshore build`")
    return Finding(f"plan {plan.version}")


def _sounds(what: str, plan: Plan, sounds: Path, remedy: str) -> Finding:
    """Look for each prompt's exact file in its own language: Asterisk itself would play English, and say nothing."""
    missing = [
        file
        for language, prompts in plan.prompts.items()
        for prompt in prompts.values()
        for suffix in FORMATS
        for file in [sounds / language / "onshore" / f"{prompt.id}.{suffix}"]
        if not file.is_file() or not file.stat().st_size
    ]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        return Finding(what, f"{missing[0]}{more} not there, or empty", remedy)
    return Finding(what)


def _modules(console: Console) -> Iterator[Finding]:
    applications = console.run("core show applications").lower().replace(":", " ").split()
    functions = console.run("core show functions").split()
    missing = [name for name in _APPLICATIONS if name.lower() not in applications]
    missing += [f"{name}()" for name in _FUNCTIONS if name not in functions]
    if missing:
        yield Finding(
            "modules", f"Asterisk has no {', '.join(missing)}", "load the modules that have them: modules.conf"
        )
    else:
        yield Finding("modules")


def _queues(site: Site, console: Console) -> Iterator[Finding]:
    for name, center in site.centers.items():
        shown = console.run(f"queue show {center.queue}")
        if not begins(shown, f"{center.queue} has "):
            yield Finding(
                f"queue {center.queue}",
                f"Asterisk has no queue {center.queue!r}, which centers.{name}.queue names",
                "add it to queues.conf (and `queue reload all`), or name another in the site",
            )
        elif "No Members" in shown:
            yield Finding(
                f"queue {center.queue}",
                f"nobody is in queue {center.queue!r} of centers.{name} now",
                "callers are offered the other center, or to wait",
                serious=False,
            )
        else:
            yield Finding(f"queue {center.queue}")


def _queues_written(site: Site) -> Iterator[Finding]:
    try:
        there = config.queues(site.asterisk.etc)
    except AsteriskError as error:
        yield Finding("queues", str(error), "mend `etc` under [asterisk], or the file")
        return
    for name, center in site.centers.items():
        if center.queue in there:
            yield Finding(f"queue {center.queue}")
        else:
            yield Finding(
                f"queue {center.queue}",
                f"queues.conf has no queue {center.queue!r}, which centers.{name}.queue names",
                "add it there, or name another in the site (a queue of a realtime database is seen once Asterisk runs)",
            )


def _installed(site: Site, target: Target, plan: Plan | None) -> Iterator[Finding]:
    if plan is None:
        return
    try:
        changes = plan_install(target)
    except OnshoreError as error:
        yield Finding("installed", str(error), "run `onshore install` again once that is mended")
        return
    if target.systemd and not changes.empty:
        without = plan_install(replace(target, systemd=None))
        if without.empty:
            remedy = "start it by other means, or run `onshore install`"
            yield Finding("systemd", "the daemon is no unit of systemd", remedy, serious=False)
            changes = without
    if not changes.empty:
        yield Finding("installed", "Asterisk does not have all of Onshore", "run `onshore install`")
    else:
        yield Finding("installed")
        built = _sounds("sounds", plan, site.asterisk.state / "sounds", "")
        if not built.problem:  # else that was told already
            sounds = config.folders(site.asterisk.etc).sounds
            yield _sounds("sounds for Asterisk", plan, sounds, "run `onshore install`")
    for problem in changes.problems:
        yield Finding("permissions", problem, "see above")


def _dialplan(plan: Plan, console: Console) -> Finding:
    """Tell whether Asterisk has read the dialplan of this plan: it names prompts of it."""
    shown = console.run("dialplan show onshore") + console.run("dialplan show onshore-fallback")
    names = [f"'{service}'" for service in plan.services]
    names += [
        prompt.id
        for prompts in plan.prompts.values()
        for key, prompt in prompts.items()
        if key.startswith("disclosure-") and key.split("-")[1] in _disclosed(plan)
    ]
    if all(name in shown for name in names):
        return Finding("dialplan")
    return Finding(
        "dialplan",
        "Asterisk has not read the dialplan of the last build",
        f"run `onshore install`, or `dialplan reload` in Asterisk's console; its log tells what is wrong with "
        f"{dialplan.FILE}",
    )


def _disclosed(plan: Plan) -> set[str]:
    """Return the countries that the fallback announces."""
    names = {name for service in plan.services.values() for name in (*service.centers, service.domestic)}
    return {plan.centers[name].country for name in names if plan.centers[name].announce}


def _daemon(plan: Plan) -> Finding:
    host, _, port = plan.listen.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=3) as connection:
            connection.sendall(b"agi_network_script: ping\n\n")
            answer = connection.recv(64)
    except OSError as error:
        return Finding(
            f"daemon at {plan.listen}",
            f"does not answer: {error.strerror or error}",
            "start it: `systemctl restart onshore`, or `onshore serve`; callers get the fallback meanwhile",
        )
    if not answer.startswith(b"pong"):
        return Finding(
            f"daemon at {plan.listen}",
            "something else answers there",
            "give the daemon a port of its own: `[server] listen` in the site, then `onshore build`",
        )
    return Finding(f"daemon at {plan.listen}")
