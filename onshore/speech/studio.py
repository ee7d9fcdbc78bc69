"""Makes the sound files of prompts: spoken or recorded, in every format, only those that are not there yet."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from onshore.errors import BuildError, PromptError
from onshore.plan import Prompt
from onshore.speech import catalogue, sound
from onshore.speech.archive import Version
from onshore.speech.recordings import Recordings
from onshore.speech.voice import ESPEAK, Voice
from onshore.speech.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    # How many are done, of how many that are to be made, and the one just done: "fr offer-US-1".
    Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A prompt that the plan needs."""

    language: str
    name: str
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A prompt, and what its sound comes from: an admin's recording, or else a voice."""

    wanted: Wanted
    text: str
    spoken: str  # the text as it is given to the voice
    id: str
    recording: Path | None
    sha256: str  # of the recording, in hexadecimal
    voice: Voice | None

    @property
    def language(self) -> str:
        """The language of the site that it is for."""
        return self.wanted.language

    @property
    def key(self) -> str:
        """Its name with its parameters, as in file names."""
        return catalogue.file_key(self.wanted.name, *self.wanted.parameters)

    def file(self, sounds: Path, suffix: str) -> Path:
        """Return its sound file of a format, under a folder of sounds."""
        return sounds / self.language / "onshore" / f"{self.id}.{suffix}"

    def version(self, milliseconds: int, built: str) -> Version:
        """Return it as it is archived; `built` is when it was built first: ISO 8601, UTC."""
        known = Version(
            self.id, self.language, self.wanted.name, self.wanted.parameters, self.text, milliseconds, built=built
        )
        if self.recording:
            return replace(known, recording=self.recording.name, sha256=self.sha256)
        assert self.voice
        words = self.voice.identity()
        return replace(known, spoken=self.spoken, voice=shlex.join(words), voice_version=self.voice.version())

    def in_place(self, sounds: Path) -> bool:
        """Return whether a folder of sounds has it in every format."""
        return all(_size(self.file(sounds, suffix)) for suffix in sound.FORMATS)


@dataclass
class Studio:
    """What a site's prompts are made with."""

    site_folder: Path | None = None  # where the admin's own prompts/ is
    company: str = ""
    command: str = ""  # speaks; "": espeak-ng
    commands: Mapping[str, str] = field(default_factory=dict)  # language → a command of its own
    _wordings: dict[str, Wording] = field(default_factory=dict, repr=False)
    _voices: dict[str, Voice] = field(default_factory=dict, repr=False)
    _recordings: dict[str, Recordings] = field(default_factory=dict, repr=False)
    _sources: dict[Wanted, Source] = field(default_factory=dict, repr=False)

    def wording(self, language: str) -> Wording:
        """Return a language's wording; PromptError when there is none, or it has a mistake."""
        if language not in self._wordings:
            self._wordings[language] = Wording(language, self.site_folder, self.company)
        return self._wordings[language]

    def source(self, wanted: Wanted) -> Source:
        """Return what a prompt says and where its sound comes from; PromptError when it cannot be had."""
        if wanted not in self._sources:
            self._sources[wanted] = self._source(wanted)
        return self._sources[wanted]

    def _source(self, wanted: Wanted) -> Source:
        text = self.wording(wanted.language).text(wanted.name, *wanted.parameters)
        key = catalogue.file_key(wanted.name, *wanted.parameters)
        recording = self.recording(wanted)
        if recording:
            sha256 = hashlib.sha256(_read(recording)).hexdigest()
            return Source(wanted, text, "", f"{key}-{_hash([sound.VERSION, text, sha256])}", recording, sha256, None)
        voice = self._voice(wanted.language)
        spoken = self.wording(wanted.language).spoken(text)
        made_of = [sound.VERSION, text, spoken, *voice.identity()]
        return Source(wanted, text, spoken, f"{key}-{_hash(made_of)}", None, "", voice)

    def recording(self, wanted: Wanted) -> Path | None:
        """Return the admin's recording of a prompt, if there is one; PromptError when there are two."""
        if wanted.language not in self._recordings:
            self._recordings[wanted.language] = Recordings(wanted.language, self.site_folder)
        return self._recordings[wanted.language].find(catalogue.file_key(wanted.name, *wanted.parameters))

    def spoken(self, wanted: Wanted) -> bytes:
        """Return what the voice gives for a prompt, a WAV file, also where there is a recording; PromptError."""
        wording = self.wording(wanted.language)
        key = catalogue.file_key(wanted.name, *wanted.parameters)
        return self._voice(wanted.language).speak(key, wording.spoken(wording.text(wanted.name, *wanted.parameters)))

    def make(
        self,
        wanted: Sequence[Wanted],
        sounds: Path,
        staging: Path,
        progress: Progress | None = None,
        workers: int | None = None,
    ) -> list[Prompt]:
        """Return each wanted prompt, in order, with sound files of it in `sounds`, or else newly made in `staging`.

        Both hold `LANG/onshore/ID.FORMAT`; `sounds` is only read. The first failure ends it: PromptError for what the
        admin gave, BuildError for a disk that takes no more. Nothing of it is to be used then.
        """
        sources = [self.source(one) for one in wanted]
        new = {(source.language, source.id): source for source in sources if not source.in_place(sounds)}
        _make_all(list(new.values()), staging, progress, workers or os.cpu_count() or 1)
        return [
            Prompt(source.id, source.language, source.text, sound.milliseconds(_size(source.file(place, "ulaw"))))
            for source in sources
            for place in [staging if (source.language, source.id) in new else sounds]
        ]

    def _voice(self, language: str) -> Voice:
        if language not in self._voices:
            command = self.commands.get(language) or self.command or ESPEAK
            self._voices[language] = Voice(language, command, self.wording(language).voice)
        return self._voices[language]


def sounds_of(source: Source) -> dict[str, bytes]:
    """Return a prompt's sound files by format; PromptError when its recording or its voice gives no sound."""
    if source.recording:
        try:
            return sound.prepare(source.recording)
        except sound.SoundError as error:
            raise PromptError(f"{source.recording} {error}; put another recording there, or none") from None
    assert source.voice
    try:
        return sound.prepare(source.voice.speak(source.key, source.spoken))
    except sound.SoundError as error:
        raise source.voice.no_sound(source.key, f"it {error}") from None


def _make_all(sources: Sequence[Source], staging: Path, progress: Progress | None, workers: int) -> None:
    # Threads: what takes time here, the speech commands and FFmpeg, runs outside of Python's lock.
    with ThreadPoolExecutor(workers) as pool:
        try:
            jobs = {pool.submit(_make_one, source, staging): source for source in sources}
            for done, job in enumerate(as_completed(jobs), 1):
                job.result()
                if progress:
                    progress(done, len(sources), f"{jobs[job].language} {jobs[job].key}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _make_one(source: Source, staging: Path) -> None:
    try:
        for suffix, content in sounds_of(source).items():
            file = source.file(staging, suffix)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    except OSError as error:
        where = error.filename or staging
        raise BuildError(
            f"{where} cannot be written: {error.strerror}; mend that, and run `onshore build` again"
        ) from error


def _read(recording: Path) -> bytes:
    try:
        return recording.read_bytes()
    except OSError as error:
        raise PromptError(f"{recording} cannot be read: {error.strerror}") from None


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _hash(made_of: list[str]) -> str:
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:6]
