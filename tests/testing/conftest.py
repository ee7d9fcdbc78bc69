"""Test speech: sentences spoken by espeak-ng, as sound files of a site."""

from __future__ import annotations

import io
import subprocess
import wave
from typing import TYPE_CHECKING

import numpy as np
import pytest

from onshore.testing.heard import load_sounds

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from onshore.testing.match import Sound
    from onshore.testing.unpack import Unpacked

SENTENCES = {
    "disclosure-FR": "Your call is answered in France.",
    "disclosure-ES": "Your call is answered in Spain.",
    "disclosure-PH": "Your call is answered in the Philippines.",
    "offer-1": "To speak with an agent in the United States, press 1.",
    "offer-2": "To speak with an agent in the United States, press 2.",
    "invalid": "This key is not in use.",
    "welcome": "Welcome to Acme Bank.",
}


def companded(samples: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return samples as µ-law, by the formula of ITU-T G.711's segments."""
    magnitude = np.minimum(np.abs(samples) * 32768, 32635).astype(np.int32) + 132
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    sign = np.where(samples < 0, 0x80, 0)
    law: NDArray[np.uint8] = (~(sign | (exponent << 4) | mantissa)).astype(np.uint8)
    return law


def _spoken(espeak: Path, text: str) -> NDArray[np.float32]:
    said = subprocess.run([espeak, "-v", "en", "--stdout", text], capture_output=True, check=True).stdout
    with wave.open(io.BytesIO(said)) as opened:
        rate = opened.getframerate()
        data = opened.readframes(len(said) // 2)  # the header knows no length yet
    samples = np.frombuffer(data, "<i2").astype(np.float32)
    moments = np.arange(len(samples) * 8000 // rate) * rate / 8000
    at_8000 = np.interp(moments, np.arange(len(samples)), samples)
    level: NDArray[np.float32] = (at_8000 / np.sqrt(np.mean(at_8000**2)) * 0.1).astype(np.float32)  # -20 dBFS
    return level


@pytest.fixture(scope="session")
def sounds_folder(asterisk_22: Unpacked, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sentences, as LANG/onshore/ID.ulaw."""
    folder = tmp_path_factory.mktemp("sounds")
    (folder / "en/onshore").mkdir(parents=True)
    for name, text in SENTENCES.items():
        (folder / f"en/onshore/{name}.ulaw").write_bytes(companded(_spoken(asterisk_22.espeak, text)).tobytes())
    return folder


@pytest.fixture(scope="session")
def sounds(sounds_folder: Path) -> dict[str, Sound]:
    """The sentences, by id."""
    return {sound.name: sound for sound in load_sounds(sounds_folder)}
