"""A real daemon on a port of its own, and evidence that can be looked at."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest

from onshore.agi.server import serve
from onshore.plan import Watched
from onshore.testing.plans import sample_plan, write_plan
from tests.agi.daemon import Daemon, Notes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def daemon(tmp_path: Path) -> AsyncIterator[Daemon]:
    """Run a daemon with the sample plan, and stop it afterwards."""
    file = write_plan(tmp_path, sample_plan())
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    notes = Notes()
    made = Daemon(0, notes, file)
    task = asyncio.create_task(
        serve(
            "127.0.0.1",
            0,
            Watched(file),
            notes,
            ready=port.set_result,
            connections=20,
            clock=made.now,
        )
    )
    made.port = await port
    made.task = task
    yield made
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
