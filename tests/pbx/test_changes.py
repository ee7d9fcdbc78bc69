"""What an admin does to a PBX in service: a new build while calls are on, and taking Onshore out again."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from onshore.testing.call import Call
from onshore.testing.heard import load_sounds, timeline
from onshore.testing.phones import Phones
from tests.pbx.pbx import Pbx, Setup
from tests.pbx.scenarios import AGENTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from onshore.testing.unpack import Unpacked

SMALL = Setup(
    """
home = "US"
rules = "us-call-center-act"
languages = ["en"]
[centers.manila]
country = "PH"
queue = "support-manila"
[centers.milwaukee]
country = "US"
queue = "support-milwaukee"
[services.support]
center = "manila"
domestic = "milwaukee"
key = "1"
""",
    {"support-manila": ("manila",), "support-milwaukee": ("milwaukee",)},
)

pytestmark = [pytest.mark.pbx, pytest.mark.beside, pytest.mark.timeout(200)]


@pytest.fixture
def phones(asterisk_22: Unpacked, tmp_path: Path) -> Iterator[Phones]:
    """The telephones and the agents."""
    with Phones(asterisk_22, tmp_path / "phones", AGENTS) as running:
        yield running


@pytest.fixture
def pbx(asterisk_22: Unpacked, asterisk: Unpacked, phones: Phones, tmp_path: Path) -> Pbx:
    """A PBX that was built, and is not up yet."""
    (tmp_path / "pbx").mkdir()
    built = Pbx(SMALL, asterisk, asterisk_22.espeak, phones, tmp_path / "pbx")
    built.build()
    return built


def test_a_build_is_in_force_for_new_calls_and_not_for_those_in_progress(pbx: Pbx, phones: Phones) -> None:
    """The daemon is not restarted: a call that hears the disclosure still hears the old offer, the next one the new."""
    with pbx:
        old = phones.begin(Call("support", name="old"), pbx.asterisk.sip_port)
        old.wait_for("answered")
        site = pbx.site.read_text().replace('domestic = "milwaukee"\nkey = "1"', 'domestic = "milwaukee"\nkey = "9"')
        pbx.site.write_text(site)
        assert "Asterisk has read the new dialplan" in pbx.onshore("build")
        new = phones.begin(Call("support", name="new"), pbx.asterisk.sip_port)
        recordings = [old.wait(), new.wait()]
        sounds = load_sounds(pbx.state / "sounds")
        heard = [
            {segment.name.rpartition("-")[0] for segment in timeline(one, sounds, phones.tones) if segment.name}
            for one in recordings
        ]
        assert "offer-US-1" in heard[0]
        assert "offer-US-9" in heard[1]
        assert {"offer-US-9", "offer-US-1"} & heard[0] & heard[1] == set()


def test_uninstalling_leaves_asterisk_as_it_was(pbx: Pbx) -> None:
    """Every file of its folders is the same byte for byte, and no context of ours is in its dialplan."""
    folders = (pbx.asterisk.etc, pbx.asterisk.sounds, pbx.asterisk.agi_scripts)
    before = _fingerprints(*folders)
    with pbx:
        assert _fingerprints(*folders) != before
        assert "Nothing to change" in pbx.onshore("install")
        assert "onshore-call" in pbx.asterisk.console("dialplan show onshore-call")
        pbx.onshore("uninstall")
        assert _fingerprints(*folders) == before
        assert "There is no existence of" in pbx.asterisk.console("dialplan show onshore-call")


def _fingerprints(*folders: Path) -> dict[str, str]:
    return {
        str(file): hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else str(file.is_symlink())
        for folder in folders
        for file in folder.rglob("*")
    }
