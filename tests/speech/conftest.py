"""What the tests of speech share: a speech command that is quick,."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

# Writes a WAV file of buzz, as long as the text; appends a line to the log for each sentence.
_FAKE = """
import array, io, math, pathlib, sys, wave
log, voice, text, output = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4]
text = text or sys.stdin.buffer.read().decode()
with open(log, "a") as file:
    file.write(voice + " " + text + "\\n")
length = 22050 * (10 + len(text)) // 40
sound = array.array("h", (int(9000 * math.sin(n * 0.09) * (1 + math.sin(n / 900)) / 2) for n in range(length)))
made = io.BytesIO()
with wave.open(made, "wb") as wav:
    wav.setparams((1, 2, 22050, 0, "NONE", ""))
    wav.writeframes(b"\\0" * 22050 + sound.tobytes() + b"\\0" * 22050)
(pathlib.Path(output).write_bytes if output else sys.stdout.buffer.write)(made.getvalue())
"""


@pytest.fixture
def spoken(tmp_path: Path) -> Path:
    """Where the fake speech command logs what it speaks: "VOICE TEXT" a line."""
    return tmp_path / "spoken"


@pytest.fixture
def speech(tmp_path: Path, spoken: Path) -> str:
    """A fake speech command, with the text on its input and the WAV on its output."""
    script = tmp_path / "speak.py"
    script.write_text(_FAKE)
    return f"{shlex.join([sys.executable, '-IS', str(script), str(spoken)])} {{voice}} '' ''"
