"""One prompt, as text and as sound, for whoever asks: `onshore prompts say`."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
import wave
from typing import TYPE_CHECKING

from onshore.errors import PromptError
from onshore.output import STDOUT, beside
from onshore.speech import catalogue, sound
from onshore.speech.studio import Wanted, sounds_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from onshore.speech.studio import Source

ENDINGS = ("wav", *sound.FORMATS)
# Programs that play a WAV file and end with it, and what Debian's packages of them are called.
PLAYERS = {
    "aplay": ("aplay", "-q"),
    "paplay": ("paplay",),
    "pw-play": ("pw-play",),
    "play": ("play", "-q"),
    "ffplay": ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
    "afplay": ("afplay",),
}


def wanted(name: str, language: str, given: Mapping[str, str]) -> Wanted:
    """Return the prompt that some options ask for; PromptError says which options it takes.

    `given` has values by parameter, "" for those that were not given.
    """
    sentence = catalogue.sentence(name)
    known = [parameter.name for parameter in sentence.parameters]
    takes = ", ".join(f"[--{p.name}]" if p.optional else f"--{p.name}" for p in sentence.parameters) or "no options"
    for option, value in given.items():
        if value and option not in known:
            raise PromptError(f"prompt {name} has no --{option}: it takes {takes}")
    for parameter in sentence.parameters:
        if not parameter.optional and not given.get(parameter.name):
            raise PromptError(f"prompt {name} wants --{parameter.name}: it takes {takes}")
    values = [
        given.get(parameter, "").upper() if "other" in parameter or parameter == "country" else given.get(parameter, "")
        for parameter in known
    ]
    while values and not values[-1]:
        values.pop()
    catalogue.values(name, values)
    return Wanted(language, name, tuple(values))


def ending(output: Path) -> str:
    """Return the format that a file's name asks for; PromptError when there is none such."""
    found = "wav" if output == STDOUT else output.suffix[1:].lower()
    if found not in ENDINGS:
        raise PromptError(f"{output}: which format? Let it end in .{', .'.join(ENDINGS[:-1])} or .{ENDINGS[-1]}")
    return found


def sounds(source: Source) -> dict[str, bytes]:
    """Return a prompt's sound in every format that there is an ending for; PromptError when there is no sound."""
    made = sounds_of(source)
    wav = io.BytesIO()
    with wave.open(wav, "wb") as file:
        file.setparams((1, 2, sound.FORMATS["sln16"].rate, 0, "NONE", ""))
        file.writeframes(made["sln16"])
    return {"wav": wav.getvalue(), **made}


def write(output: Path, content: bytes) -> None:
    """Write a file, whole or not at all; OnshoreError when it cannot be written."""
    with beside(output, 0o644) as new:
        new.write_bytes(content)


def play(wav: bytes) -> None:
    """Play a WAV file with whatever this machine has for it; PromptError when it has nothing, or that fails."""
    command = next((words for name, words in PLAYERS.items() if shutil.which(name)), None)
    if not command:
        raise PromptError(
            f"nothing here plays sound: {', '.join(PLAYERS)} are not there. Install one (Debian: `apt install "
            "alsa-utils`), or write a file with --output and play it elsewhere"
        )
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        file.write(wav)
        file.flush()
        done = subprocess.run([*command, file.name], stderr=subprocess.PIPE, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise PromptError(
            f"{command[0]} could not play it ({said[-1] if said else f'exit code {done.returncode}'}); write a file "
            "with --output and play it elsewhere"
        )
