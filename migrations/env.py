"""Alembic's entry: runs migrations on the connection that `surveys.operating.migrating` hands over."""

from alembic import context

from surveys.operating.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
