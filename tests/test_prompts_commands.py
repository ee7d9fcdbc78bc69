"""`onshore prompts`: what callers hear, seen and heard beforehand, and recorded by people."""

from __future__ import annotations

import csv
import io
import json
import shlex
import shutil
import stat
import wave
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner, Result

from onshore import cli, files
from onshore import site as sites
from onshore.speech import sheet, sound
from tests.making import tree, write_site

SAYS = "Your call will be answered by an agent in the Philippines."


def invoke(*words: str | Path) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(cli.main, list(map(str, words)), catch_exceptions=False)


def spoken_site(folder: Path, espeak: str, languages: str = '["en", "es"]') -> Path:
    """Write a site that speaks with the real voice."""
    file = write_site(folder, ('["en", "es"]', languages))
    command = json.dumps(espeak)
    lines = [f"command = {command}" if line.startswith("command =") else line for line in file.read_text().split("\n")]
    file.write_text("\n".join(lines))
    return file


def record(file: Path, seconds: float, level: float = 0.3) -> Path:
    """Write a recording: something like speech, with half a second of silence around it."""
    time = np.arange(int(22050 * seconds)) / 22050
    voice = level * np.sin(2 * np.pi * 200 * time) * np.clip(np.sin(2 * np.pi * 2.5 * time) + 0.7, 0.1, 1)
    samples = np.clip(np.concatenate([np.zeros(11025), voice, np.zeros(11025)]), -1, 1)
    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as wav:
        wav.setparams((1, 2, 22050, 0, "NONE", ""))
        wav.writeframes((samples * 32767).astype("<i2").tobytes())
    return file


# list


def test_list_shows_every_prompt_with_its_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Text, source, seconds, loudness and version of each prompt are there, for people and for scripts."""
    monkeypatch.setattr(cli.out, "_width", 140)
    file = write_site(tmp_path)
    before = invoke("--config", file, "prompts", "list")
    assert "not built" in before.output
    assert "18 of them are not built as the site has them now: onshore build" in before.output
    invoke("--config", file, "build")
    shown = invoke("--config", file, "prompts", "list").output
    assert SAYS in shown
    assert "not built" not in shown
    found = json.loads(invoke("--config", file, "prompts", "list", "--json").output)
    assert len(found) == 18
    one = next(one for one in found if (one["language"], one["name"]) == ("en", "disclosure"))
    assert (one["text"], one["source"], one["parameters"]) == (SAYS, "spoken", ["PH"])
    assert one["id"] in shown
    assert Path(one["file"]).name == f"{one['id']}.sln16"
    measure = sound.measure(Path(one["file"]))
    assert (one["seconds"], one["dbfs"]) == (round(measure.seconds, 2), -20.0)
    spanish = json.loads(invoke("--config", file, "prompts", "list", "--language", "es", "--json").output)
    assert {one["language"] for one in spanish} == {"es"}


def test_list_names_what_is_recorded(tmp_path: Path) -> None:
    """A recording is told from what is spoken."""
    file = write_site(tmp_path)
    recording = record(tmp_path / "prompts" / "en" / "disclosure-PH.wav", 3)
    found = json.loads(invoke("--config", file, "prompts", "list", "--json").output)
    assert {one["recording"] for one in found if one["source"] == "recorded"} == {str(recording)}


# say


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (
            "disclosure --lang fr --country PH",
            "Votre appel sera pris en charge par un conseiller situé aux Philippines.",
        ),
        ("disclosure --language de --country ph", "Ihr Anruf wird von einem Mitarbeiter auf den Philippinen"),
        ("offer --country US --key *", "To speak with an agent in the United States, press star."),
        ("offer --country US --key 1 --stay 2", "press 1. To continue, press 2."),
        ("wait --lang pl --minutes 22", "22 minuty"),
        ("unavailable --country US --other PH --key 1", "To speak with an agent in the Philippines, press 1."),
        ("welcome --company Onshore", "Onshore"),
        ("disclosure --lang tl --country PH", "Ang tawag po ninyo"),
    ],
)
def test_say_prints_any_prompt_of_any_country_in_any_language(
    monkeypatch: pytest.MonkeyPatch, words: str, text: str
) -> None:
    """No site is needed, and no voice, to read what would be said."""
    monkeypatch.setattr(cli.main.params[0], "default", Path("/no/such/onshore.toml"))
    done = invoke("prompts", "say", *shlex.split(words.replace("*", "'*'")))
    assert done.exit_code == 0, done.output
    assert text in done.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("disclosur --country PH", "there is no prompt 'disclosur'; did you mean 'disclosure'?"),
        ("disclosure", "prompt disclosure wants --country: it takes --country"),
        ("goodbye --country PH", "prompt goodbye has no --country: it takes no options"),
        ("offer --country US", "prompt offer wants --key: it takes --country, --key, [--stay]"),
        ("disclosure --country XX", "country 'XX' is no country: two letters as in ISO 3166-1, like PH"),
        ("wait --minutes soon", "minutes 'soon' is no number of minutes: 1 to 999"),
        ("offer --country US --key 10", "key '10' is no key"),
        ("unavailable --country US --other PH", "other and key go together"),
        ("disclosure --country PH --lang xx", "xx"),
        ("disclosure --country PH --output sound.mp4", "Let it end in .wav, .ulaw, .alaw, .g722 or .sln16"),
        ("disclosure --country PH --lang tl --output a.wav", "espeak-ng has no voice that can be understood"),
    ],
)
def test_say_tells_what_it_wants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, message: str) -> None:
    """A mistake is one sentence that says what there is, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli.main.params[0], "default", Path("/no/such/onshore.toml"))
    done = invoke("prompts", "say", *words.split())
    assert done.exit_code == 1
    assert message in done.stderr
    assert done.stderr.startswith("onshore: ")
    assert list(tmp_path.iterdir()) == []


def test_say_takes_words_voice_and_language_from_the_site(tmp_path: Path) -> None:
    """Where there is a site, its own words are said, in its first language; a site that was named must be there."""
    file = write_site(tmp_path, ('["en", "es"]', '["es", "en"]'))
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "es.toml").write_text('goodbye = "Hasta luego."')
    assert invoke("--config", file, "prompts", "say", "goodbye").output == "Hasta luego.\n"
    assert json.loads(invoke("--config", file, "prompts", "say", "goodbye", "--json").output)["language"] == "es"
    done = invoke("--config", tmp_path / "none.toml", "prompts", "say", "goodbye")
    assert (done.exit_code, "is not there" in done.stderr) == (1, True)


@pytest.mark.parametrize("ending", ["wav", "ulaw", "alaw", "g722", "sln16"])
def test_say_writes_the_sound(tmp_path: Path, espeak: str, ending: str) -> None:
    """The file is of the format that it is named after, and readable for all."""
    file = spoken_site(tmp_path, espeak)
    output = tmp_path / f"said.{ending}"
    done = invoke("--config", file, "prompts", "say", "disclosure", "--country", "PH", "--output", output)
    assert (done.exit_code, done.output) == (0, f"{SAYS}\n")
    assert 2.5 < sound.measure(output).seconds < 3.5
    assert stat.S_IMODE(output.stat().st_mode) == 0o644
    if ending == "wav":
        with wave.open(str(output)) as wav:
            assert (wav.getnchannels(), wav.getsampwidth(), wav.getframerate()) == (1, 2, 16000)
    done = invoke("--config", file, "prompts", "say", "goodbye", "--output", tmp_path / "no" / f"a.{ending}")
    assert done.exit_code == 1
    assert done.stderr.endswith(f"a.{ending} cannot be written: No such file or directory\n")


def test_say_plays_the_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first player that there is gets a WAV file; what it complains of is told; without one it says what to do."""
    file = write_site(tmp_path)
    player = tmp_path / "bin" / "paplay"
    player.parent.mkdir()
    for name in ("cat", "cp"):  # what the speech command and the player run
        (player.parent / name).symlink_to(str(shutil.which(name)))
    player.write_text(f'#!/bin/sh\ncp "$1" {tmp_path}/played.wav\n')
    player.chmod(0o755)
    monkeypatch.setenv("PATH", str(player.parent))
    assert invoke("--config", file, "prompts", "say", "goodbye", "--play").output == "Thank you for calling. Goodbye.\n"
    assert 0.4 < sound.measure(tmp_path / "played.wav").seconds < 0.7
    player.write_text("#!/bin/sh\necho no sound card >&2\nexit 1\n")
    done = invoke("--config", file, "prompts", "say", "goodbye", "--play")
    assert (done.exit_code, "paplay could not play it (no sound card)" in done.stderr) == (1, True)
    player.unlink()
    done = invoke("--config", file, "prompts", "say", "goodbye", "--play")
    assert (done.exit_code, "nothing here plays sound" in done.stderr) == (1, True)


# export


def test_export_writes_a_sheet_for_a_studio(tmp_path: Path) -> None:
    """A spreadsheet and a page hold each text that is played, under the name that import takes."""
    file = write_site(tmp_path, ('["en", "es"]', '["en", "ar"]'))
    done = invoke("--config", file, "prompts", "export", "--output", tmp_path / "studio")
    assert done.exit_code == 0, done.output
    content = (tmp_path / "studio" / "prompts.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == 18
    one = next(row for row in rows if row["file"] == "en/disclosure-PH.wav")
    assert (one["text"], one["longest"], one["language"]) == (SAYS, "6 s", "en")
    assert all(row["notes"] for row in rows)
    page = (tmp_path / "studio" / "prompts.html").read_text("utf-8")
    assert SAYS in page
    assert 'dir="rtl"' in page
    assert "http" not in page
    assert sorted(path.name for path in (tmp_path / "studio").iterdir()) == ["prompts.csv", "prompts.html"]
    again = invoke("--config", file, "prompts", "export", "--output", tmp_path / "studio", "--language", "ar")
    assert again.exit_code == 0
    assert SAYS not in (tmp_path / "studio" / "prompts.html").read_text("utf-8")


def test_export_of_everything_has_every_sentence(tmp_path: Path) -> None:
    """With --all there is each sentence of the catalogue, and no recording twice."""
    site = sites.load(write_site(tmp_path))
    found = sheet.lines(site, ["en"], every=True)
    assert len({line.file for line in found}) == len(found)
    names = {line.prompt.split("-")[0] for line in found}
    assert {"callback", "automated", "unknown", "outbound", "wait", "closed"} <= names
    assert sum(line.prompt.startswith("wait-") for line in found) == len(sheet.MINUTES)


def test_a_page_escapes_what_the_admin_wrote() -> None:
    """A company's name is text, whatever it holds."""
    line = sheet.Line("en/goodbye.wav", "en", "goodbye", 'Tom & "Sons" <b>', 0, "")
    page = sheet.to_html([line], "A & B")
    assert "<b>" not in page
    assert "Tom &amp; " in page
    assert "English (en), for A &amp; B" in page


# import


def test_import_takes_recordings_in_and_says_what_is_missing(tmp_path: Path, espeak: str) -> None:
    """Good ones are played after a build; what is still spoken is listed."""
    file = spoken_site(tmp_path, espeak)
    record(tmp_path / "studio" / "en" / "disclosure-ph.WAV", 3)
    record(tmp_path / "studio" / "es" / "repeat.wav", 3.3)
    looked = invoke("--config", file, "prompts", "import", tmp_path / "studio", "--dry-run")
    assert (looked.exit_code, "2 could be taken in, 0 not. Nothing was changed." in looked.output) == (0, True)
    assert not (tmp_path / "prompts").exists()
    done = invoke("--config", file, "prompts", "import", tmp_path / "studio")
    assert done.exit_code == 0, done.output
    assert "Took in 2 recordings. Next: onshore build" in done.output
    assert "still spoken in es, not recorded: waiting, disclosure-PH" in done.output
    names = sorted(str(path.relative_to(tmp_path / "prompts")) for path in (tmp_path / "prompts").rglob("*.*"))
    assert names == ["en/disclosure-PH.wav", "es/repeat.wav"]
    found = json.loads(invoke("--config", file, "prompts", "list", "--json").output)
    assert sum(one["source"] == "recorded" for one in found) == 2


def test_import_replaces_an_older_recording_whatever_its_ending(tmp_path: Path, espeak: str) -> None:
    """There is one recording of a prompt afterwards, the new one."""
    file = spoken_site(tmp_path, espeak)
    old = tmp_path / "prompts" / "en" / "disclosure-PH.ulaw"
    old.parent.mkdir(parents=True)
    old.write_bytes(bytes(range(0, 256, 8)) * 250)
    record(tmp_path / "studio" / "disclosure-PH.wav", 3)
    done = invoke("--config", file, "prompts", "import", tmp_path / "studio", "--language", "en", "--json")
    assert done.exit_code == 0
    assert [one["note"] for one in json.loads(done.output)["good"]] == ["in place of disclosure-PH.ulaw"]
    assert [path.name for path in old.parent.iterdir()] == ["disclosure-PH.wav"]


@pytest.mark.parametrize(
    ("name", "seconds", "level", "message"),
    [
        ("disclosure-PH.wav", 7, 0.3, " s, and may take 6 at most"),
        ("offer-US-1.wav", 1.2, 0.3, "is it this one, and whole? “To speak with an agent in the United States"),
        ("invalid.wav", 5, 0.3, "is it this one, and whole?"),
        ("disclosure-PH.wav", 3, 0.0, "is silent"),
        ("disclosure-PH.wav", 3, 3.0, "is clipped"),
        ("disclosur-PH.wav", 3, 0.3, "there is no prompt 'disclosur-PH'; did you mean 'disclosure'?"),
        ("disclosure-XX.wav", 3, 0.3, "'XX' is no country"),
    ],
)
def test_import_leaves_out_what_cannot_be_used(
    tmp_path: Path, espeak: str, name: str, seconds: float, level: float, message: str
) -> None:
    """Each that is wrong is named with its reason, and makes the exit code 1; the good ones are taken in."""
    file = spoken_site(tmp_path, espeak)
    record(tmp_path / "studio" / "en" / name, seconds, level)
    record(tmp_path / "studio" / "en" / "repeat.wav", 2.2)
    done = invoke("--config", file, "prompts", "import", tmp_path / "studio")
    assert done.exit_code == 1
    assert f"en/{name}: " in done.output
    assert message in done.output
    assert [path.name for path in (tmp_path / "prompts").rglob("*.wav")] == ["repeat.wav"]


def test_two_recordings_of_one_prompt_are_left_out(tmp_path: Path, espeak: str) -> None:
    """Which of two to play is the admin's to say."""
    file = spoken_site(tmp_path, espeak)
    first = record(tmp_path / "studio" / "en" / "repeat.wav", 2.2)
    shutil.copy(first, first.with_suffix(".bin"))
    done = invoke("--config", file, "prompts", "import", tmp_path / "studio")
    assert done.exit_code == 1
    assert "repeat.bin and repeat.wav are recordings of one prompt: deliver one" in done.output


def test_a_language_that_cannot_be_spoken_is_judged_by_its_text(tmp_path: Path, espeak: str) -> None:
    """Without a voice, a recording's length is compared with the length of the text."""
    file = spoken_site(tmp_path, espeak, '["en", "tl"]')
    record(tmp_path / "studio" / "tl" / "disclosure-PH.wav", 3.5)
    record(tmp_path / "studio" / "tl" / "invalid.wav", 0.4)
    done = invoke("--config", file, "prompts", "import", tmp_path / "studio", "--dry-run")
    assert "ok    tl disclosure-PH, 3.6 s" in done.output
    assert "tl/invalid.wav: takes 0.5 s" in done.output


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((), "has no folder of a language of this site (en, es)"),
        (("--language", "en"), "holds no recordings; `onshore prompts export` tells how they are to be named"),
        (("--language", "fr"), "this site does not speak 'fr'"),
    ],
)
def test_an_empty_delivery_says_how_to_deliver(tmp_path: Path, given: tuple[str, ...], message: str) -> None:
    """A folder with nothing to take in is an error."""
    file = write_site(tmp_path)
    (tmp_path / "studio").mkdir()
    done = invoke("--config", file, "prompts", "import", tmp_path / "studio", *given)
    assert (done.exit_code, message in done.stderr) == (1, True), done.stderr


def test_an_import_that_fails_changes_nothing(tmp_path: Path, espeak: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a disk takes no more, all recordings are as they were."""
    file = spoken_site(tmp_path, espeak)
    for name in ("disclosure-PH.flac", "repeat.wav"):
        record(tmp_path / "prompts" / "en" / name, 1)
    record(tmp_path / "studio" / "en" / "disclosure-PH.wav", 3)
    record(tmp_path / "studio" / "en" / "repeat.wav", 2.2)
    before = tree(tmp_path / "prompts")

    def failing(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "_sync", failing)
    done = invoke("--config", file, "prompts", "import", tmp_path / "studio")
    assert done.exit_code == 1
    assert "No space left on device; nothing was taken in" in done.stderr
    assert tree(tmp_path / "prompts") == before


def test_every_command_of_prompts_teaches() -> None:
    """Each has help with a sentence for each option."""
    group = cli.main.commands["prompts"]
    assert isinstance(group, click.Group)
    assert "onshore prompts say disclosure --lang fr --country PH" in invoke("prompts", "--help").output
    for name, command in group.commands.items():
        said = invoke("prompts", name, "--help").output
        assert "Usage:" in said
        for option in command.params:
            assert option.param_type_name == "argument" or option.to_info_dict()["help"], option.name
