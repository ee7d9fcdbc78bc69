"""Alembic's entry: the connection comes from `upgrade`, in a transaction that is ended there."""

from alembic import context

from onshore.ledger.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
