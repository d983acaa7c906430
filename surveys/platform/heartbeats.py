"""Signs of life of the job worker: a row for each queue, written each minute by a job of that queue.

The row is in the database, so that a web process, another machine and `medvirk doctor` see it without the queue's
library.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys.platform.clock import now
from surveys.platform.database import Base, Database
from surveys.platform.queue import QueueName

LATE: Final = dt.timedelta(minutes=5)
"""A worker that has written nothing for so long is not there: it writes each minute."""

_TIMEKEEPER: Final[QueueName] = "dates"
"""The queue whose jobs are all short. The others may be at work for an hour with one counting or a slow mail server."""


class WorkerHeartbeat(Base):
    """When a worker last took a job from this queue."""

    __tablename__ = "worker_heartbeat"

    queue: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[dt.datetime]


@dataclass(frozen=True)
class Heartbeats:
    """Queue → how long ago its worker was seen. Nothing for a queue that no worker has served."""

    ages: dict[str, dt.timedelta]

    @property
    def age(self) -> dt.timedelta | None:
        """How long ago the worker was seen; None: never."""
        return self.ages.get(_TIMEKEEPER)

    @property
    def is_late(self) -> bool:
        return self.age is None or self.age > LATE


def beat(db: Database, queue: QueueName) -> None:
    """The worker of this queue is alive."""
    insert: Any = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    moment = now()
    adding = insert(WorkerHeartbeat).values(queue=queue, seen_at=moment)
    with db.transaction() as session:
        session.execute(adding.on_conflict_do_update(index_elements=["queue"], set_={"seen_at": moment}))


def heartbeats(session: Session) -> Heartbeats:
    """Never negative: with two machines, the other one's clock may be a little ahead."""
    moment = now()
    rows = session.execute(select(WorkerHeartbeat.queue, WorkerHeartbeat.seen_at))
    return Heartbeats({queue: max(moment - seen_at, dt.timedelta()) for queue, seen_at in rows})
