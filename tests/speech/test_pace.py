"""A voice that spells, reads another language, or leaves something out is found by how long it takes."""

from __future__ import annotations

import json
import re
import shlex
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from onshore import build as building
from onshore import cli
from onshore import site as sites
from onshore.errors import PromptError
from onshore.speech import archive, checks, pace
from onshore.speech.studio import Studio, Wanted
from tests.making import write_site

if TYPE_CHECKING:
    from pathlib import Path

    from onshore.site import Site

LANGUAGES = ("zh", "yue", "en", "ar", "ko", "fi", "te", "fr")

# What a speech command may do with a text: Python expressions of `text` and `number`, how many letters it has.
WRONG = {
    "spells": "'Chinese letter. ' * min(number, 90)",
    "reads its codes": "'number fifteen. ' * min(number, 90)",
    "speaks half": "text[: len(text) // 2]",
    "speaks a word": "text.split()[0][:4]",
    "says it three times": "' '.join([text] * 3)",
}


def site(folder: Path, language: str, command: str) -> Site:
    """Return a site of one language with a speech command."""
    file = write_site(folder, ('["en", "es"]', f'["{language}"]'))
    file.write_text(re.sub("(?m)^command = .*", lambda _: f"command = {json.dumps(command)}", file.read_text()))
    return sites.load(file)


def spoiled(folder: Path, espeak: str, change: str) -> str:
    """Return a speech command that changes the text before it is spoken."""
    script = folder / "spoil.py"
    script.write_text(
        "import subprocess, sys\n"
        "text = sys.stdin.buffer.read().decode()\n"
        "number = sum(one.isalnum() for one in text)\n"
        f"changed = {change}\n"
        "sys.exit(subprocess.run(sys.argv[1:], input=changed.encode()).returncode)\n"
    )
    return f"{shlex.join([sys.executable, '-IS', str(script)])} {espeak}"


def problems(made: Site, language: str) -> list[str]:
    """Return what `prompts check` finds in what was built."""
    found = checks.files(made, made.asterisk.state / "sounds", language)
    return [f"{one.what} {one.problem} {one.remedy}" for one in found if one.problem and one.serious]


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_own_voices_are_believed(tmp_path: Path, espeak: str, language: str) -> None:
    """No prompt of a site takes a time that our own voices do not take."""
    made = site(tmp_path, language, espeak)
    building.build(made)
    assert problems(made, language) == []


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("language", ["zh", "en", "ko"])
def test_a_voice_that_does_not_say_the_sentence_is_found(tmp_path: Path, espeak: str, language: str, kind: str) -> None:
    """Far too long or too short for the language: named, with what to listen to. Exit code 1."""
    made = site(tmp_path, language, spoiled(tmp_path, espeak, WRONG[kind]))
    building.build(made)
    found = "\n".join(problems(made, language))
    assert re.search(
        rf"prompt {language} \S+ takes [0-9.]+ s, where {language} takes some [0-9.]+ \(\d+ ms a let", found
    )
    assert "onshore prompts say" in found
    done = CliRunner().invoke(cli.main, ["--config", str(made.file), "prompts", "check"])
    assert done.exit_code == 1


def test_one_sentence_that_is_cut_is_found_among_others(tmp_path: Path, espeak: str) -> None:
    """A voice that stops in the middle of one sentence is found, and the others are not named."""
    made = site(tmp_path, "en", spoiled(tmp_path, espeak, "text[:9] if 'cannot' in text or 'dispon' in text else text"))
    building.build(made)
    whole = [one for one in problems(made, "en") if "takes" in one]
    made = site(tmp_path, "en", spoiled(tmp_path, espeak, "text[:9] if text.startswith('Your call') else text"))
    (tmp_path / "state" / "sounds").rename(tmp_path / "old")
    building.build(made)
    cut = [one for one in problems(made, "en") if "takes" in one]
    assert whole == []
    assert [one.split()[2] for one in cut] == ["disclosure-PH"]


def test_a_slower_voice_is_not_another_one(tmp_path: Path, espeak: str) -> None:
    """An admin's own `rate` changes what is expected; so does a voice that is a third faster or slower."""
    (tmp_path / "prompts").mkdir()
    for rate in (90, 200, 300):
        (tmp_path / "prompts" / "en.toml").write_text(f"[voice]\nrate = {rate}\n")
        made = site(tmp_path, "en", espeak)
        building.build(made)
        assert [one for one in problems(made, "en") if "ms a letter" in one] == []


def test_a_silent_voice_is_refused_by_the_build(tmp_path: Path) -> None:
    """A voice that says nothing gives no prompt: nothing is built."""
    script = (
        "import io, sys, wave; made = io.BytesIO(); wav = wave.open(made, 'wb'); "
        "wav.setparams((1, 2, 22050, 0, 'NONE', '')); wav.writeframes(bytes(88200)); wav.close(); "
        "sys.stdout.buffer.write(made.getvalue())"
    )
    made = site(tmp_path, "en", shlex.join([sys.executable, "-ISc", script]))
    with pytest.raises(PromptError, match="it is silent"):
        building.build(made)


def test_a_recording_is_compared_with_a_voice_only_if_it_reads(tmp_path: Path, espeak: str) -> None:
    """How long a sentence takes is what the voice takes; but not of a voice that spells it."""
    one = Wanted("zh", "disclosure", ("PH",))
    told = Studio(command="/none").wording("zh").text(one.name, *one.parameters)
    spoken = pace.usual(Studio(command=espeak), one)
    assert spoken == pytest.approx(pace.seconds("zh", told), rel=0.25)
    for change in WRONG.values():
        assert pace.usual(Studio(command=spoiled(tmp_path, espeak, change)), one) == pace.seconds("zh", told)


def test_the_archive_tells_which_version_of_the_voice_spoke(tmp_path: Path, espeak: str) -> None:
    """The program's own word, or the hash of its file, is kept with what it spoke."""
    made = site(tmp_path, "en", espeak)
    building.build(made)
    for version in archive.read(made.asterisk.state / archive.FILE).values():
        assert re.match(r"eSpeak NG text-to-speech: 1\.\d+", version.voice_version)
    other = tmp_path / "other"
    other.mkdir()
    made = site(other, "en", spoiled(other, espeak, "text"))
    building.build(made)
    for version in archive.read(made.asterisk.state / archive.FILE).values():
        assert re.match(r"python[0-9.]*, sha256 [0-9a-f]{12}$", version.voice_version)
