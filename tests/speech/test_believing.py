"""A recording without a header is believed when it sounds like speech of that sentence, and no other one is."""

from __future__ import annotations

import bz2
import json
import re
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from onshore import build as building
from onshore import cli
from onshore import site as sites
from onshore.errors import PromptError
from onshore.speech import believing, content, sound
from onshore.speech.studio import Studio, Wanted
from tests.making import write_site

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Samples = NDArray[np.float64]

LANGUAGES = ("en", "fr", "zh", "ar", "fi", "ga")
SENTENCES = [
    *(Wanted(language, "disclosure", ("PH",)) for language in LANGUAGES),
    *(Wanted(language, "goodbye") for language in LANGUAGES),
    *(Wanted(language, "invalid") for language in LANGUAGES),
    *(Wanted(language, "language", ("1",)) for language in LANGUAGES),
]
RATES = {ending: bare.rate for ending, bare in content.BARE.items() if bare.reader != "gsm"}


@pytest.fixture(scope="module")
def studio(espeak: str) -> Studio:
    """What speaks with the real voice."""
    return Studio(company="Acme Bank", command=espeak)


_KEPT: dict[Wanted, tuple[NDArray[np.float32], int]] = {}


def _spoken(studio: Studio, wanted: Wanted) -> tuple[NDArray[np.float32], int]:
    if wanted not in _KEPT:
        _KEPT[wanted] = sound.decode(studio.spoken(wanted))
    return _KEPT[wanted]


def sample(studio: Studio, wanted: Wanted, level: float, noise: float | None, quiet: float) -> Callable[[int], Samples]:
    """Return a sentence at any rate: its loudness in dBFS, noise so many dB below it, seconds of quiet around it."""
    spoken, rate = _spoken(studio, wanted)

    def at(hertz: int) -> Samples:
        voice = np.asarray(sound._resampled(spoken, rate, hertz)[0], float)  # noqa: SLF001 - the same for every rate
        voice *= 10 ** (level / 20) / np.sqrt(np.mean(voice**2))
        around = np.zeros(int(quiet * hertz))
        voice = np.concatenate([around, voice, around])
        if noise is not None:
            voice += np.random.default_rng(1).normal(0, 10 ** ((level - noise) / 20), len(voice))
        clipped: Samples = np.clip(voice, -1, 0.9999)
        return clipped

    return at


def written(samples: Callable[[int], Samples], ending: str) -> bytes:
    """Return it in one of Asterisk's formats without a header."""
    bare = content.BARE[ending]
    found = samples(bare.rate)
    if bare.reader == "s16le":
        return (found * 32768).astype("<i2").tobytes()
    form = next(
        form for form in sound.FORMATS.values() if form.suffix == {"mulaw": "ulaw"}.get(bare.reader, bare.reader)
    )
    return sound._encoded(found.astype(np.float32), form)  # noqa: SLF001 - the same codecs


HEARD = [(-20, None, 0.0), (-45, None, 1.0), (-12, 40, 0.3), (-30, 25, 0.5), (-26, 15, 0.2), (-45, 20, 0.0)]


@pytest.mark.parametrize("wanted", SENTENCES, ids=lambda one: f"{one.language}-{one.name}")
def test_speech_is_believed(studio: Studio, tmp_path: Path, wanted: Wanted) -> None:
    """Quiet and loud, with a room's noise or a studio's silence, long or a word or two: it is taken as it is named."""
    endings = ("ulaw", "alaw", "sln", "g722", "sln16", "sln48")
    for number, (level, noise, quiet) in enumerate(HEARD):
        voice = sample(studio, wanted, level, noise, quiet)
        for ending in (endings[number], endings[number - 1], endings[number - 3]):
            file = tmp_path / f"x.{ending}"
            file.write_bytes(written(voice, ending))
            # No voice to compare it with: no more than its letters tell how long it is.
            assert believing.doubt(Studio(company="Acme Bank", command="/none"), wanted, file) == "", ending
    assert believing.doubt(studio, wanted, file) == ""


def mistaken(true: str, named: str) -> bool:
    """Tell whether one is far from the other: 1.5 times as fast is as somebody may speak."""
    one, other = content.BARE[true], content.BARE[named]
    return one.reader != other.reader or not 0.6 < one.rate / other.rate < 1.6


NAMES = sorted({**{(bare.reader, bare.rate): ending for ending, bare in content.BARE.items()}}.values() & RATES.keys())


@pytest.mark.parametrize(
    ("true", "named"),
    [pair for pair in product(("ulaw", "alaw", "g722", "sln", "sln16", "sln32"), NAMES) if mistaken(*pair)],
)
def test_another_format_under_the_name_is_doubted(studio: Studio, tmp_path: Path, true: str, named: str) -> None:
    """The wrong law, the wrong rate or another codec is found in any sentence, quiet or loud, with noise or none."""
    for wanted, (level, noise) in zip(SENTENCES[::5], [(-14, None), (-26, 25), (-45, None)] * 2, strict=False):
        file = tmp_path / f"x.{named}"
        file.write_bytes(written(sample(studio, wanted, level, noise, 0.3), true))
        found = believing.doubt(studio, wanted, file)
        assert found, (wanted, level, noise)
        assert "WAV" in found


@pytest.mark.parametrize(
    ("true", "named", "advice"),
    [
        ("ulaw", "alaw", "it seems to be µ-law; name it .ulaw"),
        ("alaw", "ulaw", "it seems to be A-law; name it .alaw"),
        ("alaw", "pcm", "it seems to be A-law; name it .alaw"),
        ("sln", "pcm", "it seems to be 16 bits; name it .sln (.sln16 when it is of 16 kHz)"),
        ("ulaw", "raw", "it seems to be µ-law; name it .ulaw"),
        ("ulaw", "g722", "it seems to be µ-law; name it .ulaw"),
        ("g722", "ulaw", "it seems to be G.722; name it .g722"),
        ("sln", "sln16", "if it is of another rate, name it .sl"),
        ("sln16", "sln", "if it is of another rate, name it .sln16, or deliver a WAV"),
        ("sln48", "sln16", "if it is of another rate, name it .sln"),
    ],
)
def test_it_says_what_the_file_seems_to_be(studio: Studio, tmp_path: Path, true: str, named: str, advice: str) -> None:
    """What the sound is like in another reading is said, and how to name it."""
    file = tmp_path / f"x.{named}"
    file.write_bytes(written(sample(studio, SENTENCES[0], -26, 40, 0.3), true))
    assert advice in believing.doubt(studio, SENTENCES[0], file)


def swapped(voice: Callable[[int], Samples]) -> bytes:
    """16 bits, the higher byte first."""
    return (voice(8000) * 32768).astype(">i2").tobytes()


def floating(voice: Callable[[int], Samples]) -> bytes:
    """Floating point."""
    return voice(8000).astype("<f4").tobytes()


def eight(voice: Callable[[int], Samples]) -> bytes:
    """8 bits without a law."""
    return (voice(8000) * 127 + 128).astype(np.uint8).tobytes()


def encrypted(voice: Callable[[int], Samples]) -> bytes:
    """Bytes of which each is as likely as the others."""
    return np.random.default_rng(3).bytes(len(voice(8000)))


def compressed(voice: Callable[[int], Samples]) -> bytes:
    """Something packed, whose mark was cut off."""
    return bz2.compress((voice(48000) * 32768).astype("<i2").tobytes())[20:]


def tone(voice: Callable[[int], Samples]) -> bytes:
    """A tone that never pauses."""
    return bytes(range(0, 256, 8)) * (len(voice(8000)) // 32)


def constant(voice: Callable[[int], Samples]) -> bytes:
    """One and the same byte."""
    return b"\x12" * len(voice(8000))


def nothing(_: Callable[[int], Samples]) -> bytes:
    """Nothing at all."""
    return b""


@pytest.mark.parametrize("named", sorted(RATES))
@pytest.mark.parametrize("kind", [swapped, floating, eight, encrypted, compressed, tone, constant, nothing])
def test_what_is_no_speech_is_doubted(
    studio: Studio, tmp_path: Path, kind: Callable[[Callable[[int], Samples]], bytes], named: str
) -> None:
    """Bytes of another meaning, or of none, are doubted under every ending that has no header."""
    for wanted in SENTENCES[:3]:
        file = tmp_path / f"x.{named}"
        file.write_bytes(kind(sample(studio, wanted, -20, None, 0.3)))
        assert believing.doubt(studio, wanted, file), wanted


def test_build_check_and_import_refuse_it_and_change_nothing(studio: Studio, espeak: str, tmp_path: Path) -> None:
    """The three ways in name the file, what it seems to be and what to do; what was built before stays."""
    file = write_site(tmp_path)
    lines = [
        f"command = {json.dumps(espeak)}" if one.startswith("command =") else one
        for one in file.read_text().split("\n")
    ]
    file.write_text("\n".join(lines))
    site = sites.load(file)
    building.build(site)
    before = (site.asterisk.state / "plan.json").read_bytes()
    voice = sample(studio, SENTENCES[0], -26, None, 0.3)
    for folder in (tmp_path / "prompts/en", tmp_path / "studio/en"):
        folder.mkdir(parents=True)
        (folder / "disclosure-PH.alaw").write_bytes(written(voice, "ulaw"))
    with pytest.raises(
        PromptError, match=r"en/disclosure-PH\.alaw is no speech when it is read as A-law.*µ-law; name it"
    ):
        building.build(site)
    assert (site.asterisk.state / "plan.json").read_bytes() == before
    for words in (["prompts", "check"], ["prompts", "import", str(tmp_path / "studio"), "--dry-run"]):
        done = CliRunner().invoke(cli.main, ["--config", str(file), *words])
        assert done.exit_code == 1
        said = " ".join(done.output.split())
        assert "disclosure-PH.alaw" in said
        assert "it seems to be µ-law; name it .ulaw" in said
    (tmp_path / "prompts/en/disclosure-PH.alaw").rename(tmp_path / "prompts/en/disclosure-PH.ulaw")
    building.build(site)


@pytest.mark.parametrize("name", ["x.ulaw", "x.sln16", "x.g729", "x.wav", "x.bin"])
@pytest.mark.parametrize(
    "found", [b"Dear Sir,\nthe recordings follow.\n" * 99, b"<html>404</html>", b"PK\x03\x04" * 999, b"\x91\xfe" * 99]
)
def test_what_cannot_be_read_is_doubted_before_it_is_built(
    studio: Studio, tmp_path: Path, name: str, found: bytes
) -> None:
    """Text, archives, formats that nothing here reads: `check` says so as `build` does."""
    (tmp_path / name).write_bytes(found)
    said = believing.doubt(studio, SENTENCES[0], tmp_path / name)
    assert re.match("is no sound file|is of a format that cannot be read here|is no speech|is silent", said)
