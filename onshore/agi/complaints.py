"""The log's lines about peers: each kind of trouble once a minute, with its count. A peer cannot fill a disk."""

from __future__ import annotations

import logging
import time

log = logging.getLogger("onshore.agi.server")

QUIET = 60.0  # seconds between two lines of one kind
_KINDS = 50  # that are remembered


class Complaints:
    """What was said, and when."""

    def __init__(self) -> None:
        self._said: dict[str, float] = {}
        self._kept_back: dict[str, int] = {}

    def say(self, kind: str, text: str, level: int = logging.WARNING) -> None:
        """Log a line, unless one of its kind was logged within QUIET; the next one tells how many were not."""
        now = time.monotonic()
        if now - self._said.get(kind, float("-inf")) < QUIET:
            self._kept_back[kind] = self._kept_back.get(kind, 0) + 1
            return
        if len(self._said) >= _KINDS:
            self._said.clear()
        self._said[kind] = now
        more = self._kept_back.pop(kind, 0)
        log.log(level, "%s%s", text, f" (and {more} more of this kind since the last line)" if more else "")
