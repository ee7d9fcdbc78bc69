"""The command line, as a user types it."""

from __future__ import annotations

import json
import os
import pwd
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import onshore
from onshore import cli
from onshore import site as sites
from onshore.asterisk.receipt import Receipt, encode
from tests.making import onshore as run_onshore
from tests.making import speech, spoken_log, tree, write_site

COMMAND = str(Path(sys.executable).with_name("onshore"))


def invoke(*words: str | Path) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(cli.main, list(map(str, words)), catch_exceptions=False)


def test_onshore_alone_tells_how_to_begin() -> None:
    """With no command there is the help, and where to begin."""
    said = invoke().output
    assert "To begin:" in said
    assert "onshore init" in said


@pytest.mark.parametrize(("typed", "meant"), [("biuld", "build"), ("rule", "rules"), ("instal", "install")])
def test_a_command_that_is_none_leads_to_the_nearest(typed: str, meant: str) -> None:
    """A mistyped command names the one that was meant."""
    done = invoke(typed)
    assert done.exit_code == 2
    assert f"No such command '{typed}'" in done.output
    assert meant in done.output


def test_version_is_told() -> None:
    """`--version` says which Onshore this is."""
    assert invoke("--version").output == f"onshore, version {onshore.__version__}\n"


def test_a_build_with_other_languages_says_to_install_again(tmp_path: Path) -> None:
    """Asterisk finds the sounds of a new language only once `install` has linked them: `build` says so."""
    file = write_site(tmp_path)
    invoke("--config", file, "build")
    state = tmp_path / "state"
    links = {
        tmp_path / language: str(state / "sounds" / language / "onshore") for language in sites.load(file).languages
    }
    receipt = state / "install.json"
    receipt.write_bytes(encode(Receipt(links=links)))
    assert "onshore install" not in invoke("--config", file, "build").output
    receipt.write_bytes(encode(Receipt(links=dict([links.popitem()]))))
    assert "onshore install" in invoke("--config", file, "build").output


def test_check_names_a_recording_that_is_never_played(tmp_path: Path) -> None:
    """A recording with a mistyped name is noted; the spoken sentence is played instead, and nobody would know."""
    file = write_site(tmp_path)
    folder = tmp_path / "prompts" / "en"
    folder.mkdir(parents=True)
    (folder / "disclosure-XX.wav").touch()
    found = json.loads(invoke("--config", file, "check", "--json").output)
    assert [one["serious"] for one in found if "disclosure-XX.wav is never played" in one["problem"]] == [False]


@pytest.mark.parametrize("name", sorted(cli.main.commands))
def test_every_command_teaches(name: str) -> None:
    """Each command's help has a sentence on what it does, and one for each option; so has the list of commands."""
    command = cli.main.commands[name]
    said = invoke(name, "--help").output
    assert (command.help or "").partition("\n")[0].rstrip(".")[:40] in said
    for option in command.params:
        assert option.param_type_name == "argument" or option.to_info_dict()["help"], option.name
    assert f"\n  {name} " in invoke("--help").output
    assert invoke(name, "-h").output == said


def test_init_writes_a_site_and_says_what_is_next(tmp_path: Path) -> None:
    """The folder is made if need be, and what is written can be loaded."""
    file = tmp_path / "etc" / "onshore" / "onshore.toml"
    done = invoke("--config", file, "init")
    assert (done.exit_code, done.output) == (0, f"Wrote {file}. Edit it, then: onshore build\n")
    assert sites.load(file).home == ("US",)
    assert [path.name for path in file.parent.iterdir()] == ["onshore.toml"]
    assert oct(file.stat().st_mode & 0o777) == "0o640"


def test_init_leaves_a_site_alone_unless_told_otherwise(tmp_path: Path) -> None:
    """A site that is there is kept; with --force it is replaced, its mode kept."""
    file = tmp_path / "onshore.toml"
    file.write_text("mine")
    file.chmod(0o600)
    done = invoke("--config", file, "init")
    assert done.exit_code == 1
    assert done.stderr == f"onshore: {file} is there already: edit it, or write over it with --force\n"
    assert file.read_text() == "mine"
    assert invoke("--config", file, "init", "--force").exit_code == 0
    assert sites.load(file).home == ("US",)
    assert oct(file.stat().st_mode & 0o777) == "0o600"


def test_init_where_nothing_can_be_written_says_so(tmp_path: Path) -> None:
    """The file is named, and how to name another."""
    (tmp_path / "file").write_text("")
    done = invoke("--config", tmp_path / "file" / "onshore.toml", "init")
    assert done.exit_code == 1
    assert done.stderr.endswith("onshore.toml cannot be written: Not a directory; name another with --config FILE\n")


def test_the_site_comes_from_the_environment_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """$ONSHORE_CONFIG names the site; --config goes before it."""
    monkeypatch.setenv("ONSHORE_CONFIG", str(write_site(tmp_path)))
    assert invoke("try", "--keys", "1").exit_code == 0
    assert invoke("--config", tmp_path / "none.toml", "try", "--keys", "1").exit_code == 1


def test_build_tells_what_it_did(tmp_path: Path) -> None:
    """How many prompts were made, where, and whether anything has changed."""
    file = write_site(tmp_path)
    first = invoke("--config", file, "build", "--output", tmp_path / "out").output.splitlines()
    assert first[0] == f"18 prompts made, 0 as they were, in {tmp_path}/out"
    assert first[1].endswith("is in force for new calls.")
    second = invoke("--config", file, "build", "--output", tmp_path / "out").output.splitlines()
    assert second == [f"0 prompts made, 18 as they were, in {tmp_path}/out", "Nothing has changed."]


def test_build_can_be_read_by_scripts(tmp_path: Path) -> None:
    """With --json, nothing but JSON is printed."""
    done = run_onshore("--config", write_site(tmp_path), "build", "--json")
    told = json.loads(done.stdout)
    assert (told["folder"], told["sounds_made"], told["plan_changed"]) == (str(tmp_path / "state"), 18, True)
    assert done.stderr == ""


def test_rules_lists_every_rule_set_whole(tmp_path: Path) -> None:
    """At 80 columns names stand whole, no line is longer, and it says that it is no legal advice."""
    done = run_onshore("--config", tmp_path / "onshore.toml", "rules")
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert "it-24-bis: in force" in lines
    assert "us-call-center-act: lapsed, not in force" in lines
    assert "us-keep-call-centers: a bill, not in force" in lines
    assert "us-fcc-26-52: a proposal, not in force" in lines
    for told in ("S.515 / H.R.1300", "CG Docket 26-52", "L.", "no legal advice", f"{tmp_path}/rules/"):
        assert told in done.stdout


def test_rules_can_be_read_by_scripts(tmp_path: Path) -> None:
    """With --json, every rule set is there with all that is in it."""
    told = json.loads(invoke("--config", tmp_path / "x.toml", "rules", "--json").output)
    assert [one["name"] for one in told] == [
        "it-24-bis",
        "us-call-center-act",
        "us-fcc-26-52",
        "us-keep-call-centers",
    ]
    assert told[0]["call"]["announce"] == "always"


def test_rules_tells_of_the_admin_s_own(tmp_path: Path) -> None:
    """A rule set beside the site is listed; a mistake in it is told with its file."""
    folder = tmp_path / "rules"
    folder.mkdir()
    text = (Path(onshore.__file__).parent / "rules" / "it-24-bis.toml").read_text()
    (folder / "ours.toml").write_text(text)
    assert "ours: in force" in invoke("--config", tmp_path / "onshore.toml", "rules").output
    (folder / "ours.toml").write_text(text.replace('announce   = "always"', 'announce = "never"'))
    done = invoke("--config", tmp_path / "onshore.toml", "rules")
    assert done.exit_code == 1
    assert done.stderr.startswith(f"onshore: {folder}/ours.toml: call.announce: 'never' is not known here")


@pytest.mark.parametrize("words", [("rules",), ("rules", "--json"), ("--help",)])
def test_a_pipe_that_closes_ends_it_quietly(words: tuple[str, ...]) -> None:
    """`onshore rules | head -1` shows a line and no traceback."""
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run([COMMAND, *words], stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(write)
    assert done.stderr == ""


def test_ctrl_c_ends_a_build_quietly_and_leaves_nothing(tmp_path: Path) -> None:
    """There is one word on stderr, exit code 1, no traceback, and the disk is as it was."""
    file = write_site(tmp_path)
    command, log = spoken_log(tmp_path)
    script = tmp_path / "speech" / "log.sh"
    script.write_text(script.read_text() + "sleep 0.3\n")
    file.write_text(file.read_text().replace(speech(tmp_path), command))
    os.mkfifo(log)
    before = tree(tmp_path)
    process = subprocess.Popen(
        # What runs the tests may ignore SIGINT, as a shell has its background jobs do; that is passed on.
        ["env", "--default-signal=INT", COMMAND, "--config", file, "build"],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with log.open() as spoken:
        assert spoken.readline()
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert (process.returncode, said.strip()) == (1, "Aborted!")
    assert tree(tmp_path) == before


def test_help_is_quick_to_load() -> None:
    """`--help` imports none of what is slow."""
    code = "import sys; from onshore import cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"pydantic", "babel", "av", "numpy", "jinja2"} & set(done.stdout.split())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_init_lets_asterisk_s_group_read_the_site_and_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, umask: int
) -> None:
    """It may hold a password; `onshore ledger import` from cron, as Asterisk's user, reads it."""
    games = pwd.getpwnam("games")
    (tmp_path / "asterisk.conf").write_text("[options]\nrunuser = games\n")
    monkeypatch.setattr("onshore.starter.ETC", tmp_path)
    before = os.umask(umask)
    try:
        assert invoke("--config", tmp_path / "onshore.toml", "init").exit_code == 0
    finally:
        os.umask(before)
    found = (tmp_path / "onshore.toml").stat()
    assert (found.st_mode & 0o777, found.st_uid, found.st_gid) == (0o640, 0, games.pw_gid)
    os.chown(tmp_path / "onshore.toml", games.pw_uid, games.pw_gid)
    assert invoke("--config", tmp_path / "onshore.toml", "init", "--force").exit_code == 0
    assert (tmp_path / "onshore.toml").stat().st_uid == games.pw_uid
