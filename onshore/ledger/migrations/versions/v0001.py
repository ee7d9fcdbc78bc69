"""The first version of the ledger's tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "chains",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(120), nullable=False, unique=True),
        sa.Column("head", sa.BigInteger, nullable=False),
        sa.Column("head_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("base", sa.BigInteger, nullable=False),
        sa.Column("base_hash", sa.LargeBinary(32), nullable=False),
    )
    op.create_table(
        "events",
        sa.Column("id", _id, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("call", sa.BigInteger),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("data", sa.String),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("digest", sa.LargeBinary(32)),
    )
    op.create_index("events_call", "events", ["call"])
    op.create_table(
        "calls",
        sa.Column("id", _id, primary_key=True, autoincrement=False),
        sa.Column("call", sa.String(200), nullable=False, unique=True),
        sa.Column("chain", sa.Integer, sa.ForeignKey("chains.id"), nullable=False),
        sa.Column("arrived", sa.BigInteger, nullable=False),
        sa.Column("direction", sa.String(8), nullable=False),
        sa.Column("service", sa.String(40)),
        sa.Column("rules", sa.String(60)),
        sa.Column("plan", sa.String(20)),
        sa.Column("language", sa.String(12)),
        sa.Column("caller", sa.LargeBinary(16)),
        sa.Column("caller_country", sa.String(2)),
        sa.Column("caller_area", sa.String(60)),
        sa.Column("country", sa.String(2)),
        sa.Column("disclosed", sa.String(8)),
        sa.Column("disclosed_country", sa.String(2)),
        sa.Column("skipped", sa.String(30)),
        sa.Column("offered", sa.Boolean, nullable=False),
        sa.Column("choice", sa.String(8)),
        sa.Column("chosen", sa.BigInteger),
        sa.Column("routed", sa.BigInteger),
        sa.Column("center", sa.String(40)),
        sa.Column("routed_country", sa.String(2)),
        sa.Column("domestic", sa.Boolean),
        sa.Column("returned", sa.SmallInteger, nullable=False),
        sa.Column("connected", sa.BigInteger),
        sa.Column("member", sa.String(80)),
        sa.Column("answered_country", sa.String(2)),
        sa.Column("waited", sa.Integer),
        sa.Column("talked", sa.Integer),
        sa.Column("transferred", sa.SmallInteger, nullable=False),
        sa.Column("outcome", sa.String(16)),
        sa.Column("ended", sa.BigInteger),
        sa.Column("fallback", sa.String(16)),
    )
    op.create_index("calls_arrived", "calls", ["arrived"])
    op.create_table(
        "prompts",
        sa.Column("chain", sa.Integer, sa.ForeignKey("chains.id"), primary_key=True),
        sa.Column("language", sa.String(12), primary_key=True),
        sa.Column("id", sa.String(80), primary_key=True),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("milliseconds", sa.Integer, nullable=False),
    )
