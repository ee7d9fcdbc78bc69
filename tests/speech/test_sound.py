"""Recordings of any kind become sound files of one loudness, without silence, in Asterisk's formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame

from onshore.speech import sound

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def speech(rate: int, seconds: float = 2.0) -> NDArray[np.float64]:
    """Return something like speech: harmonics of 130 Hz in syllables, with peaks far above its loudness."""
    time = np.arange(int(rate * seconds)) / rate
    tones = [np.sin(2 * np.pi * 130 * n * time + n * n) / n for n in range(1, int(min(rate / 2, 7600) / 130))]
    syllables = np.clip(np.sin(2 * np.pi * 4 * time), 0.02, 1) ** 2
    voice = np.sum(tones, axis=0) * syllables
    return np.asarray(0.3 * voice / np.abs(voice).max())


def write(path: Path, samples: NDArray[np.float64], rate: int, codec: str, channels: int = 1) -> Path:
    """Write a recording as somebody's program would."""
    with av.open(str(path), "w") as container:
        stream = cast("Any", container.add_stream(codec, rate=rate))
        stream.layout = "mono" if channels == 1 else "stereo"
        samples = np.ascontiguousarray(np.repeat(samples[None, :], channels, axis=0).T.reshape(1, -1))
        frame = AudioFrame.from_ndarray((samples * 32767).astype(np.int16), format="s16", layout=stream.layout.name)
        frame.sample_rate = rate
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return path


def prepared(source: Path, folder: Path) -> dict[str, sound.Measure]:
    """Prepare a recording, and measure what came of it from the files."""
    folder.mkdir(exist_ok=True)
    measures = {}
    for suffix, content in sound.prepare(source).items():
        file = folder / f"made.{suffix}"
        file.write_bytes(content)
        measures[suffix] = sound.measure(file)
    return measures


def assert_as_it_must_be(measures: dict[str, sound.Measure], seconds: float) -> None:
    """All formats have the loudness, the ends and the length of a prompt."""
    assert set(measures) == {"ulaw", "alaw", "g722", "sln16"}
    for suffix, measure in measures.items():
        assert measure.rms_dbfs == pytest.approx(-20, abs=0.5), suffix
        assert measure.peak_dbfs < -0.5, suffix
        assert 20 <= measure.silence_start_ms <= 100, suffix
        assert 20 <= measure.silence_end_ms <= 100, suffix
        assert measure.seconds == pytest.approx(seconds, abs=0.15), suffix


@pytest.mark.parametrize(
    ("name", "codec", "rate", "channels"),
    [
        ("x.wav", "pcm_s16le", 44100, 2),
        ("x.wav", "pcm_s16le", 8000, 1),
        ("x.wav", "pcm_s24le", 48000, 1),
        ("x.wav", "pcm_f32le", 96000, 2),
        ("x.wav", "pcm_s16le", 22050, 1),
        ("x.wav", "pcm_mulaw", 11025, 1),
        ("x.mp3", "libmp3lame", 44100, 2),
        ("x.flac", "flac", 32000, 1),
        ("x.m4a", "aac", 48000, 2),
        ("x.opus", "libopus", 48000, 1),
    ],
)
def test_any_recording_becomes_a_prompt(tmp_path: Path, name: str, codec: str, rate: int, channels: int) -> None:
    """Whatever format, rate and channels a recording has, its silence goes and it comes out at -20 dBFS."""
    voice = np.concatenate([np.zeros(rate), speech(rate), np.zeros(2 * rate)])
    form = {"pcm_s24le": "s32", "pcm_f32le": "flt"}.get(codec)
    source = write(tmp_path / name, voice, rate, codec if not form else "pcm_s16le", channels)
    assert_as_it_must_be(prepared(source, tmp_path / "made"), 2.05)


def test_what_asterisk_plays_can_be_a_recording(tmp_path: Path) -> None:
    """A file without a header, as Asterisk has them, is read by its name; its loudness is mended all the same."""
    first = sound.prepare(write(tmp_path / "x.wav", speech(16000), 16000, "pcm_s16le"))
    for suffix, content in first.items():
        file = tmp_path / f"x.{suffix}"
        file.write_bytes(content)
        assert_as_it_must_be(prepared(file, tmp_path / suffix), 2.05)
    quiet = (np.frombuffer(first["sln16"], "<i2") // 16).astype("<i2")
    (tmp_path / "quiet.sln16").write_bytes(quiet.tobytes())
    assert_as_it_must_be(prepared(tmp_path / "quiet.sln16", tmp_path / "quiet"), 2.05)


def test_the_sound_itself_is_kept(tmp_path: Path) -> None:
    """Tones keep their pitch and their strength against each other, and no new ones come with another rate."""
    rate, wanted, gone = 44100, (300.0, 1000.0, 3000.0), (10.0, 11000.0, 13000.0)
    time = np.arange(2 * rate) / rate
    tones = sum(0.05 * np.sin(2 * np.pi * hertz * time) for hertz in (*wanted, *gone))
    made = sound.prepare(write(tmp_path / "x.wav", np.asarray(tones), rate, "pcm_s16le"))
    (tmp_path / "x.sln16").write_bytes(made["sln16"])
    (tmp_path / "x.ulaw").write_bytes(made["ulaw"])
    for name in ("x.sln16", "x.ulaw"):
        samples, out = sound.decode(tmp_path / name)
        middle = samples[out // 2 : out // 2 + out] * np.hanning(out)
        strength = 20 * np.log10(np.abs(np.fft.rfft(middle)) + 1e-9)  # one a hertz
        levels = [strength[int(hertz)] for hertz in wanted]
        assert max(levels) - min(levels) < 0.5
        for hertz in wanted:
            strength[int(hertz) - 3 : int(hertz) + 4] = -np.inf
        assert strength.max() < min(levels) - 35  # ulaw's own noise; sln16 is far better


def test_a_hiss_is_cut_off_like_silence(tmp_path: Path) -> None:
    """A room's noise before and after somebody speaks counts as silence."""
    noise = np.random.default_rng(1).normal(0, 0.0015, 4 * 16000)
    noise[16000 : 16000 * 3] += speech(16000)
    measures = prepared(write(tmp_path / "x.wav", noise, 16000, "pcm_s16le"), tmp_path / "made")
    assert all(measure.seconds < 2.2 for measure in measures.values())


def test_peaks_are_turned_down_and_not_cut_off(tmp_path: Path) -> None:
    """Speech with very high peaks is brought to the loudness, stays under full scale, and keeps its curve's shape."""
    voice = 0.1 * speech(16000)
    for at in range(8000, 24000, 1000):
        voice[at : at + 40] = 0.9 * np.sin(np.arange(40) / 40 * np.pi)
    source = write(tmp_path / "x.wav", voice, 16000, "pcm_s16le")
    assert_as_it_must_be(prepared(source, tmp_path / "made"), 2.05)
    samples, _ = sound.decode(tmp_path / "made" / "made.sln16")
    peak = np.abs(samples).max()
    assert np.count_nonzero(np.abs(samples) > 0.999 * peak) < 16 * 3  # a cut-off peak is flat


def test_quiet_is_added_where_there_is_too_little(tmp_path: Path) -> None:
    """A recording cut to the first and last sample of speech gets a little quiet at either end."""
    voice = speech(16000)[300:-2500]
    measures = prepared(write(tmp_path / "x.wav", voice, 16000, "pcm_s16le"), tmp_path / "made")
    assert all(20 <= measure.silence_start_ms <= 60 for measure in measures.values())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no sound file"),
        (b"This is a letter, and no sound." * 100, "no sound file"),
        (b"RIFF\xff\xff\xff\xffWAVEfmt ", "no sound"),
    ],
)
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    """A file that holds no sound is refused, as a file and as bytes."""
    file = tmp_path / "x.wav"
    file.write_bytes(content)
    for source in (file, content):
        with pytest.raises(sound.SoundError, match=message):
            sound.prepare(source)


def test_silence_is_refused(tmp_path: Path) -> None:
    """A recording in which nobody speaks is no prompt."""
    with pytest.raises(sound.SoundError, match="is silent"):
        sound.prepare(write(tmp_path / "x.wav", np.zeros(16000), 16000, "pcm_s16le"))


def test_an_hour_is_refused(tmp_path: Path) -> None:
    """A recording far too long is refused before it fills the memory."""
    file = tmp_path / "x.ulaw"
    file.write_bytes(b"\x12" * 8000 * 121)
    with pytest.raises(sound.SoundError, match="longer than 120 seconds"):
        sound.prepare(file)


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 96000])
@pytest.mark.parametrize("channels", [1, 2])
def test_nothing_folds_back_when_a_recording_is_resampled(tmp_path: Path, rate: int, channels: int) -> None:
    """A tone that 8 kHz cannot hold is gone, and not another tone: 40 dB below one that it can hold."""
    time = np.arange(rate * 2) / rate
    tones = [1000, *(hertz for hertz in (5000, 7000, 10000) if hertz < rate / 2 - 500)]
    samples = np.sum([0.2 * np.sin(2 * np.pi * hertz * time) for hertz in tones], axis=0)
    recording = write(tmp_path / "tones.flac", samples, rate, "flac", channels)
    narrow = tmp_path / "made.ulaw"
    narrow.write_bytes(sound.prepare(recording)["ulaw"])
    made, _ = sound.decode(narrow)
    spectrum = np.abs(np.fft.rfft(made * np.hanning(len(made))))
    hertz = np.fft.rfftfreq(len(made), 1 / 8000)

    def highest(low: int, high: int) -> float:
        return float(spectrum[(hertz > low) & (hertz < high)].max())

    assert highest(900, 1100) > 100 * max(highest(100, 800), highest(1200, 3900))
