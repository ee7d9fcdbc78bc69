"""Fingerprints of the keys by which callers' numbers are hashed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "keys",
        sa.Column("chain", sa.String(120), primary_key=True),
        sa.Column("fingerprint", sa.LargeBinary(16), nullable=False),
    )
