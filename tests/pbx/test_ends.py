"""How a call ends, told by nobody but the dialplan: no caller's channel waits for a daemon."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from onshore.ledger import settings
from onshore.ledger.schema import calls
from onshore.ledger.store import connect
from onshore.testing.call import At, Call, HangUp, Press
from onshore.testing.phones import Phones
from tests.pbx.pbx import Pbx, Setup
from tests.pbx.scenarios import AGENTS
from tests.pbx.test_changes import SMALL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from onshore.testing.unpack import Unpacked

pytestmark = [pytest.mark.pbx, pytest.mark.beside, pytest.mark.timeout(200)]

FREED_WITHIN = 2.0  # seconds from the hang-up
WAITING = Setup(
    SMALL.site, {"support-manila": ("nobody",), "support-milwaukee": ("milwaukee",)}, more_queues=SMALL.more_queues
)
# queues.conf of a PBX whose callers may leave by a key, with Asterisk's own defaults otherwise.
LEAVING = """
[support-manila](+)
context=leaving
periodic-announce=silence/1
"""


@pytest.fixture
def phones(asterisk_22: Unpacked, tmp_path: Path) -> Iterator[Phones]:
    """The telephones and the agents."""
    with Phones(asterisk_22, tmp_path / "phones", AGENTS) as running:
        yield running


def pbx(setup: Setup, release: Unpacked, speech: Unpacked, phones: Phones, folder: Path) -> Pbx:
    """Return a PBX that was built, and is not up yet."""
    folder.mkdir()
    made = Pbx(setup, release, speech.espeak, phones, folder)
    made.build()
    return made


def in_the_queue(made: Pbx) -> float:
    """Return how many seconds after the answer a caller who presses nothing is in the queue for sure."""
    prompts = made.plan.prompts["en"]
    told = sum(prompts[key].milliseconds for key in ("disclosure-PH", "offer-US-1", "repeat"))
    return (told + made.plan.services["support"].key_timeout) / 1000 + 1.0


def wait_until(moment: float) -> None:
    """Wait until a moment (seconds since 1970): what happens when in the call is what is tested."""
    time.sleep(max(0.0, moment - time.time()))


def rows(made: Pbx) -> list[dict[str, Any]]:
    """Return the calls as the report reads them, once all that was written elsewhere is taken in."""
    made.take_in()
    engine = connect(settings.load(made.state).database)
    with engine.connect() as connection:
        found = [dict(row) for row in connection.execute(select(calls).order_by(calls.c.arrived)).mappings()]
    engine.dispose()
    return found


def test_a_frozen_daemon_holds_no_channel(
    asterisk: Unpacked, asterisk_22: Unpacked, phones: Phones, tmp_path: Path
) -> None:
    """Callers hang up in a prompt and in the queue while the daemon is frozen: their channels are gone at once.

    Their ends are in the books, though the daemon is killed before it can tell anything.
    """
    with pbx(WAITING, asterisk, asterisk_22, phones, tmp_path / "pbx") as made:
        queued = in_the_queue(made)
        waiting = phones.begin(Call("support", (At(queued + 3.0), HangUp()), name="waiting"), made.asterisk.sip_port)
        wait_until(waiting.wait_for("answered") + queued)
        prompted = phones.begin(Call("support", (At(2.0), HangUp()), name="prompted"), made.asterisk.sip_port)
        wait_until(prompted.wait_for("answered") + 1.0)
        made.signal_daemon(signal.SIGSTOP)
        last = max(recording.answered_at + recording.seconds for recording in (waiting.wait(), prompted.wait()))
        while not made.asterisk.console("core show channels count").startswith("0 active channels"):
            assert time.time() < last + FREED_WITHIN
            time.sleep(0.05)
        made.kill_daemon()
        first, second = rows(made)
    assert (first["outcome"], first["disclosed"], first["center"]) == ("abandoned", "full", "manila")
    assert (second["outcome"], second["disclosed"], second["service"]) == ("before-queue", "part", "support")
    assert second["country"] == "PH"


def test_who_leaves_the_queue_by_a_key_was_answered_by_nobody(
    asterisk: Unpacked, asterisk_22: Unpacked, phones: Phones, tmp_path: Path
) -> None:
    """A caller who leaves by a key, one who is redirected out of the queue, and one who is answered: three ends."""
    setup = Setup(SMALL.site, {"support-manila": ("nobody",), "support-milwaukee": ("milwaukee",)}, more_queues=LEAVING)
    made = pbx(setup, asterisk, asterisk_22, phones, tmp_path / "pbx")
    extensions = made.asterisk.etc / "extensions.conf"
    extensions.write_text(
        extensions.read_text() + "\n[leaving]\nexten => 0,1,Wait(1)\n same => n,Hangup()\nexten => s,1,Wait(1)\n"
    )
    with made:
        queued = in_the_queue(made)
        begun = [
            phones.begin(Call("support", (At(queued + 1.0), Press("0")), name="leaves"), made.asterisk.sip_port),
            phones.begin(Call("support", name="redirected"), made.asterisk.sip_port, pause=0.3),
            phones.begin(Call("support", (At(2.0), Press("1")), name="answered"), made.asterisk.sip_port, pause=0.3),
        ]
        wait_until(begun[1].wait_for("answered") + queued + 2.0)
        shown = made.asterisk.console("core show channels concise").splitlines()
        redirected = next(line.partition("!")[0] for line in shown if "!Queue!" in line)
        made.asterisk.console(f"channel redirect {redirected} leaving,s,1")
        for one in begun:
            one.wait()
        made.channels_left()
        found = {row["outcome"]: row for row in rows(made)}
    assert len(found) == 3, found
    assert {"answered", "left"} <= found.keys(), found
    assert found["answered"]["answered_country"] == "US"
    assert found["left"]["answered_country"] is None
    assert [row["outcome"] for row in found.values() if row["answered_country"]] == ["answered"]


@pytest.mark.parametrize("daemon", [True, False], ids=["daemon", "fallback"])
def test_a_caller_whose_service_is_renamed_is_not_dropped(
    asterisk: Unpacked, asterisk_22: Unpacked, phones: Phones, tmp_path: Path, *, daemon: bool
) -> None:
    """The queue gives the caller back, and nobody knows the service any more: to the same queue again; and an end."""
    site = SMALL.site.replace('queue = "support-manila"', 'queue = "support-manila"\ntimeout = 8')
    setup = Setup(site, WAITING.members, daemon=daemon)
    with pbx(setup, asterisk, asterisk_22, phones, tmp_path / "pbx") as made:
        queued = in_the_queue(made)
        call = phones.begin(Call("support", (At(queued + 22.0), HangUp())), made.asterisk.sip_port)
        wait_until(call.wait_for("answered") + queued)
        made.site.write_text(made.site.read_text().replace("[services.support]", "[services.helpdesk]"))
        made.onshore("build")
        call.wait()
        made.channels_left()
        routed = [line for line in made.queue_log() if line[4] == "ONSHORE"]
        (row,) = rows(made)
    assert [line[2] for line in routed] == ["support-manila", "support-manila"]
    assert (row["service"], row["outcome"], row["center"]) == ("support", "abandoned", "manila")
    assert row["disclosed"] == "full"


@pytest.mark.parametrize("daemon", [True, False], ids=["daemon", "fallback"])
def test_calls_are_in_the_books_of_a_pbx_without_a_queue_log(
    asterisk: Unpacked, asterisk_22: Unpacked, phones: Phones, tmp_path: Path, *, daemon: bool
) -> None:
    """Where Asterisk writes queue_log into no file, the dialplan keeps a file of its own, for the ledger alone."""
    logger = "[general]\nqueue_log=no\n[logfiles]\nfull => notice,warning,error,verbose(5)\n"
    setup = Setup(SMALL.site, WAITING.members, "setinterfacevar=yes\n", daemon=daemon, files={"logger.conf": logger})
    with pbx(setup, asterisk, asterisk_22, phones, tmp_path / "pbx") as made:
        calls_ = (
            Call("support", (At(2.0), Press("1")), name="home", caller='"A" <2025550101>'),
            Call("support", (At(1.5), HangUp()), name="prompt", caller='"B" <2025550102>'),
        )
        phones.run(calls_, made.asterisk.sip_port, stagger=0.4)
        made.channels_left()
        first, second = rows(made)
        assert made.asterisk.log.joinpath("queue_log").exists() is False
        assert (made.state / "queue_log").stat().st_mode & 0o077 == 0
    assert (first["outcome"], first["choice"], first["answered_country"]) == ("answered", "domestic", "US")
    assert (second["outcome"], second["disclosed"]) == ("before-queue", "part")
    assert first["caller"]
    assert first["caller"] != second["caller"]
