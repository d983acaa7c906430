"""The job queues: Huey, in the instance folder for the embedded database and in PostgreSQL beside it otherwise.

There is one for each kind of job, and each has workers of its own: a mail server that takes half a minute for each
mail delays mail, and neither a closing nor a counting. Jobs carry no data of their own. What is to be done is a row in
the database (the outbox, a long step), so a job that is lost, or runs twice, does no harm: the next one finds the same
rows.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from flask import Flask, current_app

from surveys.platform.config import Settings
from surveys.platform.private_files import make_private_file

if TYPE_CHECKING:
    from huey import Huey
    from huey.api import TaskWrapper

_log = logging.getLogger("medvirk.queue")

Work = Mapping[str, Callable[[], None]]
"""What jobs do, by name: «outbox», «previews», «steps», «openings», «deadlines», «reminders», «tally», «retention», and
for each queue «alive_dates», «alive_steps», «alive_mail».

Each is also done every minute by the worker.
"""


JobName = Literal["outbox", "previews", "steps"]
"""A job that can be put in the queue before its minute is over."""


QueueName = Literal["mail", "steps", "dates"]
QUEUES: Final[tuple[QueueName, ...]] = ("dates", "steps", "mail")
"""What is done at its date, what takes long to compute, and what waits for the mail server."""

_QUEUE_OF: Final[Mapping[str, QueueName]] = {
    "outbox": "mail",
    "previews": "steps",
    "steps": "steps",
    "alive_steps": "steps",
    "alive_mail": "mail",
}


@dataclass(frozen=True)
class Jobs:
    """The queues and what can be put in them: call `work_outbox()` to have the outbox worked soon.

    `work_previews()`: the same for previews of large releases; `work_steps()`: for steps of large surveys. `every`: all
    jobs by name.
    """

    queues: "Mapping[QueueName, Huey]"
    every: "Mapping[str, TaskWrapper]"

    @property
    def work_outbox(self) -> "TaskWrapper":
        return self.every["outbox"]

    @property
    def work_previews(self) -> "TaskWrapper":
        return self.every["previews"]

    @property
    def work_steps(self) -> "TaskWrapper":
        return self.every["steps"]

    def close(self) -> None:
        """Closes this thread's connections to the queues."""
        for queue in self.queues.values():
            queue.storage.close()

    def share_done(self, survey_id: int) -> float | None:
        """How much of the survey's long step is done, 0–1; None when none is being taken."""
        found: float | None = self.queues["steps"].get(_share_of(survey_id), peek=True)
        return found

    def set_share_done(self, survey_id: int, share: float | None) -> None:
        if share is None:
            self.queues["steps"].delete(_share_of(survey_id))
        else:
            self.queues["steps"].put(_share_of(survey_id), share)


def init_app(app: Flask, work: Work) -> None:
    """Fixes what the jobs do."""
    app.extensions["medvirk_work"] = work


def current_jobs() -> Jobs:
    """The jobs of the application that serves this request."""
    return jobs_of(current_app._get_current_object())  # type: ignore[attr-defined]


def wake(job: JobName) -> None:
    """Has the job worked soon. What is to be done has been committed: the page that asks must not fail any more.

    A queue that cannot be written to (the disk is full) costs at most a minute: then the worker does the job anyway.
    """
    try:
        current_jobs().every[job]()
    except Exception as error:  # noqa: BLE001 (sqlite3's and psycopg's errors have no other base in common)
        _log.warning("Jobben %s kunne ikke settes i gang nå, og blir tatt ved neste minutt: %s", job, error)


def jobs_of(app: Flask, *, immediate: bool = False) -> Jobs:
    """The application's jobs, made the first time. `immediate` runs a job at once in the caller, for tests."""
    found: Jobs | None = app.extensions.get("medvirk_jobs")
    if found is None:
        settings: Settings = app.config["SETTINGS"]
        queues = {name: _queue(settings, name, immediate=immediate) for name in QUEUES}
        found = app.extensions["medvirk_jobs"] = _register(queues, app.extensions["medvirk_work"])
    return found


def _share_of(survey_id: int) -> str:
    return f"share-of-step-{survey_id}"


def _queue(settings: Settings, kind: QueueName, *, immediate: bool) -> "Huey":
    # Huey is loaded when a job is put in the queue: the pages respondents see never need it.
    from huey import Huey, SqliteHuey

    name = f"medvirk-{kind}"
    if settings.database_url.startswith("postgresql"):
        from surveys.platform.queue_tables import TurnTakingStorage  # as Huey

        address = settings.database_url.replace("postgresql+psycopg://", "postgresql://", 1)
        kept = {"storage_class": TurnTakingStorage, "dsn": address, "table_prefix": "jobs"}
        return Huey(name, results=False, immediate=immediate, **kept)
    file = settings.instance / "jobs.sqlite3"
    make_private_file(file)
    return SqliteHuey(name, filename=str(file), results=False, immediate=immediate)


def _register(queues: "Mapping[QueueName, Huey]", work: Work) -> Jobs:
    from huey import crontab  # as in `_queue`

    tasks = {}
    for name, do in work.items():
        queue = queues[_QUEUE_OF.get(name, "dates")]
        # Every minute, not at midnight: a worker that was down then does it when it is back.
        queue.periodic_task(crontab(minute="*"), name=f"work_{name}_every_minute")(do)
        tasks[name] = queue.task(name=f"work_{name}")(do)
    return Jobs(queues, tasks)
