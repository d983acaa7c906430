"""How a migration makes one of SQLite's tables anew: it reads that table, and none of those it refers to.

Alembic takes this class for SQLite from the moment the module is imported, which `migrations/env.py` does.
"""

from alembic.ddl.sqlite import SQLiteImpl
from alembic.operations.batch import BatchOperationsImpl


class OneTableAtATime(SQLiteImpl):
    """Keeps references as names. Alembic would read every table that can be reached by them, each time."""

    __dialect__ = "sqlite"

    def requires_recreate_in_batch(self, batch_op: BatchOperationsImpl) -> bool:
        batch_op.reflect_kwargs.setdefault("resolve_fks", False)
        return super().requires_recreate_in_batch(batch_op)
