"""The ledger's tables and the kinds of its events. SQLAlchemy Core; SQLite and PostgreSQL alike.

Moments are milliseconds since 1970 (UTC); lengths of sound are milliseconds, waits and talks seconds.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
)

# An event's kind is kept as its place in this list, from 1: only ever add at the end.
KINDS = (
    "prompt",  # of no call: what a prompt says, before its first use in the chain
    "arrived",
    "language",
    "caller",
    "disclosed",
    "offered",
    "key",
    "choice",
    "routed",
    "returned",
    "connected",
    "transferred",
    "ended",
    "fallback",
    "skipped",
    "purged",  # of no call: what was taken out, by date
    "forgotten",  # of no call: what was taken out, of one caller
    "imported",  # of no call: which lines of which file were taken in
    "left",  # a caller left a queue, says queue_log
)
CODES = {kind: code for code, kind in enumerate(KINDS, 1)}

# What says something in the same way in every event.
WHOLE_NUMBERS = frozenset({"heard_ms", "of_ms", "waited", "talked", "arrived"})
TEXTS = frozenset(
    (
        *("service", "plan", "rules", "unique_id", "language", "by", "channel", "country", "prompt", "text", "key"),
        *("during", "reason", "what", "detail", "choice", "center", "queue", "status", "member", "hash", "area"),
        *("salt", "outcome", "queue_status", "to", "fallback", "direction"),
    )
)

CHAIN_BITS = 40  # an event's id: its chain's id, then its number in the chain in so many bits

# Integer in SQLite, where only that name makes a primary key the row's own number.
_id = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData()

chains = Table(
    "chains",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(120), nullable=False, unique=True),
    Column("head", BigInteger, nullable=False),  # the number of the last event; 0: none yet
    Column("head_hash", LargeBinary(32), nullable=False),
    Column("base", BigInteger, nullable=False),  # the number of the last event that was purged whole; 0: none
    Column("base_hash", LargeBinary(32), nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", _id, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("call", BigInteger),  # calls.id; none: of no call
    Column("kind", SmallInteger, nullable=False),
    Column("data", String),  # JSON; none: taken out, and `digest` is what is left of it
    Column("hash", LargeBinary(32), nullable=False),
    Column("digest", LargeBinary(32)),
    Index("events_call", "call"),
)

calls = Table(
    "calls",
    metadata,
    Column("id", _id, primary_key=True, autoincrement=False),
    Column("call", String(200), nullable=False, unique=True),  # ONSHORE_CALL
    Column("chain", Integer, ForeignKey("chains.id"), nullable=False),
    Column("arrived", BigInteger, nullable=False),
    Column("direction", String(8), nullable=False),  # "inbound"
    Column("service", String(40)),
    Column("rules", String(60)),
    Column("plan", String(20)),
    Column("language", String(12)),
    Column("caller", LargeBinary(16)),  # keyed hash of the number
    Column("caller_country", String(2)),
    Column("caller_area", String(60)),
    Column("country", String(2)),  # where the center is that the call was first to be answered by
    Column("disclosed", String(8)),  # "full", "part", "no"; none: not needed, or not over yet
    Column("disclosed_country", String(2)),  # the last one said
    Column("skipped", String(30)),  # the reason code, where there was no disclosure
    Column("offered", Boolean, nullable=False),
    Column("choice", String(8)),
    Column("chosen", BigInteger),  # when
    Column("routed", BigInteger),  # when first
    Column("center", String(40)),  # the last one that the call went to
    Column("routed_country", String(2)),
    Column("domestic", Boolean),  # whether that is the domestic one
    Column("returned", SmallInteger, nullable=False),  # how often a queue gave the caller back
    Column("connected", BigInteger),  # when an agent answered
    Column("member", String(80)),
    Column("answered_country", String(2)),
    Column("waited", Integer),
    Column("talked", Integer),
    Column("transferred", SmallInteger, nullable=False),
    Column("outcome", String(16)),  # none: not known yet
    Column("ended", BigInteger),
    Column("fallback", String(16)),  # why the dialplan took over
    Index("calls_arrived", "arrived"),
)

prompts = Table(
    "prompts",
    metadata,
    Column("chain", Integer, ForeignKey("chains.id"), primary_key=True),
    Column("language", String(12), primary_key=True),
    Column("id", String(80), primary_key=True),
    Column("text", String, nullable=False),
    Column("milliseconds", Integer, nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("chain", String(120), primary_key=True),  # chains.name; there may be no such chain yet
    Column("fingerprint", LargeBinary(16), nullable=False),  # of the key by which its callers' numbers are hashed
)
