"""`onshore check`: everything that could go wrong on a call, before it does."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from onshore import plan as plans
from onshore import planning, rules
from onshore.agi import checks as daemon
from onshore.asterisk import codecs, config, confinement, contexts, dialplan, layout, modes, queuechecks
from onshore.asterisk.console import Console
from onshore.asterisk.install import Target, plan_install
from onshore.build import rendered, studio
from onshore.errors import AsteriskError, OnshoreError
from onshore.finding import Finding
from onshore.ledger import checks as ledger
from onshore.ledger import logchecks
from onshore.plan import prompt_key
from onshore.speech import checks, recordings
from onshore.speech.sound import FORMATS
from onshore.speech.studio import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from onshore.plan import Plan
    from onshore.site import Site

# What a dialplan runs: an application in a step of its own or behind ExecIf's `?`, a function in `${…}` or set. What
# TryExec runs need not be there.
_APPLICATION = re.compile(r"(?:^(?:exten => [^,]+,1|\s*same => n(?:\(\w+\))?),|\?)(\w+)\(", re.MULTILINE)
_FUNCTION = re.compile(r"(?:\$\{|\bSet\()([A-Z_]+)\(")


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
        yield from logchecks.findings(site)
    console = Console(site.asterisk.command, site.asterisk.etc)
    try:
        console.run("core show version")
    except AsteriskError as error:
        yield Finding("Asterisk", str(error), "start Asterisk, or mend `command` and `etc` under [asterisk]")
        yield from queuechecks.of_file(site)
        yield from _installed(site, target, plan)
    else:
        yield Finding("Asterisk")
        yield from _modules(site, console)
        yield from queuechecks.of_console(site, console)
        yield from codecs.findings(site.asterisk.etc, console)
        yield from contexts.included(site.asterisk.include, console)
        yield from _installed(site, target, plan)
        if plan:
            yield _dialplan(plan, console)
    yield from contexts.pointer(site.asterisk.etc)
    listen = site.server.listen if site.server else ""
    yield from contexts.vicidial_findings(site.asterisk.etc, listen, site.asterisk.include)
    yield from _refusals(site)
    if plan and plan.listen:
        yield from daemon.findings(plan)


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
    built = _sounds("sounds", plan, _built(site), "run `onshore build`")
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
    try:
        written = (site.asterisk.state / layout.DIALPLAN).read_text("utf-8")
        current = rendered(site, plan)
    except (OSError, OnshoreError) as error:
        return Finding("dialplan", str(error), "run `onshore build`, once that is mended")
    if written != current:
        return Finding(
            "dialplan",
            f"{site.asterisk.state / layout.DIALPLAN} is not what a build would make now: the site or its template has "
            "changed, or another program has written the file anew",
            "run `onshore build`",
        )
    return Finding(f"plan {plan.version}")


def _sounds(what: str, plan: Plan, places: Callable[[str], Iterable[Path]], remedy: str) -> Finding:
    """Look for each prompt's exact file in its own language: Asterisk itself would play English, and say nothing."""
    missing = [
        file
        for language, prompts in plan.prompts.items()
        for prompt in prompts.values()
        for suffix in FORMATS
        for place in places(language)
        for file in [place / f"{prompt.id}.{suffix}"]
        if not file.is_file() or not file.stat().st_size
    ]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        return Finding(what, f"{missing[0]}{more} not there, or empty", remedy)
    return Finding(what)


def _built(site: Site) -> Callable[[str], tuple[Path, ...]]:
    return lambda language: (site.asterisk.state / "sounds" / language / "onshore",)


def _modules(site: Site, console: Console) -> Iterator[Finding]:
    """Tell whether Asterisk has each application and function that the dialplan of the last build runs."""
    try:
        dialplan_built = (site.asterisk.state / layout.DIALPLAN).read_text("utf-8")
    except OSError:
        return  # there is no build, which was told already
    applications = console.run("core show applications").lower().replace(":", " ").split()
    functions = console.run("core show functions").split()
    wanted = sorted(set(_APPLICATION.findall(dialplan_built)))
    missing = [name for name in wanted if name.lower() not in applications]
    missing += [f"{name}()" for name in sorted(set(_FUNCTION.findall(dialplan_built))) if name not in functions]
    if missing:
        yield Finding(
            "modules", f"Asterisk has no {', '.join(missing)}", "load the modules that have them: modules.conf"
        )
    else:
        yield Finding("modules")


def _places(site: Site) -> Callable[[str], tuple[Path, ...]]:
    """Return where Asterisk looks for the sounds of a language: as it runs now, and as it will after a restart."""
    try:
        settings = config.running_folders(Console(site.asterisk.command, site.asterisk.etc).run("core show settings"))
    except AsteriskError:
        settings = None
    return config.folders(site.asterisk.etc, settings).places


def _modes(site: Site, plan: Plan) -> Iterator[Finding]:
    """Yield each file whose mode some other tool has changed."""
    try:
        folders = config.folders(site.asterisk.etc)
        account = config.account(site.asterisk.etc)
    except AsteriskError:
        return  # told already
    places = tuple(place for language in plan.languages for place in folders.places(language))
    files = (folders.agi / layout.SCRIPT, folders.etc / dialplan.FILE)
    for problem in modes.problems(site.asterisk.state.resolve(), places, files, account):
        yield Finding("modes", problem, "run `onshore install`, which puts it right")


def _refusals(site: Site) -> Iterator[Finding]:
    try:
        process = confinement.process(site.asterisk.etc, config.folders(site.asterisk.etc).run)
    except AsteriskError:
        return  # told already
    port = site.server.port if site.server else 0
    yield from confinement.findings(site.asterisk.state, Path(sys.executable), port, process)


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
        built = _sounds("sounds", plan, _built(site), "")
        if not built.problem:  # else that was told already
            yield _sounds("sounds for Asterisk", plan, _places(site), "run `onshore install`")
    yield from _modes(site, plan)
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
