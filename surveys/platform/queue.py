"""The job queue: Huey, in the instance folder for the embedded database and in PostgreSQL beside it otherwise.

Jobs carry no data of their own. What is to be done is a row in the database (the outbox, a long step), so a job that is
lost, or runs twice, does no harm: the next one finds the same rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from flask import Flask, current_app

from surveys.platform.config import Settings

if TYPE_CHECKING:
    from huey import Huey
    from huey.api import TaskWrapper

Work = Mapping[str, Callable[[], None]]
"""What jobs do, by name: «outbox», «previews», «steps», «openings», «deadlines», «reminders», «leavers».

Each is also done every minute by the worker.
"""


JobName = Literal["outbox", "previews", "steps"]
"""A job that can be put in the queue before its minute is over."""


@dataclass(frozen=True)
class Jobs:
    """The queue and what can be put in it: call `work_outbox()` to have the outbox worked soon.

    `work_previews()`: the same for previews of large releases; `work_steps()`: for steps of large surveys.
    """

    queue: "Huey"
    work_outbox: "TaskWrapper"
    work_previews: "TaskWrapper"
    work_steps: "TaskWrapper"

    def wake(self, job: JobName) -> None:
        """Has the job worked soon."""
        wanted = {"outbox": self.work_outbox, "previews": self.work_previews, "steps": self.work_steps}
        wanted[job]()

    def share_done(self, survey_id: int) -> float | None:
        """How much of the survey's long step is done, 0–1; None when none is being taken."""
        found: float | None = self.queue.get(_share_of(survey_id), peek=True)
        return found

    def set_share_done(self, survey_id: int, share: float | None) -> None:
        if share is None:
            self.queue.delete(_share_of(survey_id))
        else:
            self.queue.put(_share_of(survey_id), share)


def init_app(app: Flask, make_work: Callable[["Huey"], Work]) -> None:
    """Fixes what the jobs do. `make_work` is called when the queue is first needed."""
    app.extensions["medvirk_work"] = make_work


def current_jobs() -> Jobs:
    """The jobs of the application that serves this request."""
    return jobs_of(current_app._get_current_object())  # type: ignore[attr-defined]


def jobs_of(app: Flask, *, immediate: bool = False) -> Jobs:
    """The application's jobs, made the first time. `immediate` runs a job at once in the caller, for tests."""
    found: Jobs | None = app.extensions.get("medvirk_jobs")
    if found is None:
        queue = _queue(app.config["SETTINGS"], immediate=immediate)
        found = app.extensions["medvirk_jobs"] = _register(queue, app.extensions["medvirk_work"](queue))
    return found


def _share_of(survey_id: int) -> str:
    return f"share-of-step-{survey_id}"


def _queue(settings: Settings, *, immediate: bool) -> "Huey":
    # Huey is loaded when a job is put in the queue: the pages respondents see never need it.
    from huey import PostgresHuey, SqliteHuey

    if settings.database_url.startswith("postgresql"):
        address = settings.database_url.replace("postgresql+psycopg://", "postgresql://", 1)
        return PostgresHuey("medvirk", dsn=address, table_prefix="jobs", results=False, immediate=immediate)
    file = settings.instance / "jobs.sqlite3"
    return SqliteHuey("medvirk", filename=str(file), results=False, immediate=immediate)


def _register(queue: "Huey", work: Work) -> Jobs:
    from huey import crontab  # as in `_queue`

    # Every minute, not at midnight: a worker that was down then does it when it is back.
    for name, do in work.items():
        queue.periodic_task(crontab(minute="*"), name=f"work_{name}_every_minute")(do)
    tasks = {name: queue.task(name=f"work_{name}")(do) for name, do in work.items()}
    return Jobs(queue, tasks["outbox"], tasks["previews"], tasks["steps"])
