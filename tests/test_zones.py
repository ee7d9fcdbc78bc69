"""A time zone is one that Asterisk has, by the name that it has today."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from onshore import build as building
from onshore import plan as plans
from onshore import site as sites
from onshore import zones
from onshore.errors import SiteError
from tests.making import write_site

# Old names, of which Debian 13 and Ubuntu 24.04 have no files unless tzdata-legacy is there.
OLD = {
    "US/Eastern": "America/New_York",
    "US/Pacific": "America/Los_Angeles",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "Canada/Atlantic": "America/Halifax",
    "GB": "Europe/London",
    "Japan": "Asia/Tokyo",
    "Zulu": "Etc/UTC",
}
TODAY = ("UTC", "GMT", "Asia/Manila", "Europe/Oslo", "Asia/Kuala_Lumpur", "Pacific/Kiritimati", "Etc/GMT+8")


@pytest.fixture
def without_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of zones as a system has it without the old names."""
    system, folder = Path(plans.zones()), tmp_path / "zoneinfo"
    for name in (*OLD.values(), *TODAY):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(system / name, folder / name)
    monkeypatch.setenv("TZDIR", str(folder))
    return folder


@pytest.mark.parametrize(("old", "today"), OLD.items())
def test_an_old_name_becomes_todays(without_old: Path, old: str, today: str) -> None:
    """An old name is written as today's, which every system has."""
    assert without_old.is_dir()
    assert zones.checked(old) == today


@pytest.mark.parametrize("name", TODAY)
def test_a_name_of_today_stays(without_old: Path, name: str) -> None:
    """A name that a place has today is kept as the admin wrote it, whatever else has the same clock."""
    assert without_old.is_dir()
    assert zones.checked(name) == name


@pytest.mark.parametrize(("old", "today"), OLD.items())
def test_a_zone_that_only_python_knows_is_refused(without_old: Path, old: str, today: str) -> None:
    """Where Asterisk has neither file, the error says what to write and what to install."""
    (without_old / today).unlink()
    with pytest.raises(ValueError, match=f"Asterisk on this machine has no zone '{old}'.*write '{today}'.*tzdata-lega"):
        zones.checked(old)
    with pytest.raises(ValueError, match="Asterisk on this machine has no zone"):
        zones.checked(today.replace("+", "\\+"))


def test_a_system_without_zones_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any zones Asterisk takes UTC for all: the package is named."""
    monkeypatch.setenv("TZDIR", str(tmp_path / "none"))
    with pytest.raises(ValueError, match="none is not there: install tzdata"):
        zones.checked("Asia/Manila")


def test_plan_and_dialplan_have_todays_name_and_check_compares(without_old: Path, tmp_path: Path) -> None:
    """`build` writes today's name for both ways; a plan with an old one is out of date; a lost file is an error."""
    hours = 'queue = "support-manila"\nhours = ["mon-fri 08:00-18:00"]\ntimezone = "US/Eastern"'
    file = write_site(tmp_path, ('queue = "support-manila"', hours))
    site = sites.load(file)
    built = building.build(site)
    assert built.plan.centers["manila"].timezone == "America/New_York"
    dialplan = (site.asterisk.state / "asterisk" / "extensions_onshore.conf").read_text()
    assert "mon-fri,*,*,America/New_York" in dialplan
    assert "US/Eastern" not in dialplan
    (without_old / "America/New_York").unlink()
    with pytest.raises(
        SiteError, match=r"centers\.manila\.timezone: Asterisk on this machine has no zone 'US/Eastern'"
    ):
        sites.load(file)
