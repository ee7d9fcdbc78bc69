"""Building: whole or not at all, and no more than has changed."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from onshore import build as building
from onshore import plan as plans
from onshore import site as sites
from onshore.errors import BuildError, OnshoreError, PromptError
from onshore.speech.sound import FORMATS
from tests.making import onshore, site, slow_speech, speech, spoken_log, tree, write_site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from onshore.plan import Plan
    from onshore.site import Site

WEEK = 7 * 24 * 3600


def whole(state: Path) -> Plan:
    """Return the plan in a folder, after a look at all the files that it names."""
    plan = plans.load(state / plans.FILE)
    for language, prompts in plan.prompts.items():
        for prompt in prompts.values():
            for suffix in FORMATS:
                assert (state / "sounds" / language / "onshore" / f"{prompt.id}.{suffix}").stat().st_size
    return plan


def sounds(state: Path, name: str) -> list[Path]:
    """Return the sound files of a prompt."""
    return sorted((state / "sounds").glob(f"*/onshore/{name}-*"))


def modes(folder: Path) -> set[str]:
    """Return the modes of a folder and all in it, but for what may hold a password: that is its owner's alone."""
    paths = [folder, *folder.rglob("*")]
    assert {path.stat().st_mode & 0o777 for path in paths if path.name == "ledger.json"} == {0o600}
    return {oct(path.stat().st_mode & 0o777) for path in paths if path.name != "ledger.json"}


def test_a_build_has_all_that_it_names(tmp_path: Path) -> None:
    """Plan, dialplan and the sound files of every prompt in every format are there, readable for Asterisk."""
    built = building.build(site(tmp_path))
    state = tmp_path / "state"
    assert whole(state) == built.plan
    assert (state / "asterisk" / "extensions_onshore.conf").read_text().count("exten => support,1,") == 1
    assert (built.sounds_made, built.sounds_kept, built.plan_changed, built.dialplan_changed) == (18, 0, True, True)
    assert modes(state) == {"0o644", "0o755"}
    assert not list(state.glob(".building-*"))


def test_what_is_built_is_readable_whatever_the_umask(tmp_path: Path) -> None:
    """A careful root's umask does not lock Asterisk's user out."""
    made = site(tmp_path)
    before = os.umask(0o077)
    try:
        building.build(made, tmp_path / "deep" / "out")
    finally:
        os.umask(before)
    assert modes(tmp_path / "deep") == {"0o644", "0o755"}


@pytest.fixture
def passable() -> Iterator[Path]:
    """Give a folder that other users can get to, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="onshore-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_builds_belongs_to_the_owner_of_the_folder(passable: Path) -> None:
    """In a state folder of Asterisk's user, everything is that user's, whatever the umask; a second build too."""
    state = passable / "state"
    state.mkdir()
    os.chown(state, 12, 34)
    before = os.umask(0o077)
    try:
        building.build(site(passable))
        building.build(site(passable, more='key = "7"\n'))
    finally:
        os.umask(before)
    assert whole(state)
    assert {(path.stat().st_uid, path.stat().st_gid) for path in state.rglob("*")} == {(12, 34)}
    assert modes(state) == {"0o644", "0o755"}
    assert not list(state.glob(".building-*"))
    assert (os.geteuid(), os.getegid()) == (0, 0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root could do harm")
@pytest.mark.parametrize("planted", ["asterisk", "sounds/en/onshore"])
def test_root_follows_no_link_that_the_owner_of_the_folder_planted(passable: Path, planted: str) -> None:
    """Whoever has the state folder cannot have root write, or delete, where that user may not."""
    state, roots = passable / "state", passable / "roots"
    roots.mkdir()
    kept = roots / "old.conf"
    kept.write_text("keep")
    os.utime(kept, (0, 0))
    link = state / planted
    link.parent.mkdir(parents=True)
    link.symlink_to(roots)
    for folder in {state, link.parent, link.parent.parent} - {passable}:
        os.chown(folder, 12, 34)
    with pytest.raises(BuildError, match="chown -R"):
        building.build(site(passable))
    assert [file.name for file in roots.iterdir()] == ["old.conf"]
    assert (kept.stat().st_uid, kept.stat().st_mtime) == (0, 0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root could do harm")
def test_root_clears_out_no_folder_but_its_owners(passable: Path) -> None:
    """A link among the sounds does not have root delete the old files of another folder."""
    state, roots = passable / "state", passable / "roots"
    building.build(site(passable))
    roots.mkdir()
    kept = roots / "old.conf"
    kept.write_text("keep")
    os.utime(kept, (0, 0))
    (state / "sounds" / "xx").mkdir()
    (state / "sounds" / "xx" / "onshore").symlink_to(roots)
    for path in (state, *state.rglob("*")):
        os.chown(path, 12, 34, follow_symlinks=False)
    building.build(site(passable))
    assert kept.exists()


def test_a_second_build_changes_nothing_and_is_quick(tmp_path: Path) -> None:
    """No file is touched, nothing is spoken, and it takes a moment."""
    file = write_site(tmp_path)
    command, log = spoken_log(tmp_path)
    file.write_text(file.read_text().replace(speech(tmp_path), command))
    building.build(sites.load(file))
    assert len(log.read_text().splitlines()) == 18
    log.unlink()
    before = tree(tmp_path)
    started = time.process_time()
    built = building.build(sites.load(file))
    assert time.process_time() - started < 2
    assert tree(tmp_path) == before
    assert (built.sounds_made, built.sounds_kept, built.plan_changed, built.dialplan_changed) == (0, 18, False, False)


def test_one_sentence_changed_is_one_sentence_spoken(tmp_path: Path) -> None:
    """The rest keeps its files, and the sentence as it was stays for calls that are going on."""
    file = write_site(tmp_path)
    command, log = spoken_log(tmp_path)
    file.write_text(file.read_text().replace(speech(tmp_path), command))
    building.build(sites.load(file))
    state = tmp_path / "state"
    before, old = tree(state / "sounds"), sounds(state, "repeat")
    log.unlink()
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "en.toml").write_text('repeat = "Press star for more."')
    built = building.build(sites.load(file))
    assert log.read_text() == "Press star for more.\n"
    assert (built.sounds_made, built.sounds_kept) == (1, 17)
    after = tree(state / "sounds")
    touched = {name for name in before if before[name] != after[name]}
    assert {Path(name).stem for name in touched} == {old[0].stem}  # its week begins
    assert {name.rpartition("/")[2][:6] for name in set(after) - set(before)} == {"repeat"}
    assert whole(state)


def test_what_no_plan_has_any_more_goes_after_a_week(tmp_path: Path) -> None:
    """Sound files stay for a week after the last plan that had them, however old they are, and then go."""
    state = tmp_path / "state"
    building.build(site(tmp_path))
    old = sounds(state, "offer-US-1")
    assert len(old) == 8
    for file in state.rglob("*.*"):
        os.utime(file, (0, 0))
    building.build(site(tmp_path, more='key = "7"\n'))
    building.build(site(tmp_path, more='key = "7"\n'))
    assert sounds(state, "offer-US-1") == old
    assert whole(state)
    for file in old:
        os.utime(file, times=(time.time() - WEEK - 60,) * 2)
    building.build(site(tmp_path, more='key = "7"\n'))
    assert not sounds(state, "offer-US-1")
    assert whole(state)


def test_what_comes_back_within_the_week_is_not_made_again(tmp_path: Path) -> None:
    """Going back to the former site makes no prompt."""
    building.build(site(tmp_path))
    building.build(site(tmp_path, more='key = "7"\n'))
    built = building.build(site(tmp_path))
    assert built.sounds_made == 0
    assert whole(tmp_path / "state") == built.plan


def test_a_lost_sound_file_is_made_again(tmp_path: Path) -> None:
    """A file that somebody deleted or emptied is back after a build."""
    building.build(site(tmp_path))
    lost, emptied = sounds(tmp_path / "state", "repeat")[:2]
    lost.unlink()
    emptied.write_bytes(b"")
    assert building.build(site(tmp_path)).sounds_made == 1
    whole(tmp_path / "state")


def test_a_state_folder_may_be_another(tmp_path: Path) -> None:
    """With an output folder, the state folder is left alone."""
    building.build(site(tmp_path), tmp_path / "out")
    whole(tmp_path / "out")
    assert not (tmp_path / "state").exists()


# Failures. Each stage of a build, and how it is made to fail.


def bad_template(made: Site, patch: pytest.MonkeyPatch) -> None:
    """The admin's own dialplan has a mistake: found after the prompts were made."""
    del patch
    (made.folder / "dialplan").mkdir()
    (made.folder / "dialplan" / "extensions_onshore.conf.j2").write_text("; mine\n{{ nobody }}\n")


def bad_speech(made: Site, patch: pytest.MonkeyPatch) -> None:
    """The voice fails."""
    del made
    patch.setattr("onshore.speech.voice.Voice.speak", _fail(PromptError("no voice")))


def bad_plan(made: Site, patch: pytest.MonkeyPatch) -> None:
    """The plan cannot be written beside."""
    del made
    patch.setattr(building, "_write", _fail(OSError(28, "No space left on device")))


def bad_moving(nth: int) -> Callable[[Site, pytest.MonkeyPatch], None]:
    """Return what makes the nth move into place fail."""

    def broken(made: Site, patch: pytest.MonkeyPatch) -> None:
        moves, state = [0], made.asterisk.state
        replace = Path.replace

        def moving(self: Path, target: Path) -> Path:
            if self.name.endswith(".before"):
                return replace(self, target)
            moves[0] += state in target.parents
            if moves[0] == nth:
                raise OSError(28, "No space left on device", str(target))
            return replace(self, target)

        patch.setattr(Path, "replace", moving)

    return broken


def bad_syncing(made: Site, patch: pytest.MonkeyPatch) -> None:
    """The disk fails at the very end."""
    del made
    patch.setattr("onshore.files._sync", _fail(OSError(5, "Input/output error")))


def interrupted(made: Site, patch: pytest.MonkeyPatch) -> None:
    """The admin presses Ctrl-C while a dialplan is rendered."""
    del made
    patch.setattr("onshore.asterisk.dialplan.render", _fail(KeyboardInterrupt()))


def _fail(error: BaseException) -> Callable[..., object]:
    def failing(*_: object, **__: object) -> object:
        raise error

    return failing


FAILURES = {
    "template": bad_template,
    "speech": bad_speech,
    "plan": bad_plan,
    "first move": bad_moving(1),
    "tenth move": bad_moving(10),
    "move of the archive": bad_moving(17),
    "move of the dialplan": bad_moving(18),
    "move of the plan": bad_moving(20),
    "sync": bad_syncing,
    "interrupt": interrupted,
}


@pytest.mark.parametrize("stage", FAILURES)
@pytest.mark.parametrize("built_before", [True, False])
def test_a_failure_changes_nothing_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str, *, built_before: bool
) -> None:
    """Whichever stage fails, all files keep their bytes, modes and times, and the old plan is still whole."""
    if built_before:
        building.build(site(tmp_path))
        for file in (tmp_path / "state").rglob("*.*"):
            os.utime(file, (1, 1))
        (tmp_path / "state" / "plan.json").chmod(0o640)
    changed = site(tmp_path, more='key = "7"\n')
    with monkeypatch.context() as patch:
        FAILURES[stage](changed, patch)
        before = tree(tmp_path)
        with pytest.raises((OnshoreError, KeyboardInterrupt)):
            building.build(changed)
    assert tree(tmp_path) == before
    if built_before:
        assert whole(tmp_path / "state").services["support"].key == "1"
    else:
        assert not (tmp_path / "state").exists()


def test_a_failure_takes_away_only_folders_that_it_made(tmp_path: Path) -> None:
    """Folders that were made for the state folder go again; one that was there stays."""
    (tmp_path / "there").mkdir()
    made = site(tmp_path, ('state = "state"', 'state = "there/a/b"'))
    (tmp_path / "speech" / "buzz.wav").write_bytes(b"")
    with pytest.raises(PromptError):
        building.build(made)
    assert list((tmp_path / "there").iterdir()) == []


def test_a_folder_that_cannot_be_had_is_named(tmp_path: Path) -> None:
    """A file where the folder should be gives one message with what to do."""
    (tmp_path / "state").write_text("in the way")
    with pytest.raises(BuildError, match=r"state.* cannot be written: Not a directory; make room, or run `onshore"):
        building.build(site(tmp_path))


def test_what_cannot_be_cleared_away_does_not_spoil_a_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The new plan is in force all the same, and the log says what stays."""
    building.build(site(tmp_path))
    changed = site(tmp_path, more='key = "7"\n')
    with monkeypatch.context() as patch:
        patch.setattr("os.utime", _fail(OSError(1, "Operation not permitted")))
        building.build(changed)
    assert whole(tmp_path / "state").services["support"].key == "7"
    assert "cannot be taken away: Operation not permitted" in caplog.text


def test_two_builds_at_once_wait_for_each_other(tmp_path: Path) -> None:
    """Both succeed, and what is there in the end is one of them, whole."""
    one, other = site(tmp_path), site(tmp_path, more='key = "7"\n')
    failed: list[BaseException] = []

    def run(made: Site) -> None:
        try:
            for _ in range(3):
                building.build(made)
                whole(made.asterisk.state)
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [threading.Thread(target=run, args=[made]) for made in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert whole(tmp_path / "state").services["support"].key in {"1", "7"}


def test_a_plan_is_swapped_under_whoever_reads_it(tmp_path: Path) -> None:
    """While builds go on, a watcher sees one whole plan or the other, never a problem, and all files of it."""
    keys = ["1", "7"]
    made = [site(tmp_path, more=f'key = "{key}"\n') for key in keys]
    building.build(made[0])
    watched = plans.Watched(tmp_path / "state" / plans.FILE)
    seen, ended = set(), threading.Event()

    def build() -> None:
        for number in range(6):
            building.build(made[number % 2])
        ended.set()

    thread = threading.Thread(target=build)
    thread.start()
    while not ended.is_set():
        plan = watched.current()
        seen.add(plan.services["support"].key)
        assert not watched.problem
        for prompt in plan.prompts["en"].values():
            assert (tmp_path / "state" / "sounds" / "en" / "onshore" / f"{prompt.id}.ulaw").is_file()
    thread.join()
    assert seen == set(keys)


def test_a_build_killed_at_any_moment_leaves_the_old_plan_or_the_new_one(tmp_path: Path) -> None:
    """After kill -9 there is a whole plan, and the next build succeeds and clears up."""
    building.build(site(tmp_path))
    state = tmp_path / "state"
    chance = random.Random(7)  # noqa: S311 - moments, not secrets
    seen = set()
    code = (
        "import sys; from onshore import build, site; build.build(site.load(__import__('pathlib').Path(sys.argv[1])))"
    )
    for number in range(12):
        key = str(2 + number % 8)
        file = write_site(tmp_path, more=f'key = "{key}"\n')
        file.write_text(file.read_text().replace(speech(tmp_path), slow_speech(tmp_path, 0.02)))
        process = subprocess.Popen([sys.executable, "-c", code, file], start_new_session=True)
        _wait_for(lambda: list(state.glob(".building-*")) or process.poll() is not None)  # noqa: B023 - called at once
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0, 0.5))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        seen.add(whole(state).services["support"].key == key)
    built = building.build(site(tmp_path, more='key = "0"\n'))
    assert whole(state) == built.plan
    assert not list(state.glob(".building-*"))
    assert False in seen, "no build was killed before its end: make them slower"


def _wait_for(happened: Callable[[], object]) -> None:
    until = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.005)


# A disk that is full, for real: a small one in memory, seen by the build alone.
FULL = """\
set -e
look() {
    cd "$1/state"
    find . -type f -exec stat -c '%n %a %y' {} + | sort
    find . -type f -exec sha256sum {} + | sort
    cd /
}
mount -t tmpfs -o size=$2 none "$1/state"
"$3" --config "$1/small.toml" build >/dev/null
look "$1" >"$1/before"
dd if=/dev/zero of="$1/state/filler" bs=4096 2>/dev/null || true
set +e
"$3" --config "$1/onshore.toml" build >"$1/out" 2>"$1/err"
echo $? >"$1/code"
rm "$1/state/filler"
look "$1" >"$1/after"
ls -A "$1/state" >"$1/left"
"$3" --config "$1/onshore.toml" build >/dev/null && cp "$1/state/plan.json" "$1/plan.json"
"""


def test_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    """On a disk with no room left: one message, exit code 1, every file as it was; with room again, it builds."""
    write_site(tmp_path, ('["en", "es"]', '["en"]')).rename(tmp_path / "small.toml")
    write_site(tmp_path, more='key = "7"\n')
    (tmp_path / "state").mkdir()
    # In a mount namespace of its own: root makes one, others make one in which they are root.
    namespace = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    command = Path(sys.executable).with_name("onshore")
    subprocess.run([*namespace, "sh", "-c", FULL, "sh", tmp_path, "16m", command], check=True, timeout=100)
    said = (tmp_path / "err").read_text().strip()
    assert (tmp_path / "code").read_text().strip() == "1", said
    assert said.count("\n") == 0
    assert said.startswith(f"onshore: {tmp_path}/state")
    assert "No space left on device" in said
    assert (tmp_path / "after").read_text() == (tmp_path / "before").read_text()
    assert (tmp_path / "left").read_text().split() == [
        "asterisk",
        "ledger.json",
        "plan.json",
        "prompts.jsonl",
        "sounds",
    ]
    assert json.loads((tmp_path / "plan.json").read_text())["services"][0]["key"] == "7"
    assert not any((tmp_path / "state").iterdir()), "the small disk is seen outside"


def test_building_needs_no_home_and_no_terminal(tmp_path: Path) -> None:
    """From a cron job or a package's script it works, and says in a line what it did."""
    write_site(tmp_path)
    done = onshore("--config", tmp_path / "onshore.toml", "build", cwd=Path("/"))
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.startswith(f"18 prompts made, 0 as they were, in {tmp_path}/state\nPlan ")


def test_a_language_that_cannot_be_spoken_is_asked_for_by_name(tmp_path: Path) -> None:
    """Where espeak-ng has no voice, nothing is built silent or in English: the message says what to bring."""
    made = site(tmp_path, ('["en", "es"]', '["en", "tl"]'), (f'command = "{speech(tmp_path)}"', ""))
    with pytest.raises(PromptError, match=r"language tl: .* no voice .*`\[speech\] languages\.tl .*recordings"):
        building.build(made)
    assert not (tmp_path / "state").exists()
