"""What a recording holds counts, whatever its ending says; and nothing in it stops a delivery or fills the memory."""

from __future__ import annotations

import io
import re
import shutil
import struct
import subprocess
import sys
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from hypothesis import example, given, settings
from hypothesis import strategies as st

from onshore.errors import PromptError
from onshore.speech import content, importing, sound
from onshore.speech.studio import Studio, Wanted
from tests.making import site
from tests.speech.test_sound import assert_as_it_must_be, prepared, speech

if TYPE_CHECKING:
    from pathlib import Path

# How a file with a header is made: FFmpeg's container, codec and rate in Hz.
MADE = {
    "WAV": ("wav", "pcm_s16le", 48000),
    "WAV of µ-law": ("wav", "pcm_mulaw", 8000),
    "RF64": ("wav", "pcm_s16le", 16000),
    "WAVE64": ("w64", "pcm_s16le", 22050),
    "FLAC": ("flac", "flac", 44100),
    "Ogg": ("ogg", "flac", 44100),
    "Opus": ("ogg", "libopus", 48000),
    "MP3": ("mp3", "libmp3lame", 44100),
    "AIFF": ("aiff", "pcm_s16be", 44100),
    "CAF": ("caf", "pcm_s16be", 44100),
    "Sun audio": ("au", "pcm_s16be", 16000),
    "MP4": ("mp4", "aac", 48000),
    "Matroska": ("matroska", "flac", 44100),
    "WebM": ("webm", "libopus", 48000),
    "AAC": ("adts", "aac", 44100),
}
ENDINGS = (
    "ulaw",
    "ul",
    "pcm",
    "alaw",
    "al",
    "sln",
    "raw",
    "sln16",
    "sln48",
    "g722",
    "gsm",
    "wav",
    "WAV",
    "mp3",
    "bin",
    "",
)


@cache
def made(kind: str) -> bytes:
    """Return two seconds of something like speech in a file of a kind."""
    container, codec, rate = MADE[kind]
    options = {"rf64": "always"} if kind == "RF64" else {}
    found = io.BytesIO()
    with av.open(found, "w", format=container, options=options) as output:
        stream = cast("Any", output.add_stream(codec, rate=rate))
        stream.layout = "mono"
        samples = (speech(rate) * 32767).astype(np.int16).reshape(1, -1)
        frame = AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        for packet in (*stream.encode(frame), *stream.encode(None)):
            output.mux(packet)
    return found.getvalue()


@pytest.mark.parametrize("kind", MADE)
def test_a_header_beats_the_ending(tmp_path: Path, kind: str) -> None:
    """A file that says what it is comes out the same under every ending, and with none."""
    for ending in ENDINGS:
        file = tmp_path / (f"x.{ending}" if ending else "x")
        file.write_bytes(made(kind))
        measures = prepared(file, tmp_path / "made")
        assert measures["sln16"].seconds == pytest.approx(2.05, abs=0.2), ending
        assert measures["ulaw"].rms_dbfs == pytest.approx(-20, abs=0.5), ending


@pytest.mark.parametrize("kind", ["MP3", "FLAC", "AAC"])
@pytest.mark.parametrize("size", [0, 100, 5000, 300_000])
def test_a_tag_may_stand_before_the_sound(tmp_path: Path, kind: str, size: int) -> None:
    """ID3, with a picture of any size in it, stands before MP3, FLAC and AAC."""
    tag = b"ID3\x03\x00\x00" + bytes(size >> shift & 127 for shift in (21, 14, 7, 0)) + bytes(size)
    file = tmp_path / "x.ulaw"
    file.write_bytes(tag + made(kind).removeprefix(b"ID3") if kind == "FLAC" else tag + made(kind))
    found = content.kind(file)
    assert found is not None
    assert found.name == kind


def test_the_byte_order_of_a_wav_is_its_own(tmp_path: Path) -> None:
    """RIFX is a WAV with the higher byte first."""
    samples = (speech(16000) * 32767).astype(">i2").tobytes()
    head = b"fmt " + struct.pack(">IHHIIHH", 16, 1, 1, 16000, 32000, 2, 16) + b"data" + struct.pack(">I", len(samples))
    file = tmp_path / "x.sln"
    file.write_bytes(b"RIFX" + struct.pack(">I", 4 + len(head) + len(samples)) + b"WAVE" + head + samples)
    assert_as_it_must_be(prepared(file, tmp_path / "made"), 2.05)


@pytest.mark.parametrize("ending", [*content.BARE, "wav16", "WAV"])
def test_every_ending_of_asterisks_is_read(tmp_path: Path, ending: str) -> None:
    """What Asterisk plays by its ending is read by its ending; GSM by the frames that it is made of."""
    known = content.BARE.get(ending)
    file = tmp_path / f"x.{ending}"
    if known and known.reader == "gsm":
        frame = bytes([0xD2]) + bytes(range(32))
        file.write_bytes(frame * 100)
        assert sound.decode(file)[1] == 8000
        return
    rate = known.rate if known else 16000
    voice = sound.prepare(_wav(speech(rate), rate))
    if known is None:
        file.write_bytes(_wav(speech(rate), rate))
    elif known.reader == "s16le":
        file.write_bytes((speech(rate) * 32767).astype("<i2").tobytes())
    else:
        file.write_bytes(voice[{"mulaw": "ulaw", "alaw": "alaw", "g722": "g722"}[known.reader]])
    assert_as_it_must_be(prepared(file, tmp_path / "made"), 2.05)


def _wav(samples: np.ndarray, rate: int, size: int | None = None) -> bytes:
    """Return a WAV; `size` is what its header says of its data, in bytes."""
    data = (samples * 32767).astype("<i2").tobytes()
    head = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, rate, min(2 * rate, 2**32 - 1), 2, 16) + b"data"
    said = len(data) if size is None else size
    return b"RIFF" + struct.pack("<I", min(said + 36, 2**32 - 1)) + head + struct.pack("<I", said) + data


@given(st.sampled_from([0, 1, 3, 2_000_000_000, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1]), st.booleans())
def test_a_size_that_is_wrong_does_no_harm(size: int, odd: bool) -> None:  # noqa: FBT001 - Hypothesis draws it
    """Programs that write into a pipe do not know the size of their data: what is there is read."""
    voice = speech(8000, 0.5)
    for rate in (8000, 22050):
        wav = _wav(voice, rate, size) + (b"\x00" if odd else b"")
        if size in (1, 3):
            with pytest.raises(sound.SoundError):
                sound.prepare(wav)
            continue
        samples, found = sound.decode(wav)
        assert found == rate
        assert len(samples) == pytest.approx(len(voice), abs=1)


@pytest.mark.parametrize("rate", [11025, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 192000, 352800])
def test_any_rate_of_speech_is_resampled(tmp_path: Path, rate: int) -> None:
    """What voices and studios give, from 11 to 352 kHz, becomes prompts of one loudness and the same length."""
    (tmp_path / "x.wav").write_bytes(_wav(speech(rate), rate))
    assert_as_it_must_be(prepared(tmp_path / "x.wav", tmp_path / "made"), 2.05)


@pytest.mark.parametrize("rate", [0, 1, 7, 49, 99, 3999, 384001, 2_000_000, 2**31 - 1, 2**31, 2**32 - 1])
def test_a_rate_that_nobody_records_is_refused(tmp_path: Path, rate: int) -> None:
    """A header that is broken, or meant to fill the memory, is refused; also in what a speech command gives."""
    (tmp_path / "x.wav").write_bytes(_wav(speech(8000, 0.02), rate))
    for source in (tmp_path / "x.wav", _wav(speech(8000, 0.02), rate)):
        with pytest.raises(sound.SoundError):
            sound.prepare(source)


@pytest.mark.parametrize("container", ["flac", "ogg", "matroska"])
def test_half_an_hour_in_a_small_file_fills_no_memory(tmp_path: Path, container: str) -> None:
    """Silence packs well: what is too long is refused after two minutes of it, not after all of it."""
    file = tmp_path / "x.wav"
    with av.open(str(file), "w", format=container) as output:
        stream = cast("Any", output.add_stream("flac", rate=48000))
        stream.layout = "mono"
        for number in range(30 * 60 * 48000 // 4608):
            frame = AudioFrame.from_ndarray(np.zeros((1, 4608), np.int16), format="s16", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 48000, number * 4608, Fraction(1, 48000)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    assert file.stat().st_size < 1_000_000
    done = subprocess.run(
        [sys.executable, "-c", _MEMORY, str(file)], capture_output=True, text=True, check=True, timeout=60
    )
    before, after, said = done.stdout.split("\n")[:3]
    assert "longer than 120 seconds" in said
    assert int(after) - int(before) < 100_000  # kB; all of it decoded takes 350,000


_MEMORY = """
import pathlib, resource, sys
from onshore.speech import sound
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
try:
    sound.prepare(pathlib.Path(sys.argv[1]))
    said = "nothing"
except sound.SoundError as error:
    said = str(error)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, said, sep="\\n")
"""

LISTS = {
    "ffconcat": "ffconcat version 1.0\nfile 'other.wav'\n",
    "concat": "file 'other.wav'\n",
    "HLS": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nother.wav\n#EXT-X-ENDLIST\n",
    "DASH": "<?xml version='1.0'?>\n<MPD><Period><BaseURL>other.wav</BaseURL></Period></MPD>\n",
    "SDP": "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n",
}


@pytest.mark.parametrize("ending", ["wav", "ulaw", "mp3", "txt2", "m3u8"])
@pytest.mark.parametrize("kind", LISTS)
def test_a_file_that_names_other_files_is_no_recording(tmp_path: Path, kind: str, ending: str) -> None:
    """Lists that FFmpeg would follow to other files, or into the network, are text here, whatever they are called."""
    (tmp_path / "other.wav").write_bytes(_wav(speech(16000), 16000))
    file = tmp_path / f"goodbye.{ending}"
    file.write_text(LISTS[kind])
    with pytest.raises(sound.SoundError, match=r"is no sound file that FFmpeg reads: it is (text|a web page)"):
        sound.prepare(file)


@pytest.mark.parametrize("ending", sorted(content.UNREAD))
def test_what_cannot_be_read_says_what_can(tmp_path: Path, ending: str) -> None:
    """The message for a format that only Asterisk's own codecs read lists those that count."""
    file = tmp_path / f"x.{ending}"
    file.write_bytes(bytes(np.random.default_rng(1).integers(0, 256, 4000, np.uint8)))
    with pytest.raises(
        sound.SoundError, match=rf"\.{ending}\); convert it to WAV\. What is read: WAV.*\.sln16"
    ) as raised:
        sound.prepare(file)
    for one in content.BARE:
        assert re.search(rf"\.{one}\b", str(raised.value))


OTHERS = {
    "gzip": b"\x1f\x8b\x08\x00",
    "zip": b"PK\x03\x04\x14\x00",
    "bzip2": b"BZh91AY&SY",
    "xz": b"\xfd7zXZ\x00\x00",
    "7z": b"7z\xbc\xaf\x27\x1c",
    "zstd": b"\x28\xb5\x2f\xfd",
    "rar": b"Rar!\x1a\x07\x01",
    "PDF": b"%PDF-1.7\n%",
    "PNG": b"\x89PNG\r\n\x1a\n",
    "JPEG": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "MIDI": b"MThd\x00\x00\x00\x06",
    "program": b"\x7fELF\x02\x01\x01",
    "openssl": b"Salted__",
}


@pytest.mark.parametrize("ending", ["ulaw", "sln16", "wav"])
@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_no_sound_is_called_by_its_name(tmp_path: Path, kind: str, ending: str) -> None:
    """An archive, a document or a program under a sound's name is refused, and named."""
    file = tmp_path / f"x.{ending}"
    file.write_bytes(OTHERS[kind] + np.random.default_rng(1).bytes(8000))
    with pytest.raises(sound.SoundError, match=r"is no sound file that FFmpeg reads: it is (an? |MIDI)"):
        sound.prepare(file)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize(
    "text", ["Größer als früher, señor. ", "<html><body>404 Not Found</body></html>\r\n", "a;b;c\n"]
)
def test_text_is_no_sound(tmp_path: Path, text: str, encoding: str) -> None:
    """Text of any encoding, an error page above all, is refused under the endings that have no header."""
    for ending in content.BARE:
        file = tmp_path / f"x.{ending}"
        file.write_bytes((text * 400).encode(encoding))
        with pytest.raises(sound.SoundError, match=r"is no sound file that FFmpeg reads: it is (text|a web page)"):
            sound.prepare(file)


@pytest.mark.parametrize("byte", [0x00, 0x54, 0x55, 0x57, 0x7E, 0x7F, 0x80, 0xD5, 0xFE, 0xFF])
def test_silence_at_the_beginning_is_nothing_else(tmp_path: Path, byte: int) -> None:
    """A second of quiet, which is `~` in µ-law and `U` in A-law, is neither text nor MP3."""
    file = tmp_path / "x.ulaw"
    for second in (byte, byte ^ 1):
        file.write_bytes(bytes([byte, second, byte, byte]) * 2000 + np.random.default_rng(1).bytes(8000))
        assert content.kind(file) is None


def test_gsm_in_a_wav_is_read(tmp_path: Path) -> None:
    """Asterisk's .WAV is GSM, 65 bytes for 320 samples, in a WAV."""
    head = b"WAVEfmt " + struct.pack("<IHHIIHHHH", 20, 49, 1, 8000, 1625, 65, 0, 2, 320) + b"data"
    blocks = np.random.default_rng(1).bytes(65 * 50)
    for name in ("x.WAV", "x.wav49", "x.gsm"):
        file = tmp_path / name
        file.write_bytes(b"RIFF" + struct.pack("<I", 40 + len(blocks)) + head + struct.pack("<I", len(blocks)) + blocks)
        samples, rate = sound.decode(file)
        assert (len(samples), rate) == (16000, 8000)


@settings(deadline=None, max_examples=150)
@example("WAV", [(40, 0)], 1.0)
@given(
    st.sampled_from(sorted(MADE)),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=20),
    st.floats(0, 1) | st.just(1.0),
)
def test_a_file_that_is_broken_is_refused_or_read(kind: str, changes: list[tuple[int, int]], cut: float) -> None:
    """A header with anything behind it, cut or with bytes that were changed, ends in a sound or in one error."""
    whole = bytearray(made(kind))
    for at, byte in changes:
        whole[at] = byte
    broken = bytes(whole[: int(cut * len(whole))])
    try:
        made_of_it = sound.prepare(broken)
    except sound.SoundError:
        return
    assert set(made_of_it) == set(sound.FORMATS)


def test_a_broken_file_does_not_stop_a_delivery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever one file does to the program, the others are looked at, and it is named."""
    made_site = site(tmp_path)
    folder = tmp_path / "studio" / "en"
    folder.mkdir(parents=True)
    (folder / "repeat.wav").write_bytes(_wav(speech(16000, 2.0), 16000))
    (folder / "invalid.wav").write_bytes(_wav(speech(8000, 0.1), 2**31 - 1))
    shutil.copy(folder / "repeat.wav", folder / "waiting.wav")
    real = sound.prepare

    def failing(source: Path | bytes) -> dict[str, bytes]:
        if getattr(source, "name", "") == "waiting.wav":
            raise MemoryError("of one kind that nobody has thought of")
        return real(source)

    monkeypatch.setattr(sound, "prepare", failing)
    found = importing.look(made_site, tmp_path / "studio")
    assert [one.key for one in found.good] == ["repeat"]
    assert {one.file.name: "samples a second" in one.problem for one in found.wrong} == {
        "invalid.wav": True,
        "waiting.wav": False,
    }


def test_a_recording_that_says_what_it_is_is_built_under_any_name(tmp_path: Path) -> None:
    """`build` goes by the content, too."""
    folder = tmp_path / "prompts" / "en"
    folder.mkdir(parents=True)
    (folder / "goodbye.ulaw").write_bytes(made("WAV"))
    [prompt] = Studio(tmp_path).make([Wanted("en", "goodbye")], tmp_path / "none", tmp_path / "new")
    assert prompt.milliseconds == pytest.approx(2050, abs=100)
    (folder / "goodbye.ulaw").write_bytes(b"<html>404</html>" * 1000)
    with pytest.raises(PromptError, match=r"goodbye\.ulaw is no sound file that FFmpeg reads: it is a web page"):
        Studio(tmp_path).make([Wanted("en", "goodbye")], tmp_path / "none", tmp_path / "new")
