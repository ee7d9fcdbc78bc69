"""The key of callers' numbers: a lost or a wrong one is told, and never replaced in silence."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from onshore import cli
from onshore.agi import process
from onshore.errors import LedgerError
from onshore.evidence import Event, Spool
from onshore.ledger import daemon, keys
from onshore.ledger.opening import open_store
from onshore.ledger.schema import calls
from onshore.ledger.settings import Settings, key_of
from tests.ledger.conftest import written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NUMBER = "+12025550101"


def onshore(settings: Settings, *words: str) -> Result:
    """Run `onshore ledger …` on a state folder."""
    return CliRunner().invoke(cli.main, ["ledger", words[0], "--state", str(settings.state), *words[1:]])


def phone(settings: Settings, name: str, number: str = NUMBER) -> None:
    """Put a call into a ledger, with its caller, if that is kept."""
    store = open_store(settings)
    kept = keys.numbers(settings).caller(number)
    store.append([Event(name, "arrived", {"service": "support"}), *([Event(name, "caller", kept)] if kept else [])])
    store.engine.dispose()
    open_store(settings).engine.dispose()  # a daemon's next start


def callers(settings: Settings) -> int:
    """Return how many calls of a ledger have a caller."""
    store = open_store(settings)
    with store.engine.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(calls).where(calls.c.caller.is_not(None))) or 0
    store.engine.dispose()
    return count


def lose(settings: Settings) -> None:
    """Take the key away."""
    settings.key.unlink()


def swap(settings: Settings) -> None:
    """Put another key in its place, as from an older backup."""
    settings.key.write_text("ab" * 32 + "\n")


def cut(settings: Settings) -> None:
    """Leave half of it."""
    settings.key.write_text(settings.key.read_text()[:20])


HARMS = [lose, swap, cut]


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("command", [("find", NUMBER), ("find", NUMBER, "--json"), ("forget", NUMBER, "--yes")])
def test_a_number_is_not_looked_for_with_a_key_that_is_not_its_own(
    settings: Settings, harm: Callable[[Settings], None], command: tuple[str, ...]
) -> None:
    """One message with exit code 1, and no key is made: "no call of this number" would not be true."""
    phone(settings, "one")
    assert '"call": "one"' in onshore(settings, "find", NUMBER, "--json").output
    harm(settings)
    before = settings.key.read_text() if settings.key.exists() else None
    done = onshore(settings, *command)
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"{settings.key}" in done.stderr
    assert "backup" in done.stderr
    assert (settings.key.read_text() if settings.key.exists() else None) == before
    assert callers(settings) == 1


@pytest.mark.parametrize("harm", HARMS)
def test_a_daemon_without_its_key_keeps_no_number_and_says_so(
    settings: Settings, harm: Callable[[Settings], None], caplog: pytest.LogCaptureFixture
) -> None:
    """The calls go into the ledger all the same; with the key back, numbers are kept again, and all are found."""
    phone(settings, "one")
    right = settings.key.read_text()
    harm(settings)
    with caplog.at_level(logging.ERROR), daemon.evidence(settings.state) as evidence:
        evidence.add(Event("two", "arrived", {"service": "support"}))
        evidence.add(Event("two", "caller", {"number": NUMBER}))
    assert any("numbers are not kept" in record.message for record in caplog.records)
    assert callers(settings) == 1
    settings.key.write_text(right)
    phone(settings, "three")
    found = onshore(settings, "find", NUMBER, "--json").output
    assert ('"call": "one"' in found, '"call": "two"' in found, '"call": "three"' in found) == (True, False, True)


@pytest.mark.parametrize("harm", [lose, cut])
def test_a_process_of_a_call_makes_no_second_key(
    settings: Settings, harm: Callable[[Settings], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Asterisk's console says why nothing is kept of the caller."""
    assert process._caller(str(settings.state), NUMBER)  # noqa: SLF001 - what a call's process asks
    phone(settings, "one")
    harm(settings)
    assert process._caller(str(settings.state), NUMBER) == {}  # noqa: SLF001 - the same
    assert "ledger.key" in capsys.readouterr().err
    assert Spool(settings.state).empty


def test_a_ledger_from_before_fingerprints_knows_a_lost_key_too(settings: Settings) -> None:
    """Callers are in it, so there was a key."""
    phone(settings, "one")
    store = open_store(settings)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM keys")
    store.engine.dispose()
    lose(settings)
    with pytest.raises(LedgerError, match="the numbers of 1 calls"):
        key_of(settings)
    assert not settings.key.exists()


def test_a_key_gone_for_good_is_followed_by_a_chain_of_another_name(settings: Settings) -> None:
    """As the message says: it gets a new key; what cannot be looked at is said."""
    phone(settings, "one")
    lose(settings)
    other = written(settings.state, settings.url, "pbx-b")
    phone(other, "two")
    done = onshore(other, "find", NUMBER)
    assert "1 calls" in done.stdout
    assert "Not looked at: the callers of pbx." in done.stderr
    done = onshore(other, "forget", NUMBER, "--yes")
    assert "Forgot the caller of 1 calls." in done.stdout
    assert "Not looked at: the callers of pbx." in done.stderr


def test_pbxs_that_share_a_database_have_a_key_each(settings: Settings) -> None:
    """Each finds its own callers, and says whose it cannot look at."""
    url = settings.url or f"sqlite:///{settings.state}/ledger.sqlite3"
    other = written(settings.state / "other", url, "pbx2")
    phone(settings, "one")
    phone(other, "two")
    assert callers(settings) == 2
    for mine, call, theirs in ((settings, "one", "pbx2"), (other, "two", "pbx")):
        done = onshore(mine, "find", NUMBER)
        assert f"  {call}  " in done.stdout
        assert f"Not looked at: the callers of {theirs}." in done.stderr


def test_a_machine_without_any_chain_of_its_own_says_that_it_has_no_key(settings: Settings) -> None:
    """A compliance officer's, which reads a PBX's database with a key that it made itself."""
    phone(settings, "one")
    reader = written(settings.state / "reader", settings.url or f"sqlite:///{settings.state}/ledger.sqlite3", "office")
    done = onshore(reader, "find", NUMBER)
    assert (done.exit_code, "ledger.key" in done.stderr) == (1, True)
    swap(reader)
    done = onshore(reader, "find", NUMBER)
    assert (done.exit_code, "is not the key" in done.stderr) == (1, True)


def test_a_fingerprint_says_nothing_of_the_key(settings: Settings) -> None:
    """It is a keyed hash, and another for each key."""
    one, two = bytes(32), bytes(31) + b"\x01"
    assert keys.fingerprint(one) != keys.fingerprint(two)
    assert one not in keys.fingerprint(one)
    assert len(keys.fingerprint(one)) == keys.FINGERPRINT_BYTES
    del settings


def test_showing_a_call_makes_no_key(settings: Settings) -> None:
    """Its number cannot be read then, and that is said in its place."""
    keeping = written(settings.state, settings.url, keep_numbers=True)
    phone(keeping, "one")
    assert NUMBER in onshore(keeping, "show", "one").output
    lose(keeping)
    done = onshore(keeping, "show", "one")
    assert (done.exit_code, "ledger.key" in done.output, NUMBER in done.output) == (0, True, False)
    assert not keeping.key.exists()


def test_without_the_server_s_driver_a_daemon_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its events wait in the spool, and what is kept of a caller is there."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    settings = written(tmp_path, "postgresql+psycopg://nobody@127.0.0.1:1/none")
    with daemon.evidence(settings.state) as evidence:
        evidence.add(Event("one", "caller", {"number": NUMBER}))
    assert not Spool(settings.state).empty
    assert settings.key.exists()
