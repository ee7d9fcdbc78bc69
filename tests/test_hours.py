"""Opening hours: what the call flow and what Asterisk make of them."""

from __future__ import annotations

import re
import shutil
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onshore import plan as plans
from onshore.asterisk import dialplan
from onshore.site import hours
from onshore.testing.plans import sample_plan
from onshore.testing.private_asterisk import PrivateAsterisk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from onshore.plan import Center
    from onshore.testing.unpack import Unpacked

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def center(*spans: str, timezone: str = "UTC") -> Center:
    """Return a center with these hours."""
    return replace(sample_plan().centers["manila"], hours=tuple(map(hours, spans)), timezone=timezone)


@pytest.mark.parametrize(
    ("span", "open_at", "closed_at"),
    [
        ("mon-fri 08:00-18:00", ("mon 08:00", "fri 17:59"), ("mon 07:59", "fri 18:00", "sat 12:00")),
        ("sat 09:00-13:00", ("sat 09:00",), ("sat 13:00", "sun 10:00", "fri 10:00")),
        ("sat-mon 10:00-11:00", ("sat 10:00", "sun 10:30", "mon 10:59"), ("tue 10:00", "fri 10:00")),
        ("22:00-06:00", ("mon 22:00", "tue 05:59", "sun 23:59", "mon 00:00"), ("mon 06:00", "mon 21:59")),
        ("22:00-24:00", ("mon 22:00", "mon 23:59"), ("tue 00:00",)),
        ("00:00-24:00", ("mon 00:00", "sun 23:59"), ()),
        # The day is that of the minute: written like this, the night of Friday ends at midnight.
        ("fri 22:00-06:00", ("fri 22:00", "fri 23:59", "fri 05:59"), ("sat 00:00", "fri 06:00")),
    ],
)
def test_span(span: str, open_at: tuple[str, ...], closed_at: tuple[str, ...]) -> None:
    """A span holds from its first minute to the one before its end, on its days, past midnight and past Sunday."""
    for when, expected in (*((text, True) for text in open_at), *((text, False) for text in closed_at)):
        day, time = when.split()
        moment = datetime.fromisoformat(f"2026-03-{2 + DAYS.index(day):02}T{time}+00:00")  # the 2nd is a Monday
        assert center(span).is_open(moment) is expected, when


def test_no_hours() -> None:
    """A center without hours is always open."""
    assert center().is_open(datetime(2026, 1, 1, tzinfo=UTC))


def test_time_zone() -> None:
    """Hours are those of the center's clock, whose day may be another."""
    manila = center("mon 08:00-09:00", timezone="Asia/Manila")
    assert manila.is_open(datetime(2026, 3, 2, 0, 30, tzinfo=UTC))
    assert center("mon 08:00-09:00", timezone="Pacific/Auckland").is_open(datetime(2026, 3, 1, 19, 30, tzinfo=UTC))
    assert not manila.is_open(datetime(2026, 3, 2, 8, 30, tzinfo=UTC))


@pytest.mark.parametrize(("month", "hour"), [(1, 13), (7, 12)])
def test_summer_time(month: int, hour: int) -> None:
    """Hours follow summer time: eight in New York is another hour of UTC in July than in January."""
    new_york = center("08:00-09:00", timezone="America/New_York")
    start = datetime(2026, month, 15, hour, tzinfo=UTC)
    assert new_york.is_open(start)
    assert not new_york.is_open(start - timedelta(minutes=1))
    assert not new_york.is_open(start + timedelta(hours=1))


times = st.tuples(st.integers(0, 23), st.integers(0, 59))


@given(st.sampled_from(DAYS), st.sampled_from(DAYS), times, times, times, st.integers(0, 6))
def test_span_minute_for_minute(
    first: str, last: str, start: tuple[int, int], end: tuple[int, int], now: tuple[int, int], day: int
) -> None:
    """Counting on from the first day to the last, and from start to end, says the same."""
    if start == end:
        return
    days = [(DAYS.index(first) + n) % 7 for n in range((DAYS.index(last) - DAYS.index(first)) % 7 + 1)]
    begin, minute = start[0] * 60 + start[1], now[0] * 60 + now[1]
    length = (end[0] * 60 + end[1] - begin) % 1440
    expected = day in days and (minute - begin) % 1440 < length
    span = hours(f"{first}-{last} {start[0]:02}:{start[1]:02}-{end[0]:02}:{end[1]:02}")
    assert span.holds(day, minute) is expected


def around(now: datetime) -> list[str]:
    """Return spans whose edges are at a moment, or near it."""
    today, yesterday, tomorrow = (DAYS[(now.weekday() + shift) % 7] for shift in (0, -1, 1))
    days = [
        "",
        f"{today} ",
        f"{yesterday}-{tomorrow} ",
        f"{tomorrow}-{yesterday} ",
        f"{tomorrow} ",
        f"{today}-{yesterday} ",
    ]
    minutes = [f"{now + timedelta(minutes=shift):%H:%M}" for shift in (-61, -1, 0, 1, 61)]
    times = [f"{start}-{end}" for start, end in product([*minutes, "00:00"], [*minutes, "24:00"]) if start != end]
    return [day + time for day, time in product(days, times)]


@pytest.mark.pbx
@pytest.mark.beside
def test_asterisk_says_the_same(asterisk: Unpacked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GotoIfTime, with the pattern that the dialplan has, is of one mind with the call flow, in every kind of zone.

    The machine's zone ("") is that of /etc/localtime, whatever TZ says; and a zone of which there is no file is UTC to
    Asterisk, which says nothing: why `build` refuses it.
    """
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    zones = {zone: ZoneInfo(zone) for zone in ("UTC", "Asia/Kathmandu", "America/Los_Angeles", "Pacific/Kiritimati")}
    with Path("/etc/localtime").open("rb") as file:
        zones[""] = ZoneInfo.from_file(file)
    with PrivateAsterisk(asterisk, tmp_path / "pbx") as pbx:
        for _ in range(2):  # the second time only if the minute was over before Asterisk had answered
            now = datetime.now(UTC)
            asked = [
                center(span, timezone=name) for name, zone in zones.items() for span in around(now.astimezone(zone))
            ]
            lost = [replace(one, timezone="US/Nowhere") for one in asked if one.timezone == "UTC"]
            ask(pbx, asked + lost, now)
            if datetime.now(UTC).minute == now.minute:
                break
        answers = pbx.console("dialplan show globals")
    opened = {int(line.partition("=")[0].strip()[1:]) for line in answers.splitlines() if re.match(r" *O\d+=1", line)}
    asked += [replace(one, timezone="UTC") for one in lost]
    expected = {number for number, one in enumerate(asked) if one.is_open(now)}
    assert {dialplan.hours(asked[number])[0] for number in opened ^ expected} == set()
    assert 0 < len(expected) < len(asked)


def ask(pbx: PrivateAsterisk, centers: list[Center], now: datetime) -> None:
    """Have Asterisk set a global variable for each center that is open."""
    steps = "".join(
        f" same => n,Set(GLOBAL(O{number})=0)\n"
        f" same => n,GotoIfTime({dialplan.hours(one)[0]}?o{number})\n same => n,Goto(c{number})\n"
        f" same => n(o{number}),Set(GLOBAL(O{number})=1)\n same => n(c{number}),NoOp()\n"
        for number, one in enumerate(centers)
    )
    (pbx.etc / "extensions.conf").write_text(
        f"[globals]\n[ask]\nexten => s,1,Answer()\n{steps} same => n,Set(GLOBAL(ASKED)={now:%H%M})\n"
        f"[wait]\nexten => s,1,Wait(30)\n"
    )
    pbx.console("dialplan reload")
    pbx.console("channel originate Local/s@ask/n extension s@wait")
    while f"ASKED={now:%H%M}" not in pbx.console("dialplan show globals"):
        assert pbx.running
        time.sleep(0.05)


ZONES = ("Asia/Manila", "America/New_York", "Europe/Rome", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns")


def as_gotoiftime(pattern: str, now: time.struct_time) -> bool:
    """Read a pattern of GotoIfTime as Asterisk does, from the C library's idea of the moment."""
    times, days = pattern.split(",")[:2]
    start, end = (int(one[:2]) * 60 + int(one[3:]) for one in times.split("-"))
    first, last = (DAYS.index(one) for one in days.split("-"))
    minute = now.tm_hour * 60 + now.tm_min
    of_day = first <= now.tm_wday <= last if first <= last else now.tm_wday >= first or now.tm_wday <= last
    return of_day and (start <= minute <= end if start <= end else minute >= start or minute <= end)


@pytest.fixture
def c_library(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, datetime], time.struct_time]]:
    """The C library's idea of a moment in a zone: neither Python's nor ours."""

    def local(zone: str, moment: datetime) -> time.struct_time:
        monkeypatch.setenv("TZ", f":{plans.zones()}/{zone}")
        time.tzset()
        return time.localtime(moment.timestamp())

    yield local
    monkeypatch.undo()
    time.tzset()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - Hypothesis wants it so
    st.integers(-90, 90) | st.none(),
    st.sampled_from(DAYS),
    st.sampled_from(DAYS),
    times,
    times,
)
def test_daemon_and_dialplan_agree_at_any_moment(
    c_library: Callable[[str, datetime], time.struct_time],
    zone: str,
    drawn: datetime,
    beside: int | None,
    first: str,
    last: str,
    start: tuple[int, int],
    end: tuple[int, int],
) -> None:
    """`is_open` says what GotoIfTime says, at any moment, and in the hours about a change of the clock."""
    if start == end:
        return
    moment = drawn.replace(tzinfo=UTC)
    if beside is not None:
        moment = change_before(zone, moment) + timedelta(minutes=beside)
    one = center(f"{first}-{last} {start[0]:02}:{start[1]:02}-{end[0]:02}:{end[1]:02}", timezone=zone)
    assert one.is_open(moment) is as_gotoiftime(dialplan.hours(one)[0], c_library(zone, moment))


def change_before(zone: str, moment: datetime) -> datetime:
    """Return when the clock of a zone was last changed, by the day; the moment itself where it never is."""
    there = ZoneInfo(zone)
    for days in range(366):
        early, late = (moment - timedelta(days=days + shift) for shift in (1, 0))
        if early.astimezone(there).utcoffset() != late.astimezone(there).utcoffset():
            while late - early > timedelta(minutes=1):
                middle = early + (late - early) / 2
                same = middle.astimezone(there).utcoffset() == early.astimezone(there).utcoffset()
                early, late = (middle, late) if same else (early, middle)
            return late
    return moment


def linked(place: Path, zone: str) -> None:
    """Set the machine's zone as timedatectl does."""
    new = place.with_name("new")
    new.symlink_to(f"{plans.zones()}/{zone}")
    new.replace(place)


def copied(place: Path, zone: str) -> None:
    """Set it as an installer does that knows no links, in place."""
    place.unlink(missing_ok=True)
    shutil.copyfile(f"{plans.zones()}/{zone}", place)


def overwritten(place: Path, zone: str) -> None:
    """Set it as a shell does: `cat ZONE >/etc/localtime`."""
    content = Path(plans.zones(), zone).read_bytes()
    place.write_bytes(content)


@pytest.mark.parametrize("tz", [None, "Pacific/Auckland"])
@pytest.mark.parametrize("ways", list(product((linked, copied), (linked, copied, overwritten))))
def test_the_machines_zone_may_change_under_the_daemon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tz: str | None, ways: tuple[Callable[[Path, str], None], ...]
) -> None:
    """A center without a zone of its own follows /etc/localtime, link or copy, from the next call on, as Asterisk."""
    if tz:
        monkeypatch.setenv("TZ", tz)
    place = tmp_path / "localtime"
    monkeypatch.setattr(plans, "LOCALTIME", str(place))
    moment = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)  # half past eight in Manila
    manila = center("mon 08:00-09:00", timezone="")
    assert not manila.is_open(moment)  # no file: UTC
    for number, zone in enumerate(("Europe/Rome", "Asia/Manila", "America/New_York", "Asia/Manila")):
        way = ways[number % 2]
        if way is overwritten and place.is_symlink():
            place.unlink()
        way(place, zone)
        assert manila.is_open(moment) is (zone == "Asia/Manila"), zone
    place.unlink()
    place.write_text("nonsense")
    assert not manila.is_open(moment)


def test_a_zone_whose_rules_are_updated_counts_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new tzdata package is in force from the next call on, for a named zone too: Asterisk reads it again."""
    system = plans.zones()
    (tmp_path / "Asia").mkdir()
    monkeypatch.setenv("TZDIR", str(tmp_path))
    moment, manila = datetime(2026, 3, 2, 0, 30, tzinfo=UTC), center("mon 08:00-09:00", timezone="Asia/Manila")
    for zone in ("Europe/Rome", "Asia/Manila"):
        shutil.copyfile(f"{system}/{zone}", tmp_path / "new")
        (tmp_path / "new").replace(tmp_path / "Asia/Manila")
        assert manila.is_open(moment) is (zone == "Asia/Manila")
