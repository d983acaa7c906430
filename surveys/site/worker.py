"""The job worker: what each job does, and the process or thread that does it."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from flask import Flask

from surveys.campaigns.closing import close_overdue
from surveys.campaigns.deliveries import send_queued
from surveys.campaigns.erasing_people import erase_those_who_left
from surveys.campaigns.planned_reminders import queue_planned
from surveys.hr.long_steps import take_asked
from surveys.hr.opening_by_plan import open_due
from surveys.hr.organisation.uploads import remove_old
from surveys.platform import queue as job_queue
from surveys.platform.queue import Work, jobs_of
from surveys.publishing.preview import compute_previews

if TYPE_CHECKING:
    from huey import Huey
    from huey.consumer import Consumer

_STEPS_LOCK: Final = "long-steps"


def init_app(app: Flask) -> None:
    job_queue.init_app(app, lambda queue: _work(app, queue))


def consumer(app: Flask, workers: int = 1) -> "Consumer":
    """The job worker, ready to `run()` until it gets a signal. Works every job each minute."""
    from huey.consumer import Consumer  # loaded by the worker alone

    return Consumer(_unlocked(jobs_of(app).queue), workers=workers, periodic=True, max_delay=2.0)


def worker_thread(app: Flask) -> "Consumer":
    """A started worker in threads of this process: the demo has nothing else to start. `stop()` ends it."""
    from huey.consumer import Consumer  # loaded by the worker alone

    class WorkerThread(Consumer):
        """A worker inside another program, which keeps the signals to itself."""

        def _set_signal_handlers(self) -> None:
            pass

    worker = WorkerThread(_unlocked(jobs_of(app).queue), workers=1, periodic=True, max_delay=2.0)
    worker.start()
    return worker


def _unlocked(queue: "Huey") -> "Huey":
    """A worker that was killed in the middle of a long step has left it locked."""
    queue.flush_locks(_STEPS_LOCK)
    return queue


def _work(app: Flask, queue: "Huey") -> Work:
    from huey.exceptions import TaskLockedException  # loaded with the queue

    database = app.extensions["medvirk_database"]

    def in_context(do: Callable[[], object]) -> Callable[[], None]:
        def work() -> None:
            with app.app_context():
                do()

        return work

    def take_steps() -> None:
        with suppress(TaskLockedException), queue.lock_task(_STEPS_LOCK):
            if take_asked(database, jobs_of(app).set_share_done):
                compute_previews(database)

    def remind() -> None:
        # Without a mail server they would pile up, and all go out on the day there is one.
        if app.config["SETTINGS"].smtp_host:
            queue_planned(database)

    def keep_time() -> None:
        close_overdue(database)
        remove_old(app.config["SETTINGS"].instance)

    return {
        "outbox": in_context(lambda: send_queued(database, app.config["SETTINGS"])),
        "previews": in_context(lambda: compute_previews(database)),
        "steps": in_context(take_steps),
        "openings": in_context(lambda: open_due(database)),
        "deadlines": in_context(keep_time),
        "reminders": in_context(remind),
        "leavers": in_context(
            lambda: erase_those_who_left(database, app.config["SETTINGS"].erase_left_after_days)
        ),
    }
