"""How long sentences take, by language: what is far from it is another sentence, or no speech of this language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onshore.errors import PromptError
from onshore.speech import sound
from onshore.speech.wording import Wording, chain

if TYPE_CHECKING:
    from onshore.speech.studio import Source, Studio, Wanted

# Letters a second, as espeak-ng 1.52 speaks all prompts at the `rate` of prompts/LANG.toml: the middle of each
# language. With `size` and `BEGINNING`, each of 1,000 sentences took between 0.75 and 1.25 of what this says.
LETTERS = {
    "ar": 11.4, "bg": 18.2, "bn": 15.0, "cs": 15.7, "da": 17.5, "de": 18.9, "el": 17.5, "en": 17.5, "es": 15.8,
    "et": 16.0, "fa": 13.6, "fi": 18.0, "fr": 18.9, "ga": 17.9, "gu": 15.3, "hi": 15.0, "hr": 18.1, "ht": 12.5,
    "hu": 17.0, "it": 17.2, "ko": 15.8, "lt": 16.1, "lv": 17.2, "mt": 13.1, "nl": 16.8, "pa": 14.8, "pl": 16.7,
    "pt": 16.2, "ro": 14.7, "ru": 18.8, "sk": 15.4, "sl": 16.5, "sv": 15.4, "te": 15.4, "tr": 17.3, "uk": 17.1,
    "ur": 14.2, "vi": 18.8, "yue": 17.1, "zh": 16.4,
}  # fmt: skip
USUAL = 16.0  # of other languages
BEGINNING = 0.2  # seconds that a sentence takes besides
# Times that, of a voice that reads all of it, and reads this language: others than ours are faster, or slower.
SLOW, FAST = 1.65, 0.6


def size(text: str) -> int:
    """Return how many letters a text is to a voice: a Chinese sign takes as long as three, a digit as four."""
    signs = sum("\u2e80" <= one < "\uac00" or "\uf900" <= one <= "\ufaff" for one in text)
    syllables = sum("\uac00" <= one <= "\ud7a3" for one in text)
    digits = sum(one.isdigit() for one in text)
    return len(text) + 2 * signs + syllables + 3 * digits


def seconds(language: str, text: str) -> float:
    """Return how long a sentence takes at the pace of our own voices."""
    return BEGINNING + size(text) / next((LETTERS[one] for one in chain(language) if one in LETTERS), USUAL)


def of_voice(source: Source) -> float:
    """Return how long a voice should take for a prompt: at our pace, and at the site's own `rate` where it counts."""
    assert source.voice
    usual = seconds(source.language, source.text)
    if "{rate}" not in source.voice.command:
        return usual
    try:
        ours, theirs = Wording(source.language).voice["rate"], source.voice.settings["rate"]
        return usual * float(ours) / float(theirs)
    except (PromptError, KeyError, ValueError, ZeroDivisionError):  # not a language of ours, or not words a minute
        return usual


def usual(making: Studio, wanted: Wanted) -> float:
    """Return how many seconds a sentence takes: by the site's voice if that is believable, else by its letters."""
    expected = seconds(wanted.language, making.wording(wanted.language).text(wanted.name, *wanted.parameters))
    try:
        spoken = sound.milliseconds(len(sound.prepare(making.spoken(wanted))["ulaw"])) / 1000
    except (PromptError, sound.SoundError):
        return expected
    return spoken if FAST < spoken / expected < SLOW else expected
