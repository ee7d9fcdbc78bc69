"""The tables of a ledger, made and brought up to date."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from onshore.ledger import migrations
from onshore.ledger.store import connect

if TYPE_CHECKING:
    from pathlib import Path


def test_several_ledgers_are_made_side_by_side_in_one_process(tmp_path: Path) -> None:
    """Each gets its own tables, though Alembic has one context for all."""
    engines = [connect(f"sqlite:///{tmp_path}/{number}.sqlite3") for number in range(8)]
    try:
        with ThreadPoolExecutor(len(engines)) as pool:
            list(pool.map(migrations.ensure, engines))
        assert [migrations.current(engine) for engine in engines] == [migrations.HEAD] * len(engines)
    finally:
        for engine in engines:
            engine.dispose()
