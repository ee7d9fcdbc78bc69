"""A site's prompts, each with the sound files that `build` made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from onshore import planning
from onshore.build import studio
from onshore.speech import catalogue, sound
from onshore.speech.studio import Wanted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from onshore.site import Site
    from onshore.speech.sound import Measure
    from onshore.speech.studio import Source


@dataclass(frozen=True, slots=True)
class Entry:
    """A prompt of a site as it would be built now, and its sound."""

    source: Source
    measure: Measure | None  # None: not built as it would be now, or no sound
    file: Path  # without the ending of a format

    @property
    def made_by(self) -> str:
        """What its sound comes from: "spoken", or "recorded"."""
        return "recorded" if self.source.recording else "spoken"

    @property
    def limit(self) -> float:
        """Seconds that it may take; 0: any."""
        return catalogue.sentence(self.source.wanted.name).limit


def entries(site: Site, sounds: Path, languages: Sequence[str]) -> list[Entry]:
    """Return the prompts of a site in some of its languages; PromptError when one cannot be said."""
    making = studio(site)
    wanted = [Wanted(*one) for one in planning.wanted(site) if one[0] in languages]
    return [_entry(making.source(one), sounds) for one in wanted]


def _entry(source: Source, sounds: Path) -> Entry:
    master = source.file(sounds, "sln16")
    try:
        measure = sound.measure(master) if source.in_place(sounds) else None
    except sound.SoundError:
        measure = None
    return Entry(source, measure, master.with_suffix(""))
