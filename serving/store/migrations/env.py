"""What Alembic runs: the changes on the connection that the store hands over."""

from __future__ import annotations

from alembic import context

from serving.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, compare_server_default=True
)
with context.begin_transaction():
    context.run_migrations()
