"""Into Asterisk and out again: planned as data, shown as a diff, done all together or not at all."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from onshore.asterisk import access, modes, queuefile, receipt, systemd
from onshore.asterisk.changes import FileChange, do_all, owners, path_of
from onshore.asterisk.config import MAIN, account, folders, running_folders
from onshore.asterisk.console import Console
from onshore.asterisk.difference import difference, still_included
from onshore.asterisk.include import OWN, copies, includes
from onshore.asterisk.layout import Target, Wanted, wanted
from onshore.asterisk.writing import File, read_file
from onshore.errors import AsteriskError, InstallError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onshore.asterisk.changes import Change
    from onshore.asterisk.difference import Difference
    from onshore.asterisk.systemd import Systemd

__all__ = ["Changes", "Report", "Target", "apply", "plan_install", "plan_uninstall"]


@dataclass(frozen=True, slots=True)
class Systemctl:
    """A systemctl to run."""

    systemd: Systemd
    words: tuple[str, ...]

    def __str__(self) -> str:
        """Return it as one would type it."""
        return " ".join((*self.systemd.command, *self.words))


@dataclass(frozen=True, slots=True)
class Changes:
    """All that installing or uninstalling will do, in this order."""

    installs: bool  # else uninstalls
    before: tuple[Systemctl, ...]
    files: tuple[Change, ...]
    after: tuple[Systemctl, ...]
    console: Console | None  # of the Asterisk whose dialplan is to be read again; None: it does not run
    notes: tuple[str, ...]  # what the admin should know
    problems: tuple[str, ...]  # what the admin has to mend before Onshore works

    @property
    def empty(self) -> bool:
        """Whether everything is already as it should be."""
        return not (self.before or self.files or self.after)

    @property
    def queues(self) -> tuple[str, ...]:
        """Return the console's command that takes a change of the queues in."""
        changed = (change.path.name for change in self.files if isinstance(change, FileChange))
        return ("queue reload all",) if queuefile.OWN in changed else ()

    def diff(self) -> str:
        """Return everything that will change: files as unified diffs, all else as lines. Empty when nothing will."""
        steps = [
            *(f"run {command}\n" for command in self.before),
            *(change.diff() for change in self.files),
            *(f"run {command}\n" for command in self.after),
        ]
        if self.console and not self.empty:
            console = f"run {self.console.command} -C {self.console.etc / MAIN} -rx"
            steps += [f"{console} '{command}'\n" for command in ("dialplan reload", *self.queues)]
        return "".join(steps)


@dataclass(frozen=True, slots=True)
class Report:
    """What was done."""

    changed: tuple[str, ...]  # the paths
    reloaded: bool  # Asterisk's dialplan
    notes: tuple[str, ...]
    problems: tuple[str, ...]  # what the admin has to mend before Onshore works


def plan_install(target: Target) -> Changes:
    """Return what installing will do; after an install, what there is to do since.

    AsteriskError, PlanError or InstallError when it cannot be done, with what to do about it.
    """
    console = Console(target.command, target.etc)
    notes: list[str] = []
    settings = _settings(console, notes)
    places = folders(target.etc, settings)
    who = account(target.etc)
    old = receipt.load(target.state)
    queue_variables = target.queue_variables
    if queue_variables is None:
        queue_variables = any(path.name == queuefile.OWN for path in old.files) if old else False
    made = difference(old or receipt.Receipt(), wanted(target, places, who, queue_variables=queue_variables))
    root = os.geteuid() == 0
    changes = [*made.gone, *_receipt(target.state, made.receipt), *made.come]
    if who and root:
        state = target.state.resolve()  # may be a link to another disk
        owner = owners(state, f"{who.user}:{who.group}", who.uid, who.gid, state / receipt.FILE)
        changes += [owner] if owner else []
    repair = modes.repair(target.state.resolve())
    changes += [repair] if repair else []
    files = (Path(sys.executable), *((target.program,) if target.daemon else ()))
    problems = [*(access.problems(who, target.state, files, ours=root) if who else ()), *_copies(places.etc)]
    if target.daemon and target.systemd and (who is None or who.uid == 0):
        said, serious = systemd.as_root(who, target.etc)
        (problems if serious else notes).append(said)
    before, after = _start(target, made)
    if target.daemon and not target.systemd:
        notes.append(f"Start the daemon, as Asterisk's user: {target.program} serve --state {target.state}")
    return Changes(
        installs=True,
        before=before,
        files=tuple(changes),
        after=after,
        console=console if settings is not None else None,
        notes=(*made.notes, *notes),
        problems=tuple(problems),
    )


def plan_uninstall(target: Target) -> Changes:
    """Return what uninstalling will do. InstallError when there is nothing to uninstall, or it cannot be done."""
    old = receipt.load(target.state)
    if old is None:
        raise InstallError(
            f"{target.state / receipt.FILE}, which says what was installed, is not there: Onshore is not installed, "
            "or with another `state` under [asterisk] in the site"
        )
    console = Console(target.command, target.etc)
    notes: list[str] = []
    running = _settings(console, notes) is not None
    made = difference(old, Wanted())
    _left_alone(made, old)
    file = target.state / receipt.FILE
    unit = _unit(target, made.gone)
    notes.append(f"{target.state} keeps the plan, the sounds and the evidence")
    return Changes(
        installs=False,
        before=(Systemctl(unit, ("disable", "--now", systemd.UNIT)),) if unit else (),
        files=(*made.gone, FileChange(file, read_file(file), None, private=True)),
        after=(Systemctl(unit, ("daemon-reload",)),) if unit else (),
        console=console if running else None,
        notes=(*made.notes, *notes),
        problems=tuple(_copies(target.etc)),
    )


def _settings(console: Console, notes: list[str]) -> dict[str, str] | None:
    """Return the folders of the running Asterisk; None, and a note, when it does not run."""
    try:
        return running_folders(console.run("core show settings"))
    except AsteriskError as error:
        notes.append(f"The dialplan was not reloaded; Asterisk reads it when it starts. ({error})")
        return None


def _receipt(state: Path, made: receipt.Receipt) -> tuple[Change, ...]:
    """Return the receipt's change. It goes before what it tells: what was begun can always be taken out."""
    file = state / receipt.FILE
    before = read_file(file)
    content = receipt.encode(made)
    if before and before.content == content:
        return ()
    return (FileChange(file, before, File(content), private=True),)


def _unit(target: Target, changes: list[Change]) -> Systemd | None:
    """Return the systemd whose unit is in some changes."""
    if target.systemd and any(
        isinstance(change, FileChange) and change.path.name == systemd.UNIT for change in changes
    ):
        return target.systemd
    return None


def _start(target: Target, made: Difference) -> tuple[tuple[Systemctl, ...], tuple[Systemctl, ...]]:
    """Return what systemctl has to do before and after an install."""
    going = _unit(target, made.gone)
    if going:
        return (Systemctl(going, ("disable", "--now", systemd.UNIT)),), (Systemctl(going, ("daemon-reload",)),)
    if not target.systemd or not target.daemon:
        return (), ()
    steps: list[tuple[str, ...]] = []
    changed = _unit(target, made.come) is not None
    active = target.systemd.asks("is-active")
    if changed:
        steps.append(("daemon-reload",))
    if changed or not active or not target.systemd.asks("is-enabled"):
        steps.append(("enable", "--now", systemd.UNIT))
    if changed and active:
        steps.append(("restart", systemd.UNIT))
    return (), tuple(Systemctl(target.systemd, step) for step in steps)


def _left_alone(made: Difference, old: receipt.Receipt) -> None:
    """Raise InstallError when a dialplan would go on including what is removed, by a line of the admin's own."""
    etc = next((path.parent for path in old.files if path.name == OWN), None)
    if not etc:
        return
    after = {change.path: change.after for change in made.gone if isinstance(change, FileChange)}
    for name in ("extensions.conf", "extensions_custom.conf"):
        path = etc / name
        file = after[path] if path in after else read_file(path)
        if file and includes(file.content):
            raise still_included(path)


def _copies(etc: Path) -> Iterator[str]:
    """Yield what to do about contexts of Onshore's that somebody copied into the admin's own dialplan."""
    for name in ("extensions.conf", "extensions_custom.conf"):
        file = read_file(etc / name)
        found = copies(file.content) if file else []
        if found:
            yield (
                f"{etc / name} has a copy of Onshore's dialplan itself ([{found[0]}] and {len(found) - 1} more), as "
                "`dialplan save` writes it: Asterisk would go on with that copy, whatever is built. Take the sections "
                "[onshore] and [onshore-…] out of it, and run `onshore install`"
            )


def apply(changes: Changes) -> Report:
    """Do it all, or nothing: InstallError when a file could not be written, and then everything is as before.

    What goes wrong with what runs (systemd, the dialplan's reload) undoes no file: it is a problem in the report.
    """
    problems = list(changes.problems)
    stopped = [command for command in changes.before if _systemctl(command, problems)]
    try:
        do_all(changes.files)
    except BaseException:
        for command in stopped:
            _systemctl(Systemctl(command.systemd, ("enable", "--now", systemd.UNIT)), problems)
        raise
    for command in changes.after:
        if not _systemctl(command, problems):
            break
    return Report(
        changed=tuple(str(path_of(change)) for change in changes.files),
        reloaded=bool(changes.console) and _reload(changes, problems),
        notes=changes.notes,
        problems=tuple(problems),
    )


def _systemctl(command: Systemctl, problems: list[str]) -> bool:
    try:
        command.systemd.do(*command.words)
    except InstallError as error:
        problems.append(
            f"{error}. Callers are served without the daemon meanwhile; `journalctl -u onshore` may say more"
        )
        return False
    return True


def _reload(changes: Changes, problems: list[str]) -> bool:
    """Have Asterisk read its dialplan; it says nothing when that fails, and keeps the old one: look at what it has."""
    assert changes.console
    try:
        for command in ("dialplan reload", *changes.queues):
            changes.console.run(command)
        there = "[ Context 'onshore'" in changes.console.run("dialplan show onshore")
    except AsteriskError as error:
        problems.append(f"The dialplan could not be reloaded: {error}")
        return False
    if there != changes.installs:
        state = "does not have the context `onshore`" if changes.installs else "still has the context `onshore`"
        problems.append(
            f"Asterisk was told to reload its dialplan, and {state}: its log says what it does not like in its "
            "dialplan, and goes on with the old one meanwhile"
        )
    return True
