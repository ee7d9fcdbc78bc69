"""Telephones that speak a codec of which Asterisk can make nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from onshore.testing.call import At, Call, HangUp
from onshore.testing.phones import Phones
from tests.pbx.pbx import Pbx
from tests.pbx.scenarios import AGENTS
from tests.pbx.test_changes import SMALL

if TYPE_CHECKING:
    from pathlib import Path

    from onshore.testing.unpack import Unpacked

pytestmark = [pytest.mark.pbx, pytest.mark.beside, pytest.mark.timeout(200)]


@pytest.mark.parametrize("daemon", [True, False], ids=["daemon", "fallback"])
def test_a_caller_without_a_codec_goes_home_and_the_books_say_why(
    asterisk: Unpacked, asterisk_22: Unpacked, tmp_path: Path, *, daemon: bool
) -> None:
    """Nobody can be told anything on that line: home, and for another reason than a missing sound file."""
    with Phones(asterisk_22, tmp_path / "phones", AGENTS, codec="g729") as phones:
        (tmp_path / "pbx").mkdir()
        pbx = Pbx(replace(SMALL, daemon=daemon), asterisk, asterisk_22.espeak, phones, tmp_path / "pbx")
        pbx.build()
        with pbx:
            call = phones.begin(Call("support", (At(4.0), HangUp())), pbx.asterisk.sip_port)
            call.wait_for("ended")
            pbx.channels_left()
            (events,) = pbx.evidence().values()
    reasons = {event["reason"] for event in events if event["event"] == "skipped" and event["reason"] != "at-home"}
    assert reasons == {"no-translation"}, events
    assert [event["center"] for event in events if event["event"] == "routed"] == ["milwaukee"], events
