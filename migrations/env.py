"""Alembic's entry: runs migrations on the connection that `surveys.operating.migrating` hands over."""

from typing import Any

from alembic import context

import surveys.operating.table_rebuilding  # noqa: F401 – registers itself with Alembic
from surveys.operating.check_constraints import comparison_options
from surveys.operating.tables import metadata


def import_our_type(kind: str, item: Any, written: Any) -> bool:
    """A type of our own is written with its module, which a new migration then must import."""
    if kind == "type" and type(item).__module__.startswith("surveys."):
        written.imports.add(f"import {type(item).__module__}")
    return False  # what stands in the migration is Alembic's own


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    # A migration is written for both databases: SQLite changes a column or a CHECK by rebuilding the table.
    render_as_batch=True,
    render_item=import_our_type,
    compare_type=True,
    **comparison_options(connection, metadata),
)
with context.begin_transaction():
    context.run_migrations()
