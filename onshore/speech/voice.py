"""Text to speech by a command line: espeak-ng unless the site gives another."""

from __future__ import annotations

import hashlib
import re
import shlex
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from onshore.errors import PromptError
from onshore.speech.catalogue import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

ESPEAK = "espeak-ng -b 1 -v {voice} -s {rate} --stdin --stdout"

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_SETTINGS = {"voice": "name", "rate": "rate", "language": "locale"}  # placeholder → key of [voice]
_KNOWN = (*_SETTINGS, "text", "output")


@cache
def _version(program: str) -> str:
    found = shutil.which(program)
    if not found:
        return ""
    try:
        if "espeak" in program:
            done = subprocess.run([found, "--version"], capture_output=True, timeout=10, check=False)
            said = done.stdout.decode(errors="replace").partition(" Data at")[0].strip()
            if said and not done.returncode:
                return " ".join(said.split())
        return f"{Path(found).name}, sha256 {hashlib.sha256(Path(found).read_bytes()).hexdigest()[:12]}"
    except (OSError, subprocess.TimeoutExpired):
        return ""


@dataclass(frozen=True, slots=True)
class Voice:
    """A command line that speaks one language.

    Its placeholders: `{voice}`, `{rate}` and `{language}`, from the language's `[voice]`; `{text}`, else the text goes
    to the command's input; `{output}`, a WAV file for it to write, else the WAV is taken from its output. No shell sees
    any of it.
    """

    language: str
    command: str
    settings: Mapping[str, str]
    timeout: float = 60.0  # seconds a sentence may take

    def __post_init__(self) -> None:
        """Find mistakes in the command before anything is spoken: PromptError."""
        parts = self._parts()
        for placeholder in _PLACEHOLDER.findall(" ".join(parts)):
            if placeholder not in _KNOWN:
                raise self._error("", f"{{{placeholder}}} is no placeholder{nearest(placeholder, _KNOWN)}")
            setting = _SETTINGS.get(placeholder)
            if setting == "name" and setting not in self.settings and self.command == ESPEAK:
                raise PromptError(
                    f"language {self.language}: espeak-ng has no voice that can be understood; give another speech "
                    f'command in onshore.toml, `[speech] languages.{self.language} = "…"`, or put recordings of '
                    f"the prompts into prompts/{self.language}/ beside it"
                )
            if setting and setting not in self.settings:
                raise self._error("", f"{{{placeholder}}}: set {setting} under [voice] in prompts/{self.language}.toml")

    def identity(self) -> list[str]:
        """Return what tells this voice's sound from another's: for the hash in a prompt's id."""
        return [self._filled(part, {}) for part in self._parts()]

    def version(self) -> str:
        """Return which version of the program speaks: as espeak-ng says, else the SHA-256 of its file; "" unknown."""
        return _version(self._parts()[0])

    def speak(self, prompt: str, text: str) -> bytes:
        """Return a text, spoken, as a WAV file's bytes; PromptError when the command fails or gives none."""
        with tempfile.TemporaryDirectory(prefix="onshore-") as folder:
            output = Path(folder, "speech.wav")
            words = [self._filled(part, {"text": text, "output": str(output)}) for part in self._parts()]
            printed = self._run(prompt, words, "" if "{text}" in self.command else text)
            if "{output}" not in self.command:
                wav, what = printed, "printed nothing"
            else:
                wav, what = output.read_bytes() if output.is_file() else b"", "wrote nothing to {output}"
        if not wav:
            raise self._error(prompt, f"{what}: it must give a WAV file; try it with a sentence in a terminal")
        return wav

    def no_sound(self, prompt: str, problem: str) -> PromptError:
        """Return the error for when what it gave turned out to be no speech."""
        return self._error(prompt, f"gave no sound that can be used ({problem}); try it with a sentence in a terminal")

    def _run(self, prompt: str, words: list[str], spoken: str) -> bytes:
        try:
            done = subprocess.run(words, input=spoken.encode(), capture_output=True, timeout=self.timeout, check=False)
        except FileNotFoundError:
            hint = (
                "install it (Debian: `apt install espeak-ng`), or give another"
                if "espeak" in words[0]
                else "give another"
            )
            raise self._error(prompt, f"{words[0]} is not there; {hint} under [speech] in onshore.toml") from None
        except OSError as error:
            raise self._error(prompt, f"{words[0]} cannot be run: {error.strerror}") from None
        except subprocess.TimeoutExpired:
            raise self._error(prompt, f"did not end within {self.timeout:g} seconds") from None
        if done.returncode:
            lines = done.stderr.decode(errors="replace").split("\n")
            said = next((line.strip() for line in reversed(lines) if line.strip()), "and said nothing")
            how = f"exit code {done.returncode}" if done.returncode > 0 else f"ended by signal {-done.returncode}"
            raise self._error(prompt, f"failed ({how}): {said[:300]}")
        return done.stdout

    def _parts(self) -> list[str]:
        try:
            parts = shlex.split(self.command)
        except ValueError as error:
            raise self._error("", f"cannot be read: {error}; write it as in a terminal") from None
        if not parts:
            raise self._error("", "is empty")
        return parts

    def _filled(self, part: str, values: Mapping[str, str]) -> str:
        settings = {name: self.settings[key] for name, key in _SETTINGS.items() if key in self.settings}
        return _PLACEHOLDER.sub(lambda found: {**settings, **values}.get(found[1], found[0]), part)

    def _error(self, prompt: str, problem: str) -> PromptError:
        which = f", prompt {prompt}" if prompt else ""
        return PromptError(f"language {self.language}{which}: the speech command `{self.command}` {problem}")
