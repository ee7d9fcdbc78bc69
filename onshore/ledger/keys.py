"""The key of callers' numbers, known again by its fingerprint in the database: none is replaced in silence."""

from __future__ import annotations

import hmac
import logging
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from onshore.errors import LedgerError
from onshore.ledger import migrations
from onshore.ledger.database import connect, writing
from onshore.ledger.privacy import Numbers
from onshore.ledger.schema import calls, chains, keys
from onshore.ledger.settings import key_of

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from onshore.ledger.settings import Settings

log = logging.getLogger(__name__)

FINGERPRINT_BYTES = 16


def fingerprint(key: bytes) -> bytes:
    """Return what tells a key from others, and says nothing of it."""
    return hmac.digest(key, b"fingerprint", "sha256")[:FINGERPRINT_BYTES]


def refuse_new(settings: Settings) -> None:
    """Raise LedgerError when a ledger's chain has callers already: a new key would be another than theirs.

    A database that cannot be had now says nothing. Its `note` tells then, when it is back.
    """
    engine = _reached(settings)
    if engine is None:
        return
    try:
        with engine.connect() as connection:
            version = migrations.current(engine)
            if not version:
                return
            hashed = select(func.count()).select_from(calls.join(chains, calls.c.chain == chains.c.id))
            known = connection.scalar(hashed.where(chains.c.name == settings.chain, calls.c.caller.is_not(None))) or 0
            if known or (version >= migrations.KEYS and _kept(connection).get(settings.chain)):
                raise LedgerError(
                    f"{settings.key} is not there, and the numbers of {known} calls in the ledger were hashed with it: "
                    "take it from your backup. No number is kept meanwhile. If it is gone for good, begin a chain of "
                    "another name (`chain` under [ledger], then `onshore build`): it gets a new key"
                )
    except SQLAlchemyError:
        return
    finally:
        engine.dispose()


def note(engine: Engine, settings: Settings) -> None:
    """Keep the fingerprint of a chain's key with the ledger, if it has none yet; another one is told to the log."""
    if not settings.key.exists():
        return
    try:
        mine = fingerprint(key_of(settings, make=False))
        with engine.connect() as connection:
            kept = _kept(connection).get(settings.chain)
        if kept is None:
            with writing(engine) as connection:
                if settings.chain not in _kept(connection):
                    connection.execute(insert(keys).values(chain=settings.chain, fingerprint=mine))
        elif kept != mine:
            log.error("%s", _wrong(settings))
    except LedgerError as error:
        log.error("callers' numbers: %s", error)  # noqa: TRY400 - the reason is what is wanted


def checked(connection: Connection, settings: Settings) -> tuple[bytes, tuple[str, ...]]:
    """Return the key of a ledger, and the chains whose numbers were hashed with other keys.

    LedgerError when it is not there, or is not the key of this machine's chain. It is never made.
    """
    key = key_of(settings, make=False)
    mine = fingerprint(key)
    kept = _kept(connection)
    others = tuple(sorted(name for name, one in kept.items() if one != mine))
    if settings.chain in others or (others and len(others) == len(kept)):
        raise LedgerError(_wrong(settings))
    return key, others


def numbers(settings: Settings) -> Numbers:
    """Return how a ledger's numbers are kept, its key made on first use.

    Where the key was lost, or is another than it was, the log says so, and no number is kept: calls go on. A database
    that cannot be had now says nothing.
    """
    try:
        key = key_of(settings)
        _compare(settings, fingerprint(key))
    except LedgerError as error:
        log.error("callers' numbers are not kept: %s", error)  # noqa: TRY400 - the reason is what is wanted
        key = b""
    return Numbers(key, settings.home, settings.keep_numbers)


def _compare(settings: Settings, mine: bytes) -> None:
    """Raise LedgerError when this machine's chain had another key. Other machines have keys of their own."""
    engine = _reached(settings)
    if engine is None:
        return
    try:
        with engine.connect() as connection:
            kept = _kept(connection) if migrations.current(engine) >= migrations.KEYS else {}
    except SQLAlchemyError:
        return
    finally:
        engine.dispose()
    if kept.get(settings.chain, mine) != mine:
        raise LedgerError(_wrong(settings))


def _reached(settings: Settings) -> Engine | None:
    try:
        return connect(settings.database, read_only=True)
    except (LedgerError, ModuleNotFoundError):  # there is none yet, or no driver; whoever needs it says so
        return None


def _kept(connection: Connection) -> dict[str, bytes]:
    return {row.chain: bytes(row.fingerprint) for row in connection.execute(select(keys))}


def _wrong(settings: Settings) -> str:
    return (
        f"{settings.key} is not the key that this ledger's numbers were hashed with (chain {settings.chain}): take "
        "that from your backup; no number can be found or forgotten with this one"
    )
