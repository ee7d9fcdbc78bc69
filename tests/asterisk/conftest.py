"""What the tests of Asterisk's side share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.asterisk.machine import Machine, make

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Return a machine with an Asterisk that does not run."""
    return make(tmp_path / "machine")
