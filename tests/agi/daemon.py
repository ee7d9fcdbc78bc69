"""What the tests of the daemon share."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from onshore.evidence import Event
    from onshore.testing.fake_asterisk import FakeAsterisk


class Notes:
    """Evidence that stays in memory."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(self, event: Event) -> None:
        """Take an event in."""
        self.events.append(event)

    async def commit(self) -> None:
        """There is nothing to be made safe."""

    def kinds(self) -> list[str]:
        """Return what happened, in order."""
        return [event.kind for event in self.events]

    def last(self, kind: str) -> dict[str, str | int | bool]:
        """Return what was told of the last event of a kind."""
        found = [event.data for event in self.events if event.kind == kind]
        assert found, f"no {kind!r} among {self.kinds()}"
        return dict(found[-1])


@dataclass
class Daemon:
    """A daemon that runs in this event loop."""

    port: int
    notes: Notes
    plan_file: Path
    clock: Callable[[], float] = time.monotonic
    task: asyncio.Task[None] | None = field(default=None)

    async def call(self, fake: FakeAsterisk, *arguments: str, request: str = "inbound") -> FakeAsterisk:
        """Phone the daemon with a fake Asterisk, and return it when the call flow has left the call."""
        self.clock = fake.clock
        await fake.phone(self.port, request, *(arguments or ("support", "CALL-1")))
        return fake

    def now(self) -> float:
        """Return the time as the fake Asterisk that phones has it."""
        return self.clock()

    async def say(self, data: bytes) -> bytes:
        """Send bytes, and return what the daemon answers until it closes the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        answer = b""
        try:
            writer.write(data)
            await writer.drain()
            answer = await reader.read()
        except ConnectionError:
            pass
        finally:
            writer.close()
        return answer
