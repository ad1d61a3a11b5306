"""What Alembic runs: the migrations on a connection that hotline.adapters.migrate hands over."""

from __future__ import annotations

from alembic import context

from hotline.adapters.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
