"""What a call flow tells about a call, and where it goes.

Until there is a ledger, events go to the log as JSON lines. Imports the standard library alone: read during calls.
"""

from __future__ import annotations

import json
import logging
import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened on a call."""

    call: str  # ONSHORE_CALL
    kind: str  # "arrived", "language", "disclosed", "offered", "key", "choice", "routed", "ended", "fallback", …
    data: Mapping[str, str | int | bool]
    at: float = field(default_factory=time.time)  # seconds since the epoch


class Evidence(Protocol):
    """Where events go."""

    def add(self, event: Event) -> None:
        """Take an event in. It is safe only after `commit`."""

    async def commit(self) -> None:
        """Return when every event taken in so far is safe. Never raises: a call must go on."""
