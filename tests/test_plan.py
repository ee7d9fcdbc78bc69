"""The plan: what is kept of it in JSON, and how it is read while calls go on."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onshore import plan as plans
from onshore.errors import PlanError
from onshore.plan import Hours, Watched, prompt_key
from tests.making import site, unspoken_plan

if TYPE_CHECKING:
    from pathlib import Path

    from onshore.plan import Plan


def written(folder: Path, *changes: tuple[str, str], more: str = "") -> tuple[Path, Plan]:
    """Return a plan's file, swapped in as `build` does it, and the plan."""
    plan = unspoken_plan(site(folder, *changes, more=more))
    new = folder / "new"
    new.write_text(json.dumps(plans.to_json(plan)))
    return new.replace(folder / plans.FILE), plan


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Nothing is lost between the plan and its JSON."""
    file, plan = written(
        tmp_path,
        ('queue = "support-manila"', 'queue = "q"\nhours = ["mon-fri 08:00-18:00"]\ntimezone = "Asia/Manila"'),
    )
    assert plans.load(file) == plan


def test_the_version_tells_plans_apart(tmp_path: Path) -> None:
    """The same site gives the same version, any change another."""
    one = unspoken_plan(site(tmp_path)).version
    assert unspoken_plan(site(tmp_path)).version == one
    assert unspoken_plan(site(tmp_path, ('"support-manila"', '"other"'))).version != one


def test_a_plan_that_is_not_there_says_how_to_come_by_one(tmp_path: Path) -> None:
    """The error names the file and the command."""
    with pytest.raises(PlanError, match=r"plan\.json is not there: run `onshore build` first"):
        plans.load(tmp_path / "plan.json")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": 0}', b'{"format": 1}', b"\xff", b"null"])
def test_a_plan_that_is_none_is_an_error(tmp_path: Path, content: bytes) -> None:
    """Whatever the file holds, the error says to build again."""
    file = tmp_path / "plan.json"
    file.write_bytes(content)
    with pytest.raises(PlanError, match="run `onshore build` again"):
        plans.load(file)


@pytest.mark.parametrize("part", ["version", "languages", "centers", "services", "prompts"])
@pytest.mark.parametrize("junk", [7, [1], {"en": {"x": [1]}}, {"en": []}, None, [{"hours": 1}]])
def test_a_damaged_plan_is_an_error_and_no_surprise(tmp_path: Path, part: str, junk: object) -> None:
    """A part that is not what it should be is an error at once, or harmless; never another exception."""
    file, _ = written(tmp_path)
    data: dict[str, Any] = json.loads(file.read_text())
    data[part] = junk
    file.write_text(json.dumps(data))
    try:
        plans.load(file)
    except PlanError as error:
        assert "run `onshore build` again" in str(error)  # noqa: PT017 - some of these are harmless


def test_calls_keep_the_plan_they_began_with(tmp_path: Path) -> None:
    """A new file is seen by the next call, and the plan in a caller's hands stays as it is."""
    file, first = written(tmp_path)
    watched = Watched(file)
    in_hand = watched.current()
    assert watched.current() is in_hand
    _, second = written(tmp_path, ('"support-manila"', '"other"'))
    assert watched.current() == second
    assert in_hand == first


def test_a_file_that_became_unreadable_leaves_the_last_plan_in_force(tmp_path: Path) -> None:
    """Calls go on with the last good plan, the problem is told, and a mended file is taken."""
    file, first = written(tmp_path)
    watched = Watched(file)
    file.write_text("{")
    assert watched.current() == first
    assert "run `onshore build` again" in watched.problem
    file.unlink()
    assert watched.current() == first
    assert "is not there" in watched.problem
    _, second = written(tmp_path, ('"support-manila"', '"other"'))
    assert watched.current() == second
    assert not watched.problem


@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 1439), st.integers(1, 1440), st.integers(0, 6 * 1440))
def test_a_span_holds_each_minute_of_its_days_and_no_other(
    first: int, last: int, start: int, end: int, moment: int
) -> None:
    """Whether a minute is within opening hours agrees with counting days and minutes one by one."""
    day, minute = divmod(moment, 1440)
    days = {(first + n) % 7 for n in range((last - first) % 7 + 1)}
    minutes = range(start, end) if start <= end else [*range(end), *range(start, 1440)]
    assert Hours(first, last, start, end).holds(day, minute) == (day in days and minute in set(minutes))


def test_a_center_is_open_by_its_own_clock(tmp_path: Path) -> None:
    """Hours are those of the center's time zone."""
    _, plan = written(
        tmp_path,
        ('queue = "support-manila"', 'queue = "q"\nhours = ["mon-fri 08:00-18:00"]\ntimezone = "Asia/Manila"'),
    )
    manila = plan.centers["manila"]
    monday_eight_in_manila = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    assert manila.is_open(monday_eight_in_manila)
    assert not manila.is_open(monday_eight_in_manila.replace(hour=10))
    assert not manila.is_open(datetime(2026, 11, 22, 4, 0, tzinfo=UTC))
    assert plan.centers["milwaukee"].is_open(monday_eight_in_manila)


@pytest.mark.parametrize(
    ("channel", "language"),
    [
        ("en", "en"),
        ("fr", "fr"),
        ("fr_CA", "fr_CA"),
        ("fr-ca", "fr_CA"),
        ("fr_FR", "fr"),
        ("EN_us", "en"),
        ("de", ""),
        ("", ""),
    ],
)
def test_a_channel_s_language_finds_the_site_s(tmp_path: Path, channel: str, language: str) -> None:
    """The same language, else its base, else none."""
    plan = unspoken_plan(site(tmp_path, ('["en", "es"]', '["en", "fr", "fr_CA"]')))
    assert plan.language(channel) == language


def test_a_prompt_s_key_leaves_empty_parameters_at_the_end_out() -> None:
    """An offer with no key to stay is looked up without one."""
    assert prompt_key("offer", "US", "1", "") == "offer-US-1"
    assert prompt_key("offer", "US", "1", "2") == "offer-US-1-2"
    assert prompt_key("repeat") == "repeat"


@pytest.mark.parametrize("module", ["plan", "callflow", "line", "evidence", "variables"])
def test_what_runs_during_a_call_imports_little(module: str) -> None:
    """Nothing that is slow to import comes along."""
    slow = {"jinja2", "pydantic", "babel", "numpy", "av", "rich", "click", "sqlalchemy", "asyncio", "zoneinfo"}
    code = f"import sys, onshore.{module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not slow & {name.partition(".")[0] for name in done.stdout.split()}
