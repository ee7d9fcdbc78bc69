"""Bad input: one clear message that names file and key, exit code 1, and nothing changed on disk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from onshore.cli import main
from tests.making import onshore, speech, tree, write_site

if TYPE_CHECKING:
    from pathlib import Path

# What is wrong; what is replaced in the site, and by what; the key that must be named, and what else.
SITES = [
    ("unknown country", '"PH"', '"UK"', "centers.manila.country", "'GB'"),
    ("unknown home", 'home = "US"', 'home = "XX"', "home", "ISO 3166-1"),
    ("unknown language", '["en", "es"]', '["en", "tlh"]', "languages", "known: ar, "),
    ("no language", '["en", "es"]', '["klingon"]', "languages", "write it like 'en'"),
    ("unknown rule set", '"us-call-center-act"', '"us-call-center"', "rules", "did you mean 'us-call-center-act'"),
    ("no queue", 'queue = "support-manila"\n', "", "centers.manila.queue", "add `queue = …`"),
    ("domestic abroad", 'domestic = "milwaukee"', 'domestic = "manila"', "services.support.domestic", "not at home"),
    ("the same key of the file twice", 'home = "US"', 'home = "US"\nhome = "US"', "line 2", '`home = "US"` is there'),
    ("the same table twice", "[centers.milwaukee]", "[centers.manila]", "line 16", "is there twice"),
    ("the same key of the phone twice", 'center = "manila"', 'center = "manila"\nstay = "1"', "services.support.stay",
     "services.support.key too"),
    ("unknown key", 'home = "US"', 'home = "US"\ncompani = "x"', "compani", "did you mean `company`?"),
    ("unknown table", "[speech]", "[speach]", "speach", "did you mean `speech`?"),
    ("unknown key in a table", 'state = "state"', 'stat = "state"', "asterisk.stat", "did you mean `state`?"),
    ("not TOML", 'home = "US"', "home = US", "line 1", "not valid TOML"),
]  # fmt: skip


def refused(folder: Path, file: Path, *command: str | Path) -> str:
    """Run a command that must be refused, and return its message: alone on stderr, with nothing changed on disk."""
    before = tree(folder)
    done = CliRunner().invoke(main, ["--config", str(file), *map(str, command)], catch_exceptions=False)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("onshore: ")
    assert done.stderr.count("\n") == 1, done.stderr
    assert tree(folder) == before
    return done.stderr.removeprefix("onshore: ").rstrip("\n")


@pytest.mark.parametrize(("old", "new", "key", "told"), [case[1:] for case in SITES], ids=[case[0] for case in SITES])
def test_a_site_with_a_mistake_is_refused(tmp_path: Path, old: str, new: str, key: str, told: str) -> None:
    """The message names the site's file and the key, and what was expected."""
    file = write_site(tmp_path, (old, new))
    message = refused(tmp_path, file, "build")
    assert message.startswith(f"{file}: {key}: ")
    assert told in message


@pytest.mark.parametrize("command", [("build",), ("try", "--keys", "1")])
@pytest.mark.parametrize(
    ("sentence", "line", "told"),
    [
        ('disclosure = "An agent {{ place }."', 1, "unexpected '}'"),
        ('disclosure = "An agent {{ placee }}."', 1, "unknown variable 'placee'; did you mean 'place'?"),
        ('disclosure = "{{ place | shout }}"', 1, "No filter named 'shout'"),
        ('disclosure = "{{ 1 / 0 }}"', 1, "division by zero"),
        ('disclosure = "{{ place.__class__ }}"', 1, "unsafe"),
        ("disclosure = \"{{ '' }}\"", 1, "says nothing"),
        ('disclosure = """\nAn agent\n{{ place }.\n"""', 3, "unexpected '}'"),
    ],
)
def test_a_prompt_s_template_that_does_not_render_is_refused(
    tmp_path: Path, sentence: str, line: int, told: str, command: tuple[str, ...]
) -> None:
    """The message names the admin's prompts file, the line and the sentence."""
    file = write_site(tmp_path)
    prompts = tmp_path / "prompts" / "en.toml"
    prompts.parent.mkdir()
    prompts.write_text(sentence)
    message = refused(tmp_path, file, *command)
    assert message.startswith(f"{prompts}, line {line}: disclosure: ")
    assert told in message


def test_a_prompts_file_with_a_mistake_is_refused(tmp_path: Path) -> None:
    """A sentence that there is not, is named with the nearest one."""
    file = write_site(tmp_path)
    prompts = tmp_path / "prompts" / "es.toml"
    prompts.parent.mkdir()
    prompts.write_text('disclosur = "x"')
    message = refused(tmp_path, file, "build")
    assert message.startswith(f"{prompts}, line 1: disclosur: there is no such sentence; did you mean 'disclosure'?")


@pytest.mark.parametrize(
    ("template", "where", "told"),
    [
        ("; mine\n{{ nobody }}\n", ": line 2: ", "'nobody' is undefined"),
        ("; mine\n\n{% if %}\n", ": line 3: ", "Expected an expression"),
        ("{{ sound('en', 'nothing') }}\n", ": line 1: ", "nothing"),
        ("{{ plan.centers['x'].queue }}", ": line 1: ", "x"),
        ("\n{{ 1 / 0 }}\n", ": line 2: ", "division by zero"),
        ("\n{{ 'a' + 1 }}\n", ": line 2: ", "str"),
        ("{{ plan.__class__.__mro__ }}", ": line 1: ", "unsafe"),
        ("{% include 'other' %}", ": line 1: ", "loader"),
    ],
)
def test_a_dialplan_template_that_does_not_render_is_refused(
    tmp_path: Path, template: str, where: str, told: str
) -> None:
    """The message names the admin's template and the line."""
    file = write_site(tmp_path)
    mine = tmp_path / "dialplan" / "extensions_onshore.conf.j2"
    mine.parent.mkdir()
    mine.write_text(template)
    message = refused(tmp_path, file, "build")
    assert message.startswith(f"{mine}{where}")
    assert told in message


def test_a_dialplan_template_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    """The template is named."""
    file = write_site(tmp_path)
    mine = tmp_path / "dialplan" / "extensions_onshore.conf.j2"
    mine.parent.mkdir()
    mine.write_bytes(b"; \xe9\n")
    assert refused(tmp_path, file, "build").startswith(f"{mine}: ")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("sh -c 'echo no voice >&2; exit 3'", "failed (exit code 3): no voice"),
        ("sh -c 'kill -9 $$'", "failed (ended by signal 9): and said nothing"),
        ("true", "printed nothing: it must give a WAV file"),
        ("echo Hello", "gave no sound that can be used"),
        ("true {output}", "wrote nothing to {output}"),
        ("/no/such/voice {text}", "/no/such/voice is not there; give another under [speech] in onshore.toml"),
        ("/etc/passwd", "/etc/passwd cannot be run: Permission denied"),
        ("speak {sentence}", "{sentence} is no placeholder"),
        ("speak 'x", "cannot be read: No closing quotation"),
    ],
)
def test_a_speech_command_that_does_not_speak_is_refused(tmp_path: Path, command: str, told: str) -> None:
    """The message names the command, the language and the prompt, and what went wrong."""
    file = write_site(tmp_path)
    file.write_text(file.read_text().replace(speech(tmp_path), command))
    message = refused(tmp_path, file, "build")
    assert re.match(r"language e[ns](, prompt [a-z-]+(-[A-Z0-9]+)*)?: the speech command `", message), message
    assert f"`{command}` {told}" in message


def test_nothing_is_left_of_speech(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The temporary files of speech commands go, also when one fails."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    file = write_site(tmp_path)
    file.write_text(file.read_text().replace(speech(tmp_path), "true {output}"))
    refused(tmp_path, file, "build")


def test_a_recording_that_is_no_sound_is_refused(tmp_path: Path) -> None:
    """The admin's file is named."""
    file = write_site(tmp_path)
    recording = tmp_path / "prompts" / "en" / "disclosure-PH.wav"
    recording.parent.mkdir(parents=True)
    recording.write_text("no sound")
    assert refused(tmp_path, file, "build").startswith(f"{recording} is no sound file that FFmpeg reads")


@pytest.mark.parametrize("wrong", ["site", "prompt", "dialplan", "speech"])
def test_a_user_sees_the_message_alone(tmp_path: Path, wrong: str) -> None:
    """Run as a user does, there is the message on stderr, no traceback, and exit code 1."""
    file = write_site(tmp_path, ('"PH"', '"UK"')) if wrong == "site" else write_site(tmp_path)
    mine = {"prompt": "prompts/en.toml", "dialplan": "dialplan/extensions_onshore.conf.j2"}.get(wrong)
    if mine:
        (tmp_path / mine).parent.mkdir()
        (tmp_path / mine).write_text('repeat = "{{ 1 / 0 }}"')
    if wrong == "speech":
        file.write_text(file.read_text().replace(speech(tmp_path), "false"))
    before = tree(tmp_path)
    done = onshore("--config", file, "build")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("onshore: ")
    assert tree(tmp_path) == before


def test_a_mistake_leaves_what_was_built_in_force(tmp_path: Path) -> None:
    """After a good build, a bad site, template or voice changes none of its files."""
    file = write_site(tmp_path)
    assert onshore("--config", file, "build").returncode == 0
    refused(tmp_path, write_site(tmp_path, ('"PH"', '"UK"')), "build")
    write_site(tmp_path, more='key = "7"\n')
    file.write_text(file.read_text().replace(speech(tmp_path), "true"))
    refused(tmp_path, file, "build")


@pytest.mark.parametrize("command", [("build",), ("try",), ("check",), ("serve",), ("install", "--dry-run")])
def test_every_command_refuses_a_site_that_is_not_there(tmp_path: Path, command: tuple[str, ...]) -> None:
    """The file is named, and how to write one."""
    file = tmp_path / "none.toml"
    assert refused(tmp_path, file, *command) == (
        f"{file} is not there: write it with `onshore init`, or name another with --config"
    )


def test_serve_without_a_build_says_what_to_do(tmp_path: Path) -> None:
    """The daemon does not start on nothing."""
    message = refused(tmp_path, write_site(tmp_path), "serve")
    assert message == f"{tmp_path}/state/plan.json is not there: run `onshore build` first"


def test_a_service_that_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    """`onshore try` knows the services of the site."""
    message = refused(tmp_path, write_site(tmp_path), "try", "suport")
    assert message.startswith("there is no service 'suport' in ")
    assert "did you mean 'support'?" in message


def test_a_key_that_no_phone_has_is_refused(tmp_path: Path) -> None:
    """`onshore try` says which keys there are."""
    assert refused(tmp_path, write_site(tmp_path), "try", "--keys", "1x").startswith("'x' is no key: press 0 to 9")
