"""What callers would stumble over is found in the files that were built."""

from __future__ import annotations

import json
import shutil
import wave
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner, Result

from onshore import build as building
from onshore import cli
from onshore import site as sites
from onshore.speech import checks
from tests.making import write_site

if TYPE_CHECKING:
    from pathlib import Path

DISCLOSURE = "disclosure-PH"


class Built:
    """A site, built with the real voice, whose files can be spoiled."""

    def __init__(self, folder: Path, espeak: str) -> None:
        file = write_site(folder)
        command = json.dumps(espeak)
        lines = [
            f"command = {command}" if line.startswith("command =") else line for line in file.read_text().split("\n")
        ]
        file.write_text("\n".join(lines))
        self.site = sites.load(file)
        self.sounds = self.site.asterisk.state / "sounds"
        building.build(self.site)

    def file(self, suffix: str, prompt: str = DISCLOSURE) -> Path:
        """Return a file of an English prompt."""
        return next((self.sounds / "en" / "onshore").glob(f"{prompt}-*.{suffix}"))

    def samples(self, suffix: str = "sln16") -> np.ndarray:
        """Return the samples of a file in 16 bits."""
        return np.frombuffer(self.file(suffix).read_bytes(), "<i2").copy()

    def problems(self) -> list[str]:
        """Return what is wrong, with every word of it."""
        found = checks.check(self.site, self.sounds, self.site.languages)
        return [f"{one.what}: {one.problem} > {one.remedy}" for one in found if one.problem]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, espeak: str) -> Path:
    """Return a folder with a built site."""
    folder = tmp_path_factory.mktemp("built")
    Built(folder, espeak)
    return folder


@pytest.fixture
def built(original: Path, tmp_path: Path, espeak: str) -> Built:
    """Return a copy of it, to be spoiled."""
    shutil.copytree(original, tmp_path, dirs_exist_ok=True)
    return Built(tmp_path, espeak)


def test_what_was_built_is_right(built: Built) -> None:
    """Nothing is wrong with what `build` makes."""
    assert built.problems() == []


@pytest.mark.parametrize(
    ("language", "text", "message"),
    [
        (
            "en",
            'disclosure = "An agent {{ place }} takes your call, %s."',
            "prompt en disclosure-PH: '%s' is left over",
        ),
        ("en", 'disclosure = "Your call goes <COUNTRY>, {{ place }}."', "'<COUNTRY>' is left over"),
        ("es", 'repeat = "To hear this again, press star."', "prompt es repeat: is English: To hear this again"),
        ("es", 'repeat = "TODO"', "prompt es repeat: 'TODO' is left over"),
        ("es", 'repeat = "{{ nobody }}"', "nobody"),
    ],
)
def test_a_sentence_that_is_not_meant_for_callers_is_found(
    built: Built, language: str, text: str, message: str
) -> None:
    """What is left over of a template, or was never translated, is named with the prompt and where to mend it."""
    (built.site.folder / "prompts").mkdir()
    (built.site.folder / "prompts" / f"{language}.toml").write_text(text)
    found = "\n".join(built.problems())
    assert message in found
    assert f"prompts/{language}.toml" in found


def test_english_of_the_admins_own_is_found_in_another_language(built: Built) -> None:
    """A sentence that the admin changed in English, and copied as it is, is English too."""
    (built.site.folder / "prompts").mkdir()
    for language in ("en", "es"):
        (built.site.folder / "prompts" / f"{language}.toml").write_text('repeat = "Press star, my friend."')
    assert "prompt es repeat: is English: Press star, my friend." in "\n".join(built.problems())


def test_a_sentence_that_is_too_long_is_found(built: Built) -> None:
    """Callers do not listen for more than 6 seconds to a disclosure."""
    words = "and of course we are very glad indeed that you have called us today, because we like calls"
    (built.site.folder / "prompts").mkdir()
    (built.site.folder / "prompts" / "en.toml").write_text(f'disclosure = "An agent {{{{ place }}}} answers, {words}."')
    assert "not built as the site has it now" in "\n".join(built.problems())
    building.build(built.site)
    [found] = built.problems()
    assert found.startswith("prompt en disclosure-PH: takes ")
    assert "after 6 s callers no longer listen" in found


def cut(built: Built) -> None:
    """A ulaw file has lost its end."""
    file = built.file("ulaw")
    file.write_bytes(file.read_bytes()[:8000])


def swapped(built: Built) -> None:
    """A file holds another prompt, of the same length."""
    size = len(built.file("alaw").read_bytes())
    other = (built.file("alaw", "unavailable-PH-US-1").read_bytes() * 2)[3000 : size + 3000]
    built.file("alaw").write_bytes(other)


def renamed(built: Built) -> None:
    """A g722 file is a WAV file by another name."""
    with wave.open(str(built.file("g722")), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(built.file("sln16").read_bytes())


def mistaken(built: Built) -> None:
    """A ulaw file is written as alaw."""
    shutil.copy(built.file("alaw"), built.file("ulaw"))


def loud(built: Built) -> None:
    """All is 3 dB louder."""
    built.file("sln16").write_bytes((built.samples() * 10 ** (1.2 / 20)).astype("<i2").tobytes())


def clipped(built: Built) -> None:
    """Peaks are cut off."""
    built.file("sln16").write_bytes(np.clip(built.samples() * 8.0, -32768, 32767).astype("<i2").tobytes())


def silent_end(built: Built) -> None:
    """A third of a second of nothing comes after the speech, in every format."""
    built.file("sln16").write_bytes(built.file("sln16").read_bytes() + bytes(10_000))
    built.file("ulaw").write_bytes(built.file("ulaw").read_bytes() + b"\xff" * 2500)


def empty(built: Built) -> None:
    """A file is empty."""
    built.file("alaw").write_bytes(b"")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (cut, "ulaw is not the same sound as the .sln16 beside it"),
        (swapped, "alaw is not the same sound as the .sln16 beside it"),
        (renamed, "g722 is WAV, whatever its name says"),
        (mistaken, "ulaw is "),
        (loud, "sln16 is at -18.8 dBFS, all prompts are at -20"),
        (clipped, "sln16 is clipped: its peaks are cut off"),
        (silent_end, "begins or ends with 3"),
        (empty, "disclosure-PH not built as the site has it now"),
    ],
)
def test_a_file_that_was_spoiled_is_found(built: Built, spoil: object, message: str) -> None:
    """Whatever happened to a file after it was built, it is named, and how to have it made again."""
    assert callable(spoil)
    spoil(built)
    found = "\n".join(built.problems())
    assert message in found
    assert "onshore build" in found


def test_the_command_exits_with_1_and_check_finds_the_same(built: Built) -> None:
    """`onshore prompts check` and `onshore check` both tell; a script can read it."""

    def run(*words: str) -> Result:
        return CliRunner().invoke(cli.main, ["--config", str(built.site.file), *words])

    assert run("prompts", "check").exit_code == 0
    assert "ok    prompts en" in run("prompts", "check").output
    renamed(built)
    done = run("prompts", "check", "--json")
    assert done.exit_code == 1
    assert [one["what"] for one in json.loads(done.output) if one["problem"]] == ["prompt en disclosure-PH"]
    assert run("prompts", "check", "--language", "es").exit_code == 0
    whole = json.loads(run("check", "--json").output)
    assert [one["serious"] for one in whole if "is WAV, whatever its name says" in one["problem"]] == [True]
    done = run("prompts", "check", "--language", "fr")
    assert (done.exit_code, done.stderr) == (
        1,
        "onshore: this site does not speak 'fr': its `languages` are en, es\n",
    )
