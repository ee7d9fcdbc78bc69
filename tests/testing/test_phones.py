"""Two real Asterisks: one is the PBX, the other plays the telephones and the agents. The recordings tell all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onshore.errors import AsteriskError
from onshore.testing.call import At, Call, HangUp, Press, Recording, UntilSilence, UntilSound, Wait
from onshore.testing.heard import as_text, load_sounds, longest_silence, timeline
from onshore.testing.phones import FROM_PHONES, Agent, Phones, queues
from onshore.testing.private_asterisk import PrivateAsterisk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from onshore.testing.heard import Segment
    from onshore.testing.match import Sound
    from onshore.testing.unpack import Unpacked

pytestmark = [pytest.mark.pbx, pytest.mark.beside]

AGENTS = (Agent("manila", 523, talks=2), Agent("milwaukee", 823, talks=None), Agent("nobody", 1013, answers=False))

SERVICES = """
[onshore]
exten => support,1,Answer()
 same => n,Wait(0.5)
 same => n,Read(KEY,onshore/disclosure-PH&onshore/offer-1,1,,1,1.5)
 same => n,Queue(${IF($["${KEY}" = "1"]?milwaukee:manila)},,,,20)
exten => language,1,Answer()
 same => n,Playback(onshore/${IF($["${CHANNEL(language)}" = "fr_CA"]?disclosure-FR:disclosure-ES)})
exten => caller,1,Answer()
 same => n,GotoIf($["${CALLERID(name)}/${CALLERID(num)}" = "A, B & C/5550123"]?known)
 same => n,Playback(onshore/invalid)
 same => n(known),Playback(onshore/welcome)
exten => quiet,1,Answer()
 same => n,Wait(2.2)
 same => n,Playback(onshore/welcome)
 same => n,Wait(30)
exten => ringing,1,Ringing()
 same => n,Wait(1)
 same => n,Answer()
 same => n,Playback(onshore/welcome)
exten => unreached,1,Answer()
 same => n,Queue(nobody,,,,2)
 same => n,Playback(onshore/invalid)
"""


@pytest.fixture(scope="module")
def phones(asterisk_22: Unpacked, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phones]:
    """The telephones and agents."""
    with Phones(asterisk_22, tmp_path_factory.mktemp("phones") / "phones", AGENTS) as phones:
        yield phones


@pytest.fixture(scope="module")
def pbx(
    asterisk: Unpacked, phones: Phones, sounds_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PrivateAsterisk]:
    """A PBX with a few services."""
    members = {"manila": ["manila"], "milwaukee": ["milwaukee"], "nobody": ["nobody"]}
    files = {"extensions.conf": FROM_PHONES + SERVICES, "queues.conf": queues(members)}
    pbx = PrivateAsterisk(asterisk, tmp_path_factory.mktemp("pbx") / "pbx", endpoints=phones.endpoints(), files=files)
    (pbx.sounds / "en/onshore").symlink_to(sounds_folder / "en/onshore")
    with pbx:
        yield pbx


@pytest.fixture(scope="module")
def known(sounds_folder: Path) -> tuple[Sound, ...]:
    """The prompts to look for."""
    return load_sounds(sounds_folder)


def heard(recording: Recording, known: tuple[Sound, ...]) -> list[tuple[str, str]]:
    """Return what a caller heard, leaving out silence."""
    found: tuple[Segment, ...] = timeline(recording, known, {agent.name: agent.hz for agent in AGENTS})
    assert recording.ended, as_text(found)
    return [(segment.kind, segment.name) for segment in found if segment.kind != "silence"]


def test_calls_side_by_side_reach_their_agents(phones: Phones, pbx: PrivateAsterisk, known: tuple[Sound, ...]) -> None:
    """Of many calls at once each hears its own prompts, its key counts, and the right agent answers."""
    pressing = Call("support", (At(1.5), Press("1"), UntilSound(), Wait(3), HangUp()))
    waiting = Call("support")
    recordings = phones.run([pressing, waiting] * 6, pbx.sip_port)
    for recording in recordings[::2]:
        found = timeline(recording, known, phones.tones)
        assert [(s.kind, s.name, s.full) for s in found if s.kind in {"prompt", "tone"}] == [
            ("prompt", "disclosure-PH", False),
            ("tone", "milwaukee", True),
        ], as_text(found)
        disclosure = next(segment for segment in found if segment.kind == "prompt")
        assert disclosure.start == pytest.approx(0.5, abs=0.25)
        assert recording.pressed[0][0] == "1"
        assert recording.pressed[0][1] == pytest.approx(1.5, abs=0.15)
        assert disclosure.end == pytest.approx(recording.pressed[0][1], abs=0.35)
        assert recording.ended == "caller"
    for recording in recordings[1::2]:
        found = timeline(recording, known, phones.tones)
        assert [(s.kind, s.name, s.full) for s in found if s.kind in {"prompt", "tone"}] == [
            ("prompt", "disclosure-PH", True),
            ("prompt", "offer-1", True),
            ("tone", "manila", True),
        ], as_text(found)
        tone = next(segment for segment in found if segment.kind == "tone")
        assert tone.seconds == pytest.approx(2, abs=0.3)
        assert recording.ended == "far end"
        assert recording.cause == 16
        assert longest_silence(recording) == pytest.approx(1.5, abs=0.7)


def test_call_says_its_language(phones: Phones, pbx: PrivateAsterisk, known: tuple[Sound, ...]) -> None:
    """The dialled name carries a channel language, an empty one too; without it the PBX's own stays."""
    calls = [Call("language", language="fr_CA"), Call("language", language=""), Call("language")]
    first, second, third = (heard(recording, known) for recording in phones.run(calls, pbx.sip_port))
    assert first == [("prompt", "disclosure-FR")]
    assert second == third == [("prompt", "disclosure-ES")]


def test_call_says_who_calls(phones: Phones, pbx: PrivateAsterisk, known: tuple[Sound, ...]) -> None:
    """The caller's name and number arrive as they are."""
    (recording,) = phones.run([Call("caller", caller='"A, B & C" <5550123>')], pbx.sip_port)
    assert heard(recording, known) == [("prompt", "welcome")]


def test_silence_is_part_of_the_recording(phones: Phones, pbx: PrivateAsterisk, known: tuple[Sound, ...]) -> None:
    """A recording is as long as the call, and its silence is measured, also at its end."""
    calls = [Call("quiet", limit=7), Call("quiet", (UntilSound(), UntilSilence(1), HangUp()))]
    to_limit, to_silence = phones.run(calls, pbx.sip_port)
    assert to_limit.ended == "limit"
    assert to_limit.seconds == pytest.approx(7, abs=0.3)
    assert longest_silence(to_limit) == pytest.approx(7 - 2.2 - 1.3, abs=0.4)
    assert heard(to_limit, known) == heard(to_silence, known) == [("prompt", "welcome")]
    assert to_silence.ended == "caller"
    assert longest_silence(to_silence) == pytest.approx(2.2, abs=0.3)
    assert to_silence.seconds == pytest.approx(2.2 + 1.3 + 1, abs=0.5)


def test_recording_begins_at_the_answer(phones: Phones, pbx: PrivateAsterisk, known: tuple[Sound, ...]) -> None:
    """A prompt that plays at the answer is heard from its very beginning, though it rang before."""
    (recording,) = phones.run([Call("ringing")], pbx.sip_port)
    (prompt,) = [segment for segment in timeline(recording, known, {}) if segment.kind == "prompt"]
    assert (prompt.name, prompt.full) == ("welcome", True)
    assert prompt.start < 0.3


def test_agent_who_does_not_answer_leaves_the_caller_waiting(
    phones: Phones, pbx: PrivateAsterisk, known: tuple[Sound, ...]
) -> None:
    """In a queue whose agent only rings, the caller hears music, never the agent."""
    (recording,) = phones.run([Call("unreached")], pbx.sip_port)
    assert heard(recording, known) == [("other", ""), ("prompt", "invalid")]
    assert longest_silence(recording) < 1


def test_call_that_nobody_answers_is_told(phones: Phones, pbx: PrivateAsterisk) -> None:
    """A name that the PBX does not know gives a recording without a file, and no error."""
    (recording,) = phones.run([Call("unknown-service")], pbx.sip_port)
    assert (recording.ended, recording.seconds, recording.answered_at) == ("unanswered", 0, 0)
    assert not recording.file.exists()


def test_a_running_call_can_be_waited_on(phones: Phones, pbx: PrivateAsterisk) -> None:
    """A test can wait for a point in a call, and do something then; waiting for what does not come is an error."""
    running = phones.begin(Call("quiet", (At(0.5), HangUp())), pbx.sip_port)
    assert running.wait_for("answered") > 0
    with pytest.raises(AsteriskError, match="not key"):
        running.wait_for("key")
    assert running.wait().ended == "caller"


def test_a_newline_or_a_wrong_key_is_refused(phones: Phones, pbx: PrivateAsterisk) -> None:
    """What a call file cannot carry, and a key that no telephone has, is said at once."""
    with pytest.raises(ValueError, match="newline"):
        phones.begin(Call("support", caller="a\nSetvar: b=c"), pbx.sip_port)
    with pytest.raises(ValueError, match="no key"):
        phones.begin(Call("support", (Press("12"),)), pbx.sip_port)
