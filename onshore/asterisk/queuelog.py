"""Where Asterisk writes its queue_log, as logger.conf and extconfig.conf say; and whether it writes it into a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from onshore.asterisk import config
from onshore.asterisk.syntax import read

if TYPE_CHECKING:
    from pathlib import Path

LOGGER, REALTIME = "logger.conf", "extconfig.conf"
_TRUE = {"yes", "true", "y", "t", "1", "on"}  # what counts as yes in Asterisk's files


@dataclass(frozen=True, slots=True)
class QueueLog:
    """What Asterisk does with what its queues tell."""

    file: Path
    off: bool = False  # `queue_log = no`: it writes nothing at all
    elsewhere: str = ""  # `odbc,asterisk,queue_log`: into a database, and into no file


def queue_log(etc: Path) -> QueueLog:
    """Return what Asterisk does with queue_log; AsteriskError when one of its files cannot be read.

    As Asterisk has it: the first of two lines counts, a missing logger.conf is as an empty one, and without
    `queue_log_to_file` a database that is named in extconfig.conf takes the file's place.
    """
    logger = _first(etc, LOGGER, "general")
    realtime = _first(etc, REALTIME, "settings")
    file = config.folders(etc).log / (logger.get("queue_log_name") or "queue_log").lstrip("/")
    if not _is_true(logger.get("queue_log", "yes")):
        return QueueLog(file, off=True)
    to_file = _is_true(logger.get("queue_log_to_file", "no"))
    return QueueLog(file, elsewhere="" if to_file else realtime.get("queue_log", ""))


def _first(etc: Path, name: str, section: str) -> dict[str, str]:
    """Return a section's items; of those that come twice the first."""
    if not (etc / name).is_file():
        return {}
    found: dict[str, str] = {}
    for one in read(etc / name, etc):
        if one.name.lower() == section and not one.template:
            for key, value in one.items:
                found.setdefault(key.lower().rstrip("> ="), value.lstrip("> "))
    return found


def _is_true(value: str) -> bool:
    return value.strip().lower() in _TRUE
