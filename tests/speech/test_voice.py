"""Any command line can speak, and one that does not is named with what to do."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

import pytest

from onshore.errors import PromptError
from onshore.speech import sound
from onshore.speech.voice import Voice

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = {"name": "en-us", "rate": "155", "locale": "en-US"}


def python(code: str) -> str:
    """Return a command line that runs some Python."""
    return shlex.join([sys.executable, "-ISc", code])


def test_text_goes_in_and_sound_comes_out(speech: str, spoken: Path) -> None:
    """By default the text goes to the command's input, and the WAV comes from its output."""
    wav = Voice("en", speech, SETTINGS).speak("goodbye", "Good “bye”, $HOME; `x`")
    assert sound.decode(wav)[1] == 22050
    assert spoken.read_text() == "en-us Good “bye”, $HOME; `x`\n"


def test_text_and_output_can_be_arguments(speech: str, spoken: Path) -> None:
    """With {text} and {output} the command gets both as arguments, whole, and no shell sees them."""
    command = speech.replace("{voice} '' ''", "{language}/{rate} {text} {output}")
    wav = Voice("en", command, SETTINGS).speak("goodbye", 'It\'s {voice}; "so" $(x)')
    assert sound.decode(wav)[1] == 22050
    assert spoken.read_text() == 'en-US/155 It\'s {voice}; "so" $(x)\n'


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("/no/such/command --stdout", "/no/such/command is not there; give another under [speech] in onshore.toml"),
        ("no-espeak-here", "install it (Debian: `apt install espeak-ng`)"),
        ("/", "/ cannot be run"),
        (python("import sys; sys.exit('first\\nno voice xy\\n')"), "failed (exit code 1): no voice xy"),
        (python("import sys; sys.exit(3)"), "failed (exit code 3): and said nothing"),
        (python("import os; os.kill(os.getpid(), 9)"), "ended by signal 9"),
        (python("pass"), "printed nothing"),
        (python("pass") + " {output}", "wrote nothing to {output}"),
    ],
)
def test_a_command_that_fails_is_named(command: str, message: str) -> None:
    """The error names language, prompt and command, what happened, and what to do."""
    with pytest.raises(PromptError) as raised:
        Voice("en", command, SETTINGS).speak("offer-US-1", "Hello.")
    assert f"language en, prompt offer-US-1: the speech command `{command}`" in str(raised.value)
    assert message in str(raised.value)


def test_a_command_that_never_ends_is_stopped() -> None:
    """A command that takes too long is ended, and named."""
    with pytest.raises(PromptError, match=r"did not end within 0\.2 seconds"):
        Voice("en", python("input(); import signal; signal.pause()"), SETTINGS, timeout=0.2).speak("goodbye", "x\n")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("say {voise}", "{voise} is no placeholder; did you mean 'voice'?"),
        ("say {rate}", "{rate}: set rate under [voice] in prompts/en.toml"),
        ("say 'x", "cannot be read: No closing quotation"),
        (" ", "is empty"),
    ],
)
def test_a_mistake_in_the_command_is_found_before_anything_is_spoken(command: str, message: str) -> None:
    """Unknown placeholders, settings that are not there and open quotes are errors from the start."""
    with pytest.raises(PromptError) as raised:
        Voice("en", command, {"name": "en-us"})
    assert message in str(raised.value)
