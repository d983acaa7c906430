"""How many connections to PostgreSQL a process may have, and how long they may wait."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ConnectionLimits:
    """Seconds, but for `connections`: at most so many at once in a process.

    lock: waiting for what another transaction holds. statement: one statement's work. idle: a transaction in which
    nothing happens. Counting the largest survey holds its own lock for half a minute; a web request ends after ten.
    """

    connections: int = 15
    connect: int = 10
    lock: int = 120
    statement: int = 600
    idle: int = 3600

    def on_the_server(self) -> dict[str, str]:
        """PostgreSQL's own names and values, which every connection sets."""
        return {
            "lock_timeout": f"{self.lock}s",
            "statement_timeout": f"{self.statement}s",
            "idle_in_transaction_session_timeout": f"{self.idle}s",
        }

    def for_the_driver(self) -> dict[str, int]:
        """libpq's own: a server that has gone away without a word is noticed within a minute."""
        return {
            "connect_timeout": self.connect,
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
        }
