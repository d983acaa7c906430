"""The job queue: Huey, in the instance folder for the embedded database and in PostgreSQL beside it otherwise.

Jobs carry no data of their own. What is to be done stands in the database (the outbox), so a job that is lost, or runs
twice, does no harm: the next one finds the same rows.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from flask import Flask
from huey import Huey, PostgresHuey, SqliteHuey, crontab
from huey.api import TaskWrapper
from huey.consumer import Consumer
from huey.exceptions import TaskLockedException

from surveys.campaigns.closing import close_overdue
from surveys.campaigns.deliveries import send_queued
from surveys.campaigns.long_steps import take_asked
from surveys.campaigns.publication.preview import compute_previews
from surveys.config import Settings

_STEPS_LOCK: Final = "long-steps"


@dataclass(frozen=True)
class Jobs:
    """The queue and what can be put in it: call `work_outbox()` to have the outbox worked soon.

    `work_previews()`: the same for previews of large releases; `work_steps()`: for steps of large surveys.
    """

    queue: Huey
    work_outbox: TaskWrapper
    work_previews: TaskWrapper
    work_steps: TaskWrapper

    def share_done(self, survey_id: int) -> float | None:
        """How much of the survey's long step is done, 0–1; None when none is being taken."""
        found: float | None = self.queue.get(_share_of(survey_id), peek=True)
        return found

    def tell_share(self, survey_id: int, share: float | None) -> None:
        if share is None:
            self.queue.delete(_share_of(survey_id))
        else:
            self.queue.put(_share_of(survey_id), share)


def jobs_of(app: Flask, *, immediate: bool = False) -> Jobs:
    """The application's jobs, made the first time. `immediate` runs a job at once in the caller, for tests."""
    found: Jobs | None = app.extensions.get("medvirk_jobs")
    if found is None:
        found = app.extensions["medvirk_jobs"] = _register(
            app, _queue(app.config["SETTINGS"], immediate=immediate)
        )
    return found


def consumer(app: Flask, workers: int = 1) -> Consumer:
    """The job worker, ready to `run()` until it gets a signal. Looks after outbox and deadlines each minute."""
    return Consumer(_unlocked(jobs_of(app).queue), workers=workers, periodic=True, max_delay=2.0)


def _share_of(survey_id: int) -> str:
    return f"share-of-step-{survey_id}"


class _WorkerThread(Consumer):
    """A worker inside another program, which keeps the signals to itself. `stop()` ends it."""

    def _set_signal_handlers(self) -> None:
        pass


def worker_thread(app: Flask) -> Consumer:
    """A started worker in threads of this process: the demo has nothing else to start."""
    worker = _WorkerThread(_unlocked(jobs_of(app).queue), workers=1, periodic=True, max_delay=2.0)
    worker.start()
    return worker


def _unlocked(queue: Huey) -> Huey:
    """A worker that was killed in the middle of a long step has left it locked."""
    queue.flush_locks(_STEPS_LOCK)
    return queue


def _queue(settings: Settings, *, immediate: bool) -> Huey:
    if settings.database_url.startswith("postgresql"):
        address = settings.database_url.replace("postgresql+psycopg://", "postgresql://", 1)
        return PostgresHuey("medvirk", dsn=address, table_prefix="jobs", results=False, immediate=immediate)
    file = settings.instance / "jobs.sqlite3"
    return SqliteHuey("medvirk", filename=str(file), results=False, immediate=immediate)


def _register(app: Flask, queue: Huey) -> Jobs:
    def work() -> None:
        with app.app_context():
            send_queued(app.extensions["medvirk_database"], app.config["SETTINGS"])

    def close() -> None:
        with app.app_context():
            close_overdue(app.extensions["medvirk_database"])

    def preview() -> None:
        with app.app_context():
            compute_previews(app.extensions["medvirk_database"])

    def take_steps() -> None:
        with app.app_context(), suppress(TaskLockedException), queue.lock_task(_STEPS_LOCK):
            if take_asked(app.extensions["medvirk_database"], jobs_of(app).tell_share):
                compute_previews(app.extensions["medvirk_database"])

    queue.periodic_task(crontab(minute="*"), name="work_outbox_every_minute")(work)
    queue.periodic_task(crontab(minute="*"), name="work_previews_every_minute")(preview)
    queue.periodic_task(crontab(minute="*"), name="work_steps_every_minute")(take_steps)
    # Every minute, not at midnight: a worker that was down then does it when it is back.
    queue.periodic_task(crontab(minute="*"), name="close_surveys_every_minute")(close)
    return Jobs(
        queue,
        queue.task(name="work_outbox")(work),
        queue.task(name="work_previews")(preview),
        queue.task(name="work_steps")(take_steps),
    )
