"""What a recording holds, told from recordings that are put together here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from onshore.testing.heard import Segment, as_text, segments, silence_of
from onshore.testing.match import Sound, find

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

pytestmark = [pytest.mark.pbx, pytest.mark.beside]  # the sentences are spoken by the unpacked espeak-ng

TONES = {"manila": 523, "milwaukee": 823}


def silent(seconds: float) -> Samples:
    """Silence."""
    return np.zeros(round(seconds * 8000), np.float32)


def tone(*frequencies: int, seconds: float) -> Samples:
    """Tones together."""
    moments = np.arange(round(seconds * 8000)) / 8000
    waves: Samples = np.sum([0.1 * np.sin(2 * np.pi * hz * moments) for hz in frequencies], axis=0, dtype=np.float32)
    return waves


def told(*parts: Samples, sounds: Mapping[str, Sound]) -> tuple[Segment, ...]:
    """Return what is heard in parts, one after the other."""
    return segments(np.concatenate(parts), sounds.values(), TONES)


def prompts(found: tuple[Segment, ...]) -> list[tuple[str, bool]]:
    """Return which prompts were heard, and whether to the end."""
    return [(segment.name, segment.full) for segment in found if segment.kind == "prompt"]


def test_timeline_names_all_that_was_heard(sounds: dict[str, Sound]) -> None:
    """Prompts, silence, other sound and the agent's tone come out in order, within a frame or two of when they were."""
    disclosure, offer = sounds["disclosure-PH"].samples, sounds["offer-1"].samples
    found = told(
        silent(0.3), disclosure, silent(0.4), offer, tone(440, 480, seconds=1), tone(823, seconds=2), sounds=sounds
    )
    assert [(segment.kind, segment.name) for segment in found] == [
        ("silence", ""),
        ("prompt", "disclosure-PH"),
        ("silence", ""),
        ("prompt", "offer-1"),
        ("other", ""),
        ("tone", "milwaukee"),
    ]
    assert found[1].start == pytest.approx(0.3, abs=0.03)
    assert found[1].seconds == pytest.approx(len(disclosure) / 8000, abs=0.05)
    assert found[5].seconds == pytest.approx(2, abs=0.05)
    assert found[1].full
    assert found[3].full
    assert found[1].language == "en"


@pytest.mark.parametrize("name", ["disclosure-FR", "disclosure-ES", "disclosure-PH", "offer-1", "offer-2"])
def test_prompts_that_begin_alike_are_told_apart(name: str, sounds: dict[str, Sound]) -> None:
    """Of prompts that share their beginning, the one that was played is named, and no other."""
    found = told(silent(0.5), sounds[name].samples, silent(0.5), sounds=sounds)
    assert prompts(found) == [(name, True)]
    assert not next(segment for segment in found if segment.kind == "prompt").also


def test_prompt_cut_short_says_how_much_was_heard(sounds: dict[str, Sound]) -> None:
    """A prompt that a key ended is not full, and its length is what was heard of it."""
    found = told(silent(0.2), sounds["offer-1"].samples[:13_600], silent(1), sounds=sounds)
    (prompt,) = [segment for segment in found if segment.kind == "prompt"]
    assert not prompt.full
    assert prompt.seconds == pytest.approx(1.7, abs=0.1)
    assert prompt.also == ("en/offer-2",)


def test_prompt_cut_before_it_differs_names_the_others_too(sounds: dict[str, Sound]) -> None:
    """A prompt cut short in what it shares with others is reported with all that it may have been."""
    found = told(silent(0.2), sounds["disclosure-PH"].samples[:5_600], silent(1), sounds=sounds)
    (prompt,) = [segment for segment in found if segment.kind == "prompt"]
    assert {f"en/{prompt.name}", *prompt.also} == {"en/disclosure-FR", "en/disclosure-ES", "en/disclosure-PH"}


def test_prompt_that_another_begins_with_is_told_apart(sounds: dict[str, Sound]) -> None:
    """Of a prompt and a longer one that begins with it, the one that was played to its end is named."""
    short, silence = sounds["welcome"], silent(0.3)
    longer = Sound.of("welcome-longer", np.concatenate([short.samples, silence, sounds["invalid"].samples]))
    both = {"welcome": short, "welcome-longer": longer}
    assert prompts(told(silence, short.samples, silence, silence, sounds=both)) == [("welcome", True)]
    assert prompts(told(silence, longer.samples, silence, sounds=both)) == [("welcome-longer", True)]


def test_prompts_that_sound_the_same_are_all_named(sounds: dict[str, Sound]) -> None:
    """Two prompts with the same audio cannot be told apart, and the timeline says so."""
    both = {"one": Sound.of("one", sounds["welcome"].samples), "two": Sound.of("two", sounds["welcome"].samples)}
    (prompt,) = [segment for segment in told(silent(1), both["one"].samples, sounds=both) if segment.kind == "prompt"]
    assert {prompt.name, *(name.removeprefix("/") for name in prompt.also)} == {"one", "two"}


@pytest.mark.parametrize("gap", [0.02, 0.06, 0.3])
@pytest.mark.parametrize("at", [0.1, 0.7])
def test_slips_in_time_do_not_break_a_prompt(gap: float, at: float, sounds: dict[str, Sound]) -> None:
    """A packet that came late, or a machine that stalled, leaves one prompt, heard to its end."""
    samples, cut = sounds["disclosure-PH"].samples, round(at * 8000)
    found = told(silent(0.5), samples[:cut], silent(gap), samples[cut:], silent(0.5), sounds=sounds)
    assert prompts(found) == [("disclosure-PH", True)]


@pytest.mark.parametrize("at", [0.1, 0.7])
def test_a_lost_packet_does_not_break_a_prompt(at: float, sounds: dict[str, Sound]) -> None:
    """20 ms that are missing leave one prompt, heard to its end."""
    samples, cut = sounds["disclosure-PH"].samples, round(at * 8000)
    found = told(silent(0.5), samples[:cut], samples[cut + 160 :], silent(0.5), sounds=sounds)
    assert prompts(found) == [("disclosure-PH", True)]


@pytest.mark.parametrize("every", [0.16, 0.2, 0.3])
@pytest.mark.parametrize("name", ["disclosure-FR", "disclosure-ES", "disclosure-PH"])
def test_packets_lost_in_the_name_of_a_country_do_not_hide_it(
    name: str, every: float, sounds: dict[str, Sound]
) -> None:
    """A busy machine that loses a packet here and there, where prompts differ, does not turn one into another."""
    samples = sounds[name].samples
    begins, step = len(samples) - 6400, round(every * 8000)
    kept = [samples[:begins], *(samples[at + 160 : at + step] for at in range(begins, len(samples), step))]
    found = told(silent(0.5), *kept, silent(0.5), sounds=sounds)
    assert [name for name, _ in prompts(found)] == [name]


@pytest.mark.parametrize("at", [0.08, 0.2, 0.36])
def test_packets_lost_in_a_prompt_that_was_soon_cut_do_not_hide_it(at: float, sounds: dict[str, Sound]) -> None:
    """A prompt cut after 0.6 s is known though 40 ms of it are missing."""
    samples, cut = sounds["disclosure-PH"].samples[:4_800], round(at * 8000)
    found = told(silent(0.5), samples[:cut], samples[cut + 320 :], silent(0.5), sounds=sounds)
    assert [full for _, full in prompts(found)] == [False]
    (segment,) = [segment for segment in found if segment.kind == "prompt"]
    assert "en/disclosure-PH" in {f"en/{segment.name}", *segment.also}


def test_the_same_prompt_twice_is_heard_twice(sounds: dict[str, Sound]) -> None:
    """A prompt that is repeated, the first time cut short, is there twice."""
    samples = sounds["disclosure-PH"].samples
    found = told(samples[:12_000], silent(0.1), samples, silent(0.3), sounds=sounds)
    assert prompts(found) == [("disclosure-PH", False), ("disclosure-PH", True)]


def test_another_voice_or_level_is_not_the_prompt(sounds: dict[str, Sound]) -> None:
    """A prompt that is not among those looked for is other sound; a quieter one is the same prompt."""
    some = {name: sound for name, sound in sounds.items() if name != "welcome"}
    found = told(silent(0.2), sounds["welcome"].samples, sounds["invalid"].samples * 0.3, sounds=some)
    assert prompts(found) == [("invalid", True)]
    assert [segment.kind for segment in found] == ["silence", "other", "prompt"]


def test_an_sln16_file_is_found_in_a_telephone_recording(sounds: dict[str, Sound], tmp_path: Path) -> None:
    """A prompt known at 16 kHz is found in a recording at 8 kHz."""
    samples = sounds["disclosure-ES"].samples
    twice = np.interp(np.arange(len(samples) * 2) / 2, np.arange(len(samples)), samples)
    file = tmp_path / "disclosure-ES.sln16"
    (twice * 32767).astype("<i2").tofile(file)
    (span,) = find(np.concatenate([silent(0.2), samples, silent(0.2)]), [Sound.read(file, "x")])
    assert span.full


def test_the_longest_silence_is_measured(sounds: dict[str, Sound]) -> None:
    """The longest silence counts, at the beginning, between and at the end; faint noise is silence, speech is not."""
    noise = (np.random.default_rng(1).standard_normal(16_000) * 0.001).astype(np.float32)
    speech = sounds["offer-1"].samples
    assert silence_of(np.concatenate([silent(1), speech, noise, speech, silent(1)])) == pytest.approx(2, abs=0.06)
    assert silence_of(np.concatenate([speech, silent(3)])) == pytest.approx(3, abs=0.06)
    assert silence_of(speech) < 0.3


def test_a_timeline_reads_as_lines(sounds: dict[str, Sound]) -> None:
    """The printed timeline has a line for each segment, with the words where they are known."""
    found = told(silent(0.3), sounds["disclosure-PH"].samples, tone(523, seconds=1), sounds=sounds)
    lines = as_text(found, {"disclosure-PH": "Your call is answered in the Philippines."}).splitlines()
    assert len(lines) == 3
    assert 'hears disclosure-PH "Your call is answered in the Philippines."' in lines[1]
    assert lines[2].endswith("talks to manila")
