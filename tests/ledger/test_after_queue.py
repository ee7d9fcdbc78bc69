"""What Asterisk does after Queue() is in the books as it was: who answered, who left, who was transferred."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from sqlalchemy import select

from onshore import build as building
from onshore.evidence import Event
from onshore.ledger import projection
from onshore.ledger import settings as settings_of
from onshore.ledger.opening import open_store
from onshore.ledger.schema import KINDS, calls
from tests.ledger.test_queuelog import contents, copy, imported
from tests.making import site

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random
    from typing import Any

    from onshore.ledger.settings import Settings

ID = "pbx-1795471189.9"
CALL = f"{ID}-439184"
CEBU = '\n[centers.cebu]\ncountry = "CA"\nqueue = "support-cebu"\n'
ROUTED = f"1795471199|{ID}|support-manila|NONE|ONSHORE|{CALL}|support|manila|PH|en|none|1"
ENTERED = f"1795471199|{ID}|support-manila|NONE|ENTERQUEUE||2025550101|1"
CONNECT = f"1795471208|{ID}|support-manila|ana|CONNECT|9|pbx-1795471200.10|3"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A state folder with a plan of three centers."""
    made = site(tmp_path_factory.mktemp("built"), more=CEBU)
    building.build(made)
    return settings_of.load(made.asterisk.state)


def ended(at: int, said: str, call: str = CALL, number: str = "+12025550101", rest: str = "") -> str:
    """Return the line of a call's end: the variables, and what the dialplan adds."""
    moment = f"{at}500"
    return (
        f"{at}|{call.rpartition('-')[0]}|NONE|NONE|ONSHORE_ENDED|{call}|{said}|{number}|support|us-call-center-act|"
        f"|{moment}|{rest or '|'}"
    )


DAEMONS = [
    Event(CALL, "arrived", {"service": "support", "plan": "p", "rules": "us-call-center-act"}, 1795471189.2),
    Event(CALL, "language", {"language": "en", "by": "channel"}, 1795471189.3),
    Event(
        CALL,
        "disclosed",
        {"country": "PH", "prompt": "disclosure-PH-aaaaaa", "heard_ms": 3000, "of_ms": 3000, "text": "…"},
        1795471192.0,
    ),
    Event(CALL, "choice", {"choice": "none"}, 1795471199.1),
    Event(
        CALL,
        "routed",
        {"center": "manila", "queue": "support-manila", "country": "PH", "domestic": False},
        1795471199.2,
    ),
]


def begun(settings: Settings, folder: Path) -> Settings:
    """Return the settings of a new ledger that has what the daemon told of a call."""
    new = copy(settings, folder)
    store = open_store(new)
    store.append(DAEMONS)
    store.engine.dispose()
    return new


def rows(settings: Settings, folder: Path, *lines: str, told: bool = True) -> dict[str, Any]:
    """Return the rows of a ledger with what the daemon told of a call, if `told`, and then some lines of queue_log."""
    new = begun(settings, folder / "state") if told else copy(settings, folder / "state")
    (folder / "queue_log").write_text("".join(f"{line}\n" for line in lines))
    imported(new, folder / "queue_log")
    contents(new)  # verifies
    store = open_store(new)
    with store.engine.connect() as connection:
        found = {row.call: row for row in connection.execute(select(calls))}
    store.engine.dispose()
    return found


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # A queue as Asterisk has it by default: the variables say nothing, queue_log says who answered.
        (
            [
                CONNECT,
                f"1795471230|{ID}|support-manila|ana|COMPLETECALLER|9|22|1",
                ended(1795471230, "||||1795471199|queue|manila"),
            ],
            ("answered", "PH", "ana", 9, 22, 0),
        ),
        # With both variables: the interface goes before the name, and the wait is that until the agent picked up.
        (
            [CONNECT, ended(1795471230, "||PJSIP/ana|7|1795471199|queue|manila")],
            ("answered", "PH", "PJSIP/ana", 7, 24, 0),
        ),
        # Only setinterfacevar, and no line of the queue's: who and where is known, the wait is not.
        ([ended(1795471230, "||PJSIP/ana||1795471199|queue|manila")], ("answered", "PH", "PJSIP/ana", None, None, 0)),
        ([ended(1795471230, "CONTINUE||||1795471199|queue|manila")], ("answered", "PH", None, None, None, 0)),
        # Nothing tells.
        ([ended(1795471230, "||||1795471199|queue|manila")], ("unknown", None, None, None, None, 0)),
        # By a key, into the admin's own dialplan, where another queue's agent answers: not ours.
        (
            [
                f"1795471219|{ID}|support-manila|NONE|EXITWITHKEY|0|1|1|20",
                f"1795471225|{ID}|700|bob|CONNECT|5|x|1",
                ended(1795471260, "||PJSIP/bob|5|1795471199|queue|manila"),
            ],
            ("left", None, None, 20, None, 0),
        ),
        # Redirected while waiting: ABANDON is written, and the call goes on.
        (
            [
                f"1795471219|{ID}|support-manila|NONE|ABANDON|1|1|20",
                ended(1795471260, "|TRUE|||1795471199|queue|manila"),
            ],
            ("left", None, None, 20, None, 0),
        ),
        (
            [
                f"1795471219|{ID}|support-manila|NONE|ABANDON|1|1|20",
                ended(1795471219, "|TRUE|||1795471199|queue|manila"),
            ],
            ("abandoned", None, None, 20, None, 0),
        ),
        # The queue gave the caller back, who hung up while the offer was made: the wait is that in the queue.
        (
            [
                f"1795471229|{ID}|support-manila|NONE|EXITWITHTIMEOUT|1|1|30",
                ended(1795471240, "TIMEOUT|TRUE|||1795471199|queue|manila"),
            ],
            ("unanswered", None, None, 30, None, 0),
        ),
        (
            [
                f"1795471229|{ID}|support-manila|NONE|WITHDRAW|1|1|30|by the console",
                ended(1795471240, "WITHDRAW|TRUE|||1795471199|queue|manila"),
            ],
            ("unanswered", None, None, 30, None, 0),
        ),
        # Answered, transferred into another center's queue, and answered there; the variables are the other's.
        (
            [
                CONNECT,
                f"1795471230|{ID}|support-manila|ana|BLINDTRANSFER|6000|internal|9|22|1",
                f"1795471231|{ID}|support-cebu|NONE|ENTERQUEUE||2025550101|1",
                f"1795471240|{ID}|support-cebu|ben|CONNECT|9|x|1",
                f"1795471300|{ID}|support-cebu|ben|COMPLETEAGENT|9|60|1",
                ended(1795471300, "||PJSIP/ben|9|1795471199|queue|manila"),
            ],
            ("answered", "PH", "ana", 9, 22, 1),
        ),
        # The same, but the caller gave up there.
        (
            [
                CONNECT,
                f"1795471230|{ID}|support-manila|ana|BLINDTRANSFER|6000|internal|9|22|1",
                f"1795471240|{ID}|support-cebu|NONE|ABANDON|1|1|9",
                ended(1795471240, "|TRUE|||1795471199|queue|manila"),
            ],
            ("answered", "PH", "ana", 9, 22, 1),
        ),
        # And left there by a key.
        (
            [
                CONNECT,
                f"1795471230|{ID}|support-manila|ana|BLINDTRANSFER|6000|internal|9|22|1",
                f"1795471240|{ID}|support-cebu|NONE|EXITWITHKEY|0|1|1|9",
                ended(1795471250, "||||1795471199|queue|manila"),
            ],
            ("answered", "PH", "ana", 9, 22, 1),
        ),
        # Back into the same queue.
        (
            [
                CONNECT,
                f"1795471230|{ID}|support-manila|ana|BLINDTRANSFER|6000|internal|9|22|1",
                f"1795471240|{ID}|support-manila|ben|CONNECT|9|x|1",
                ended(1795471300, "||||1795471199|queue|manila"),
            ],
            ("answered", "PH", "ana", 9, 22, 1),
        ),
        # An attended one, on a channel of the agent's own; the answer in the other queue is on the caller's.
        (
            [
                CONNECT,
                "1795471290|pbx-1795471290.20|support-cebu|NONE|ENTERQUEUE||701|1",
                "1795471301|pbx-1795471290.20|support-manila|ana|ATTENDEDTRANSFER|APP|Queue|9|93|1",
                f"1795471307|{ID}|support-cebu|ben|CONNECT|7|x|6",
                ended(1795471400, "||||1795471199|queue|manila"),
            ],
            ("answered", "PH", "ana", 9, 93, 1),
        ),
        # One that links two channels.
        (
            [
                CONNECT,
                "1795471301|pbx-1795471290.20|support-manila|ana|ATTENDEDTRANSFER|LINK|PJSIP/a-1|PJSIP/b-2|9|93|1",
                ended(1795471400, "||||1795471199|queue|manila"),
            ],
            ("answered", "PH", "ana", 9, 93, 1),
        ),
        # Another agent's, of another call.
        (
            [
                CONNECT,
                "1795471301|pbx-1795471290.20|support-manila|zoe|ATTENDEDTRANSFER|APP|Queue|9|93|1",
                ended(1795471400, "||||1795471199|queue|manila"),
            ],
            ("answered", "PH", "ana", 9, None, 0),
        ),
    ],
)
def test_the_row_says_how_it_went(
    tmp_path: Path, built: Settings, lines: list[str], expected: tuple[object, ...]
) -> None:
    """Whatever the queue tells: outcome, country of the agent, member, wait, talk and transfers, or nothing of it."""
    row = rows(built, tmp_path, ROUTED, ENTERED, *lines)[CALL]
    found = (row.outcome, row.answered_country, row.member, row.waited, row.talked, row.transferred)
    assert found == expected
    assert (row.choice, row.disclosed, row.center, row.caller_area) == ("none", "full", "manila", "202")


EVERY = [
    ROUTED,
    ENTERED,
    CONNECT,
    f"1795471230|{ID}|support-manila|ana|BLINDTRANSFER|6000|internal|9|22|1",
    f"1795471240|{ID}|support-cebu|ben|CONNECT|9|x|1",
    f"1795471300|{ID}|support-cebu|ben|COMPLETEAGENT|9|60|1",
    ended(1795471300, "||PJSIP/ben|9|1795471199|queue|manila"),
    "1795471200|pbx-1795471200.30|support-manila|NONE|ONSHORE|pbx-1795471200.30-1|support|manila|PH|en|none|",
    "1795471219|pbx-1795471200.30|support-manila|NONE|EXITWITHKEY|0|1|1|19",
    ended(1795471260, "||||1795471200|queue|manila", "pbx-1795471200.30-1"),
    ended(1795471202, "|||||queue|", "pbx-1795471201.31-1", rest="onshore/disclosure-PH-aaaaaa|900"),
]


@given(data=st.data())
@trying(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_same_from_the_same_lines_in_whatever_order(tmp_path: Path, built: Settings, data: st.DataObject) -> None:
    """Twice over, and in any two pieces of which the second is all."""
    file = tmp_path / "queue_log"
    file.write_text("".join(f"{line}\n" for line in EVERY))
    whole = begun(built, tmp_path / "whole")
    imported(whole, file)
    mixed = begun(built, tmp_path / "mixed")
    shuffled = data.draw(st.permutations(EVERY + EVERY))
    for part in (shuffled[: data.draw(st.integers(0, len(shuffled)))], shuffled):
        file.write_text("".join(f"{line}\n" for line in part))
        imported(mixed, file)
    assert contents(mixed) == contents(whole)


@given(cuts=st.lists(st.integers(0, 11), max_size=5))
@trying(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_same_in_however_many_pieces(tmp_path: Path, built: Settings, cuts: list[int]) -> None:
    """As a daemon reads it that follows the file: line by line, or in any bites."""
    file = tmp_path / "queue_log"
    file.write_text("".join(f"{line}\n" for line in sorted(EVERY, key=lambda line: line[:10])))
    lines = file.read_text().splitlines(keepends=True)
    whole = begun(built, tmp_path / "whole")
    imported(whole, file)
    bitten = begun(built, tmp_path / "bitten")
    ends = [*sorted(cuts), len(lines)]
    for start, end in zip([0, *ends], ends, strict=False):
        file.write_text("".join(lines[start:end]))
        imported(bitten, file)
    assert contents(bitten) == contents(whole)


def test_a_caller_who_was_sent_to_onshore_twice_is_two_calls(tmp_path: Path, built: Settings) -> None:
    """One channel, two names: each line of the queue's goes to the call that was in the queue then."""
    first, second = f"{ID}-100000", f"{ID}-200000"
    lines = [
        f"1795471199|{ID}|support-manila|NONE|ONSHORE|{first}|support|manila|PH|en|none|",
        f"1795471199|{ID}|support-manila|NONE|ENTERQUEUE||2025550101|1",
        f"1795471219|{ID}|support-manila|NONE|EXITWITHKEY|0|1|1|20",
        ended(1795471221, "||||1795471199|queue|manila", first),
        f"1795471230|{ID}|support-manila|NONE|ONSHORE|{second}|support|manila|PH|en|none|",
        f"1795471230|{ID}|support-manila|NONE|ENTERQUEUE||2025550101|1",
        f"1795471240|{ID}|support-manila|ana|CONNECT|10|x|1",
        f"1795471250|{ID}|support-manila|ana|COMPLETECALLER|10|10|1",
        ended(1795471250, "||||1795471230|queue|manila", second),
    ]
    found = rows(built, tmp_path, *lines, told=False)
    assert (found[first].outcome, found[first].answered_country, found[first].waited) == ("left", None, 20)
    row = found[second]
    assert (row.outcome, row.answered_country, row.waited, row.talked) == ("answered", "PH", 10, 10)


def test_a_center_that_shares_its_queue_is_the_calls_own(tmp_path: Path) -> None:
    """Two centers of one queue: who answered is counted where the call was sent."""
    folder = tmp_path / "shared"
    folder.mkdir()
    more = '\n[centers.davao]\ncountry = "PH"\nqueue = "support-manila"\n'
    made = site(folder, more=more)
    building.build(made)
    line = ROUTED.replace("|manila|PH|", "|davao|PH|").removesuffix("1")
    over = ended(1795471230, "||||1795471199|queue|davao")
    found = rows(settings_of.load(made.asterisk.state), tmp_path, line, CONNECT, over, told=False)
    assert (found[CALL].answered_country, found[CALL].center) == ("PH", "davao")


@pytest.mark.parametrize("said", ["|||||queue|", "||||||"])
def test_a_call_of_which_only_the_end_is_known_is_one(tmp_path: Path, built: Settings, said: str) -> None:
    """Killed before anything was written: it has a service, it came in when its channel began, and nobody is untold."""
    row = rows(built, tmp_path, ended(1795471191, said), told=False)[CALL]
    assert (row.service, row.rules, row.arrived) == ("support", "us-call-center-act", 1795471189000)
    assert (row.outcome, row.choice, row.disclosed, row.skipped) == ("before-queue", "hangup", None, "hung-up-before")
    assert (row.ended, row.caller_area) == (1795471191713, "202")


def test_what_the_end_has_cut_short_was_heard_in_part(tmp_path: Path, built: Settings) -> None:
    """The daemon died in the disclosure, and the caller hung up: the line of the end tells how much was heard."""
    over = ended(1795471191, "|||||queue|", rest="onshore/disclosure-PH-aaaaaa|900")
    row = rows(built, tmp_path, over, told=False)[CALL]
    assert (row.disclosed, row.country, row.disclosed_country, row.outcome) == ("part", "PH", "PH", "before-queue")
    row = rows(built, tmp_path, ended(1795471191, "|||||queue|", rest="onshore/offer-US-1-aaaaaa|900"), told=False)[
        CALL
    ]
    assert row.offered


def test_the_end_takes_no_choice_back_and_an_older_dialplans_line_is_read(tmp_path: Path, built: Settings) -> None:
    """Seven fields, no number; the caller's is that with which the queue was entered."""
    old = f"1795471230|{ID}|NONE|NONE|ONSHORE_ENDED|{CALL}|||||queue|"
    row = rows(built, tmp_path, old)[CALL]
    assert (row.choice, row.outcome) == ("none", "before-queue")
    old = f"1795471230|{ID}|NONE|NONE|ONSHORE_ENDED|{CALL}||TRUE|||1795471199|queue|manila"
    assert rows(built, tmp_path, ROUTED, ENTERED, old)[CALL].caller_area == "202"


def test_a_number_that_is_withheld_is_not_taken_from_the_queues_line(tmp_path: Path, built: Settings) -> None:
    """Queue() writes the number all the same; the dialplan does not, and its line decides."""
    over = ended(1795471230, "|TRUE|||1795471199|queue|manila", number="")
    row = rows(built, tmp_path, ROUTED, ENTERED, over)[CALL]
    assert (row.caller, row.caller_area) == (None, None)


def test_an_end_that_is_told_twice_counts_once(tmp_path: Path, built: Settings) -> None:
    """By a template of the admin's that still asks the daemon, and by the line."""
    over = ended(1795471230, "||PJSIP/ana|9|1795471199|queue|manila")
    once = rows(built, tmp_path, ROUTED, CONNECT, over)[CALL]
    new = settings_of.load(tmp_path / "state")
    store = open_store(new)
    who: dict[str, str | int | bool] = {"member": "PJSIP/ana", "center": "manila"}
    more = [
        Event(CALL, "connected", {**who, "country": "PH", "waited": 9}, 1795471208),
        Event(CALL, "ended", {"outcome": "answered", "center": "manila", "talked": 22}, 1795471230.7),
    ]
    store.append(more, again=True)
    with store.engine.connect() as connection:
        row = connection.execute(select(calls)).one()
    store.engine.dispose()
    for name in ("outcome", "answered_country", "member", "waited", "talked", "transferred"):
        assert getattr(row, name) == getattr(once, name), name
    assert row.connected // 1000 == once.connected // 1000


ANY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(
        ["answered", "left", "abandon", "hangup", "domestic", "queue", "support-manila", "disclosure-PH-x"]
    ),
    st.lists(st.integers(), max_size=2),
)
NAMES = (
    *("service", "country", "prompt", "heard_ms", "of_ms", "choice", "center", "queue", "member", "waited", "talked"),
    *("outcome", "by", "hash", "what", "reason", "arrived", "domestic", "language", "fallback"),
)
HAPPENINGS = st.lists(
    st.tuples(
        st.integers(0, 2 * 10**12), st.sampled_from(KINDS), st.dictionaries(st.sampled_from(NAMES), ANY, max_size=6)
    ),
    max_size=9,
)


@given(HAPPENINGS, st.randoms())
def test_a_row_is_made_of_whatever_events_in_whatever_order(
    happenings: list[tuple[int, str, dict[str, object]]], chance: Random
) -> None:
    """It never raises, each column has its type, and the order in which events come makes no difference."""
    made = projection.row(happenings)
    shuffled = list(happenings)
    chance.shuffle(shuffled)
    assert projection.row(shuffled) == made
    for column in calls.c:
        if column.name not in {"id", "call", "chain"} and made[column.name] is not None:
            assert isinstance(made[column.name], column.type.python_type), column.name
    assert made["caller"] is None or base64.urlsafe_b64encode(made["caller"])
