"""Huey's tables in PostgreSQL, made by one process at a time.

Loaded when the first job is put in the queue, as Huey is.
"""

from typing import Final

from huey.storage import PostgresStorage

# PostgreSQL names the lock with a number.
TABLES_TURN: Final = int.from_bytes(b"mdvjobs")


class TurnTakingStorage(PostgresStorage):
    """Else a site and its worker that are started together both find a table missing, and one of them fails."""

    ddl: list[str]

    def initialize_schema(self) -> None:
        self.ddl = [f"select pg_advisory_xact_lock({TABLES_TURN})", *self.ddl]
        super().initialize_schema()
