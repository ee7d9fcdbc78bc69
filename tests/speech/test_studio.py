"""Only what the site can say is made, only once, and whole sentences at a time."""

from __future__ import annotations

import re
import shlex
import sys
from typing import TYPE_CHECKING

import pytest

from onshore.errors import BuildError, PromptError
from onshore.speech import catalogue, recordings, sound
from onshore.speech.studio import Studio, Wanted

if TYPE_CHECKING:
    from pathlib import Path

DISCLOSURE = Wanted("en", "disclosure", ("PH",))
OFFER = Wanted("fr", "offer", ("US", "1", ""))
BYE = Wanted("es", "goodbye")


def record(site_folder: Path, name: str, language: str = "en") -> Path:
    """Put a recording into the admin's folder: a second of buzz."""
    file = site_folder / "prompts" / language / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(bytes(range(0, 256, 8)) * 250)
    return file


def test_prompts_are_made_in_every_format_under_their_names(tmp_path: Path, speech: str, spoken: Path) -> None:
    """Each prompt is spoken once, as one sentence, and lies in staging in four formats under its id."""
    steps: list[tuple[int, int, str]] = []
    made = Studio(command=speech).make(
        [DISCLOSURE, OFFER, DISCLOSURE],
        tmp_path / "sounds",
        tmp_path / "new",
        lambda done, total, label: steps.append((done, total, label)),
    )
    assert [re.sub("-[0-9a-f]{6}$", "", prompt.id) for prompt in made] == [
        "disclosure-PH",
        "offer-US-1",
        "disclosure-PH",
    ]
    assert made[1].text == "Pour parler à un conseiller situé aux États-Unis, tapez 1. Sinon, restez en ligne."
    files = sorted(str(file.relative_to(tmp_path / "new")) for file in (tmp_path / "new").rglob("*.*"))
    assert files == sorted(
        f"{prompt.language}/onshore/{prompt.id}.{suffix}" for prompt in made[:2] for suffix in sound.FORMATS
    )
    for prompt in made:
        measure = sound.measure(tmp_path / "new" / prompt.language / "onshore" / f"{prompt.id}.ulaw")
        assert prompt.milliseconds == pytest.approx(measure.seconds * 1000, abs=1)
    assert sorted(spoken.read_text().splitlines()) == [f"en-us {made[0].text}", f"fr-fr {made[1].text}"]
    assert [step[:2] for step in steps] == [(1, 2), (2, 2)]
    assert {step[2] for step in steps} == {"en disclosure-PH", "fr offer-US-1"}
    assert not (tmp_path / "sounds").exists()


def test_what_is_there_is_not_made_again(tmp_path: Path, speech: str, spoken: Path) -> None:
    """Prompts that are there are not spoken again, unless the text or the voice changed, or a file is gone."""
    first = Studio(command=speech).make([DISCLOSURE, BYE], tmp_path / "none", tmp_path / "sounds")
    spoken.unlink()
    again = Studio(command=speech).make([DISCLOSURE, BYE], tmp_path / "sounds", tmp_path / "new")
    assert again == first
    assert not spoken.exists()
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts/en.toml").write_text('disclosure = "An agent {{ place }}."')
    changed = Studio(tmp_path, command=speech).make([DISCLOSURE, BYE], tmp_path / "sounds", tmp_path / "new")
    assert spoken.read_text() == "en-us An agent in the Philippines.\n"
    assert changed[0].id != first[0].id
    assert changed[1] == first[1]
    (tmp_path / "sounds/es/onshore" / f"{first[1].id}.g722").unlink()
    Studio(command=speech).make([BYE], tmp_path / "sounds", tmp_path / "new")
    assert "es-419" in spoken.read_text()
    other_voice = Studio(command=speech, commands={"es": speech + " other"}).source(BYE)
    assert other_voice.id != first[1].id


def test_what_the_voice_reads_wrong_is_respelled_for_it_alone(tmp_path: Path, speech: str, spoken: Path) -> None:
    """A respelling goes to the voice, and not into the text that is kept."""
    made = Studio(command=speech).make([Wanted("es", "agent-disclosure", ("HK",))], tmp_path / "a", tmp_path / "b")
    assert made[0].text == "Su agente se encuentra en Hong Kong."
    assert spoken.read_text() == "es-419 Su agente se encuentra en Jong Kong.\n"


def test_a_key_that_no_file_name_can_hold_is_spelled(tmp_path: Path, speech: str) -> None:
    """Star and pound are words in file names."""
    made = Studio(command=speech).make([Wanted("en", "offer", ("US", "*", "#"))], tmp_path / "a", tmp_path / "b")
    assert made[0].id.startswith("offer-US-star-pound-")


def test_a_recording_replaces_a_prompt(tmp_path: Path, spoken: Path) -> None:
    """An admin's recording is played in place of the voice, which need not be there then; a new one gets a new id."""
    file = record(tmp_path, "disclosure-PH.ulaw")
    record(tmp_path, "goodbye.ulaw", "es")
    for name in ("disclosure-PH.txt", ".disclosure-PH.wav", "disclosure-PH.TOML"):
        (file.parent / name).write_text("Notes.")
    studio = Studio(tmp_path, command="/no/such/command")
    made = studio.make([DISCLOSURE, BYE], tmp_path / "none", tmp_path / "new")
    assert made[0].text == "Your call will be answered by an agent in the Philippines."
    assert 900 < made[0].milliseconds < 1150
    assert not spoken.exists()
    file.write_bytes(file.read_bytes()[:7000])
    assert Studio(tmp_path).source(DISCLOSURE).id != made[0].id


def test_a_recording_for_french_is_played_to_canadians(tmp_path: Path) -> None:
    """A language with a region takes the recordings of its base, and its own before them."""
    base = record(tmp_path, "goodbye.ulaw", "fr")
    studio = Studio(tmp_path)
    assert studio.source(Wanted("fr_CA", "goodbye")).recording == base
    own = record(tmp_path, "goodbye.alaw", "fr_CA")
    assert Studio(tmp_path).source(Wanted("fr_CA", "goodbye")).recording == own


def test_two_recordings_of_one_prompt_are_an_error(tmp_path: Path) -> None:
    """Which of two recordings to play is the admin's to say."""
    record(tmp_path, "disclosure-PH.ulaw")
    record(tmp_path, "disclosure-PH.wav")
    with pytest.raises(PromptError, match=r"disclosure-PH\.ulaw and disclosure-PH\.wav are two recordings"):
        Studio(tmp_path).source(DISCLOSURE)


def test_a_recording_that_is_no_sound_is_named(tmp_path: Path) -> None:
    """A broken recording is named with its file."""
    file = record(tmp_path, "disclosure-PH.mp3")
    file.write_bytes(b"nothing")
    with pytest.raises(PromptError, match=r"prompts/en/disclosure-PH\.mp3 is no sound file"):
        Studio(tmp_path).make([DISCLOSURE], tmp_path / "none", tmp_path / "new")


def test_recordings_that_are_never_played_are_named(tmp_path: Path) -> None:
    """A recording whose name is no prompt's is reported, with the nearest name."""
    for name in ("disclosre-PH.wav", "disclosure.wav", "offer-US-star.wav", "offer-right-US-1-2.mp3", "waiting.wav"):
        record(tmp_path, name)
    messages = recordings.strays(tmp_path, ["en", "fr"])
    assert len(messages) == 2
    assert (
        "disclosre-PH.wav is never played: there is no prompt 'disclosre-PH'; did you mean 'disclosure'?" in messages[0]
    )
    assert "disclosure.wav is never played: prompt disclosure: country is missing" in messages[1]


def test_a_failure_ends_the_rest(tmp_path: Path, speech: str, spoken: Path) -> None:
    """After one prompt has failed, those that wait are not begun."""
    bad = shlex.join([sys.executable, "-ISc", "raise SystemExit('no such voice')"])
    wanted = [
        Wanted("fr", "goodbye"),
        *(Wanted("en", "disclosure", (code,)) for code in ("PH", "IN", "MX", "PL", "RO")),
    ]
    with pytest.raises(PromptError, match=r"prompt goodbye: .*no such voice"):
        Studio(command=speech, commands={"fr": bad}).make(wanted, tmp_path / "none", tmp_path / "new", workers=1)
    assert not spoken.exists() or len(spoken.read_text().splitlines()) < 3


def test_a_command_that_gives_no_sound_is_named(tmp_path: Path) -> None:
    """What a command prints must be speech: letters and silence are refused, with the command and the prompt."""
    for printed, message in (("print('Hello')", "is no sound file"), ("print(end='RIFF')", "is no sound file")):
        command = shlex.join([sys.executable, "-ISc", printed])
        with pytest.raises(PromptError) as raised:
            Studio(command=command).make([DISCLOSURE], tmp_path / "none", tmp_path / "new")
        assert f"language en, prompt disclosure-PH: the speech command `{command}` gave no sound" in str(raised.value)
        assert message in str(raised.value)


def test_a_disk_that_takes_no_more_is_an_error_that_says_so(tmp_path: Path, speech: str) -> None:
    """When files cannot be written, the error names where."""
    (tmp_path / "new").write_text("in the way")
    with pytest.raises(BuildError, match=r"new/en.* cannot be written: Not a directory"):
        Studio(command=speech).make([DISCLOSURE], tmp_path / "none", tmp_path / "new")


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_spoken_prompts_are_short_and_of_one_loudness(tmp_path: Path, espeak: str, language: str) -> None:
    """Spoken by espeak-ng, every prompt is as long, as loud and as tightly cut as it may be, also for long names."""
    wanted = [
        Wanted(
            language,
            sentence.name,
            tuple({"country": code, "key": "1", "minutes": "15"}[p.kind] for p in sentence.parameters),
        )
        for sentence in catalogue.CATALOGUE.values()
        for code in (["US", "CD"] if any(p.kind == "country" for p in sentence.parameters) else ["US"])
    ]
    made = Studio(company="Acme Bank", command=espeak).make(wanted, tmp_path / "none", tmp_path / "new")
    for one, prompt in zip(wanted, made, strict=True):
        assert prompt.milliseconds < 1000 * (catalogue.CATALOGUE[one.name].limit or 15), prompt
        for suffix in sound.FORMATS:
            measure = sound.measure(tmp_path / "new" / language / "onshore" / f"{prompt.id}.{suffix}")
            assert measure.rms_dbfs == pytest.approx(-20, abs=0.5), prompt
            assert measure.peak_dbfs < -0.5, prompt
            assert max(measure.silence_start_ms, measure.silence_end_ms) <= 100, prompt
            assert min(measure.silence_start_ms, measure.silence_end_ms) >= 30, prompt
