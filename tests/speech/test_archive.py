"""What a prompt's id stood for can be told when its sound file is gone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from onshore import build as building
from onshore import site as sites
from onshore.errors import BuildError
from onshore.speech import archive
from onshore.speech.archive import Version
from onshore.speech.studio import Studio, Wanted
from tests.making import speech, write_site

if TYPE_CHECKING:
    from pathlib import Path

BYE = Version("goodbye-1a2b3c", "en", "goodbye", (), "Goodbye.", 900, "2026-01-02T03:04:05+00:00", "Goodbye.", "say")


def test_every_version_ever_built_is_kept(tmp_path: Path) -> None:
    """A sentence that was changed is there in both its forms, with what it was made of; nothing is there twice."""
    site = sites.load(write_site(tmp_path))
    first = building.build(site).plan.prompts["en"]["disclosure-PH"]
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "en.toml").write_text('disclosure = "An agent {{ place }} will take your call."')
    second = building.build(site).plan.prompts["en"]["disclosure-PH"]
    assert first.id != second.id
    found = archive.read(site.asterisk.state / archive.FILE)
    old, new = found["en", first.id], found["en", second.id]
    assert old.text == "Your call will be answered by an agent in the Philippines."
    assert new.text == new.spoken == "An agent in the Philippines will take your call."
    assert (new.name, new.parameters, new.milliseconds) == ("disclosure", ("PH",), second.milliseconds)
    assert new.voice.startswith(speech(tmp_path).split()[0])
    assert new.built.endswith("+00:00")
    lines = (site.asterisk.state / archive.FILE).read_text("utf-8").splitlines()
    assert len(lines) == len(found) == 19


def test_a_recording_is_kept_by_its_name_and_hash(tmp_path: Path) -> None:
    """Of a recording, the file's name and SHA-256 are kept; no voice has spoken it."""
    recording = tmp_path / "prompts" / "en" / "goodbye.ulaw"
    recording.parent.mkdir(parents=True)
    recording.write_bytes(bytes(range(0, 256, 8)) * 250)
    made = Studio(tmp_path).source(Wanted("en", "goodbye")).version(1000, "2026-01-02T03:04:05+00:00")
    assert (made.recording, made.spoken, made.voice) == ("goodbye.ulaw", "", "")
    assert len(made.sha256) == 64


def test_other_words_for_the_same_recording_are_another_version(tmp_path: Path) -> None:
    """The text is part of the id, of what is recorded too: years later the id tells what was said."""
    recording = tmp_path / "prompts" / "en" / "goodbye.ulaw"
    recording.parent.mkdir(parents=True)
    recording.write_bytes(bytes(range(0, 256, 8)) * 250)
    before = Studio(tmp_path).source(Wanted("en", "goodbye")).id
    (tmp_path / "prompts" / "en.toml").write_text('goodbye = "So long."')
    assert Studio(tmp_path).source(Wanted("en", "goodbye")).id != before


def test_what_is_there_is_not_written_again(tmp_path: Path) -> None:
    """An archive that has a version keeps it as it was first built; a new one comes below."""
    file = tmp_path / archive.FILE
    file.write_text(BYE.to_line(), "utf-8")
    later = Version(**{**json.loads(BYE.to_line()), "parameters": (), "built": "2027-01-01T00:00:00+00:00"})
    assert archive.with_new(file, [later]) is None
    other = Version("goodbye-ffffff", "el", "goodbye", (), "Αντίο.", 700, "2027-01-01T00:00:00+00:00")
    assert archive.with_new(file, [later, other, other]) == BYE.to_line() + other.to_line()
    file.write_text(BYE.to_line().rstrip("\n"), "utf-8")  # an editor took the end of the line away
    assert archive.with_new(file, [other]) == BYE.to_line() + other.to_line()


@pytest.mark.parametrize("damage", ["{", '{"id": "goodbye-1"}\n', "[]\n", "\n\n", '{"parameters": null}\n', "\0\n"])
def test_a_damaged_line_stops_a_build_and_is_named(tmp_path: Path, damage: str) -> None:
    """Nothing is built over an archive that cannot be read: it may be the only one that tells what was played."""
    site = sites.load(write_site(tmp_path))
    building.build(site)
    file = site.asterisk.state / archive.FILE
    file.write_text(BYE.to_line() + damage, "utf-8")
    plan = (site.asterisk.state / "plan.json").read_bytes()
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "en.toml").write_text('disclosure = "An agent {{ place }} will take your call."')
    with pytest.raises(BuildError, match=r"prompts\.jsonl, line 2 is damaged"):
        building.build(site)
    assert file.read_text("utf-8") == BYE.to_line() + damage
    assert (site.asterisk.state / "plan.json").read_bytes() == plan
