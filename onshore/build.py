"""Site → plan, sound files and dialplan, on disk. Succeeds whole, or leaves what was built before as it was."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import shutil
import tempfile
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from onshore import files, planning
from onshore import plan as plans
from onshore.asterisk import dialplan
from onshore.errors import BuildError, PlanError, PromptError
from onshore.ledger import settings
from onshore.owner import new_file
from onshore.plan import Plan, prompt_key
from onshore.speech import archive, believing
from onshore.speech.studio import Studio, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onshore.site import Site
    from onshore.speech.studio import Progress

log = logging.getLogger(__name__)

# Seconds that a sound file stays after the last plan that had it: calls and Asterisk may yet play it.
KEPT = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Built:
    """What `build` did."""

    plan: Plan
    folder: Path
    sounds_made: int  # prompts, each in every format
    sounds_kept: int
    plan_changed: bool
    dialplan_changed: bool


def studio(site: Site) -> Studio:
    """Return what makes a site's prompts."""
    return Studio(
        site_folder=site.folder,
        company=site.company,
        command=site.speech.command,
        commands=site.speech.languages,
    )


def rendered(site: Site, plan: Plan) -> str:
    """Return a site's dialplan; BuildError names the template and the line that does not render."""
    return dialplan.render(plan, site.server, site.folder, includes=site.asterisk.include, book=_book(site))


def _book(site: Site) -> str:
    """Return the file that the dialplan writes instead of queue_log; "": Asterisk's own is one."""
    own = str(settings.own_log(site.asterisk.state))
    return own if settings.of_site(site).queue_log == own else ""


def build(site: Site, output: Path | None = None, progress: Progress | None = None) -> Built:
    """Build a site into a folder, its state folder unless another is named.

    PromptError, SiteError or BuildError when it cannot be done; the folder is then as it was.
    """
    folder = output or site.asterisk.state
    try:
        return _build(site, folder, progress)
    except OSError as error:
        raise BuildError(_unwritable(error, folder)) from error


def _build(site: Site, folder: Path, progress: Progress | None) -> Built:
    with _to_itself(folder), ExitStack() as stack:
        staging = _staging(stack, folder)
        wanted = planning.wanted(site)
        making, each = studio(site), [Wanted(*one) for one in wanted]
        _believe(making, each)
        prompts = making.make(each, folder / "sounds", staging / "sounds", progress)
        keys = [prompt_key(name, *parameters) for _, name, parameters in wanted]
        plan = planning.plan(site, zip(keys, prompts, strict=True))
        texts = {
            folder / "asterisk" / dialplan.FILE: rendered(site, plan),
            folder / settings.FILE: settings.of_site(site).to_json(),
            folder / plans.FILE: json.dumps(plans.to_json(plan), ensure_ascii=False, indent=1) + "\n",
        }
        built = datetime.now(UTC).isoformat(timespec="seconds")
        versions = (
            making.source(one).version(prompt.milliseconds, built) for one, prompt in zip(each, prompts, strict=True)
        )
        archived = archive.with_new(folder / archive.FILE, versions)
        if archived is not None:  # before the plan: what can be played is in the archive
            texts = {folder / archive.FILE: archived, **texts}
        changed = [file for file, text in texts.items() if _read(file) != text.encode()]
        sounds = [file for file in (staging / "sounds").rglob("*") if file.is_file()]
        before = _plan_before(folder)
        # The plan comes last: once it is there, all that it names is there.
        moves = [(file, folder / file.relative_to(staging)) for file in sounds]
        moves += [(_write(staging / file.name, texts[file]), file) for file in changed]
        if _theirs(folder):
            moves = _brought(stack, moves, folder)
        stack.enter_context(_as_owner(folder))
        files.put(moves, private={settings.FILE})
        if _book(site) and folder == site.asterisk.state:
            with suppress(FileExistsError):  # else Asterisk would make it, readable for all
                os.close(new_file(settings.own_log(folder)))
        _clear_out(folder / "sounds", plan, before)
    made = len({file.with_suffix("") for file in sounds})
    return Built(
        plan=plan,
        folder=folder,
        sounds_made=made,
        sounds_kept=len({(prompt.language, prompt.id) for prompt in prompts}) - made,
        plan_changed=folder / plans.FILE in changed,
        dialplan_changed=folder / "asterisk" / dialplan.FILE in changed,
    )


def _believe(making: Studio, wanted: list[Wanted]) -> None:
    """Raise PromptError for a recording without a header that is not what its ending says: callers would hear noise."""
    for one in wanted:
        recording = making.recording(one)
        doubt = believing.doubt(making, one, recording) if recording else ""
        if doubt:
            raise PromptError(f"{recording} {doubt}")


@contextmanager
def _to_itself(folder: Path) -> Iterator[None]:
    """Let one build at a time work in a folder. A folder made for it is taken away again if the build fails."""
    with ExitStack() as stack:
        made = files.make_folder(folder)
        lock = os.open(folder, os.O_RDONLY)
        stack.callback(os.close, lock)
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        except BaseException:
            for one in reversed(made):
                with suppress(OSError):  # another build has put something there
                    one.rmdir()
            raise


def _staging(stack: ExitStack, folder: Path) -> Path:
    """Make a folder for what is to be put into another, and have it taken away afterwards.

    It is beside what it is to replace, on the same file system; but root keeps its work out of a folder that is
    somebody else's, whom root need not trust, until it has put on that user's rights.
    """
    if _theirs(folder):
        staging = Path(tempfile.mkdtemp(prefix="onshore-build-"))
    else:
        for left in folder.glob(".building-*"):  # by a build that was killed
            shutil.rmtree(left, ignore_errors=True)
        staging = Path(tempfile.mkdtemp(prefix=".building-", dir=folder))
    stack.callback(shutil.rmtree, staging, ignore_errors=True)
    return staging


def _theirs(folder: Path) -> bool:
    """Return whether this is root, and the folder is not root's."""
    return os.geteuid() == 0 and folder.stat().st_uid != 0


@contextmanager
def _as_owner(folder: Path) -> Iterator[None]:
    """Let root write in somebody else's folder with that user's rights alone, and in that user's name.

    Asterisk's user, or whoever has broken into Asterisk, may put links there at any moment: following them, root would
    write, give away or delete what they lead to.
    """
    if not _theirs(folder):
        yield
        return
    owner = folder.stat()
    user, group, groups = os.geteuid(), os.getegid(), os.getgroups()
    os.setgroups([])
    os.setegid(owner.st_gid)
    os.seteuid(owner.st_uid)
    try:
        yield
    finally:
        os.seteuid(user)
        os.setegid(group)
        os.setgroups(groups)


def _brought(stack: ExitStack, moves: list[tuple[Path, Path]], folder: Path) -> list[tuple[Path, Path]]:
    """Copy what root made into a folder that is somebody else's, in that user's name; return the moves from there."""
    with _as_owner(folder):
        staging = _staging(stack, folder)
    brought = []
    for number, (new, place) in enumerate(moves):
        content = new.read_bytes()  # what root makes in a folder of its own, others may not read
        copy = staging / str(number)
        with _as_owner(folder):
            copy.write_bytes(content)
        brought.append((copy, place))
    return brought


def _clear_out(sounds: Path, plan: Plan, before: Plan | None) -> None:
    """Take away sound files that no plan has had for a week."""
    now = time.time()
    current = {(prompt.language, prompt.id) for prompts in plan.prompts.values() for prompt in prompts.values()}
    last = {
        (prompt.language, prompt.id)
        for prompts in (before.prompts.values() if before else ())
        for prompt in prompts.values()
    }
    for file in sounds.glob("*/onshore/*"):
        which = (file.parent.parent.name, file.stem)
        if which in current:
            continue
        try:
            if which in last:
                os.utime(file)  # from now on it counts
            elif now - file.stat().st_mtime > KEPT:
                file.unlink()
        except OSError as error:  # what was built is in force all the same
            log.warning("%s is of no plan any more, and cannot be taken away: %s", file, error.strerror)


def _plan_before(folder: Path) -> Plan | None:
    try:
        return plans.load(folder / plans.FILE)
    except PlanError:
        return None


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None


def _write(file: Path, text: str) -> Path:
    file.write_text(text, "utf-8")
    return file


def _unwritable(error: OSError, folder: Path) -> str:
    what = f"{error.filename or folder} cannot be written: {error.strerror}"
    if isinstance(error, PermissionError) and os.geteuid() == 0:
        return f"{what}; root writes in the name of whoever has {folder}: chown -R --reference={folder} {folder}"
    return (
        f"{what}; make room, or run `onshore build` as the "
        f"user who owns {folder} (or name another folder: `[asterisk] state` in the site, or --output)"
    )
