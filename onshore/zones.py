"""Time zones as Asterisk has them: files in the system's folder, whatever Python knows besides. Only at build time."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from onshore import plan as plans


def checked(name: str) -> str:
    """Return the name that the plan and the dialplan have for a zone: today's, `America/New_York` for `US/Eastern`.

    ValueError when it is no zone, or Asterisk has no file of it: Asterisk would take UTC then, and say nothing.
    """
    folder = Path(plans.zones())
    renamed = _renamed(folder)
    if name not in renamed and not _known(name):
        raise ValueError(f"{name!r} is no time zone: write it like 'Asia/Manila'")
    today = renamed.get(name, name)
    for one in (today, name):
        if (folder / one).is_file():
            return one
    if not folder.is_dir():
        raise ValueError(f"Asterisk on this machine has no time zones, {folder} is not there: install tzdata")
    if today == name:
        raise ValueError(f"Asterisk on this machine has no zone {name!r} ({folder / name} is not there): update tzdata")
    raise ValueError(
        f"Asterisk on this machine has no zone {name!r} ({folder / name} is not there): write {today!r} and install "
        "tzdata, or install tzdata-legacy"
    )


def _known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@cache
def _renamed(folder: Path) -> dict[str, str]:
    """Return the old names of zones, each with today's. A name that a place has today is none, whatever it links to."""
    links, today = {}, {"UTC", "GMT"}
    for line in _lines(folder, "tzdata.zi"):
        words = line.split()
        if len(words) == 3 and words[0] == "L":
            links[words[2]] = words[1]
    for table in ("zone.tab", "zone1970.tab"):
        today |= {line.split("\t")[2].strip() for line in _lines(folder, table) if line.count("\t") > 1}
    return {old: new for old, new in links.items() if old not in today and "/" in new}


def _lines(folder: Path, name: str) -> list[str]:
    """Return the lines of a table of time zones: the system's, else those of Python's package tzdata; none."""
    try:
        return (folder / name).read_text("utf-8").splitlines()
    except OSError:
        pass
    try:
        return resources.files("tzdata").joinpath("zoneinfo", name).read_text("utf-8").splitlines()
    except (OSError, ModuleNotFoundError):
        return []
