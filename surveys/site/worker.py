"""The job worker: what each job does, and the process or thread that does it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from flask import Flask

from surveys.campaigns.closing import close_overdue
from surveys.campaigns.deliveries import send_queued
from surveys.campaigns.holder_mail.sending import send_to_holders
from surveys.campaigns.key_holders import forget_shares
from surveys.campaigns.models import MessageChannel
from surveys.campaigns.planned_reminders import queue_planned
from surveys.campaigns.tally.nightly import publish_tonight
from surveys.followup.actions.reminders.queueing import queue_plan_reminders
from surveys.followup.actions.reminders.sending import send_plan_reminders
from surveys.followup.meetings.voting import close_forgotten
from surveys.hr.answers.in_background import take_asked_files
from surveys.hr.answers.waiting import waiting_answers
from surveys.hr.long_steps import take_asked
from surveys.hr.opening_by_plan import open_due
from surveys.hr.organisation.uploads import waiting_uploads
from surveys.hr.retention.deleting import delete_what_is_due
from surveys.platform import logs
from surveys.platform import queue as job_queue
from surveys.platform.clock import municipal_day
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.heartbeats import beat
from surveys.platform.queue import QUEUES, QueueName, Work, jobs_of
from surveys.platform.sms_gateway import has_gateway
from surveys.platform.turns import LONG_STEPS, only_one
from surveys.publishing.preview import compute_previews
from surveys.reports.keeping import kept_files
from surveys.reports.material.packages import unit_packages
from surveys.reports.material.packing import make_asked_packages
from surveys.reports.year.reminders import send_reminders
from surveys.results.leader_mail.sending import tell_leaders

_MOST_SECONDS_IDLE: Final = 2.0


def init_app(app: Flask) -> None:
    job_queue.init_app(app, _work(app))
    # What a job stumbles over is told by the queue's library.
    logs.adopt(app, "huey")


def work(app: Flask, workers: int = 1) -> None:
    """Works every job each minute, and at once to begin with, until the process gets a signal.

    Each queue has so many threads of its own.
    """
    from huey.consumer import Consumer  # loaded by the worker alone

    jobs = jobs_of(app)
    first, *others = QUEUES
    # The one that is told of signals, and ends the program.
    leading = Consumer(jobs.queues[first], workers=workers, max_delay=_MOST_SECONDS_IDLE)
    beside = WorkerThreads(app, others, workers)
    for job in jobs.every.values():
        job()
    beside.start()
    try:
        leading.run()
    finally:
        beside.stop()


class WorkerThreads:
    """Workers in threads of this process, which has something else to do: the demo serves its site."""

    def __init__(self, app: Flask, queues: Sequence[QueueName] = QUEUES, workers: int = 1) -> None:
        from huey.consumer import Consumer  # loaded by the worker alone

        class Silent(Consumer):
            """Leaves the signals to the program."""

            def _set_signal_handlers(self) -> None:
                pass

        found = jobs_of(app).queues
        self._consumers = [
            Silent(found[name], workers=workers, max_delay=_MOST_SECONDS_IDLE) for name in queues
        ]

    def start(self) -> None:
        for consumer in self._consumers:
            consumer.start()

    def stop(self) -> None:
        for consumer in self._consumers:
            consumer.stop()


def _work(app: Flask) -> Work:
    database = app.extensions["medvirk_database"]

    def in_context(do: Callable[[], object]) -> Callable[[], None]:
        def work() -> None:
            with app.app_context():
                do()

        return work

    def remind() -> None:
        settings = app.config["SETTINGS"]
        can_be_sent = {
            MessageChannel.MAIL: bool(settings.smtp_host),
            MessageChannel.SMS: has_gateway(settings),
        }
        if settings.smtp_host:
            new_day()
        if channels := [channel for channel, can in can_be_sent.items() if can]:
            queue_planned(database, channels=channels)

    new_day = _once_a_day(app, lambda: queue_plan_reminders(database))

    def keep_time() -> None:
        close_overdue(database)
        forget_shares(database)
        close_forgotten(database, app.config["SECRETS"].codes)
        for files in (waiting_uploads, waiting_answers):
            files(app.config["SETTINGS"].instance).remove_old()
        unit_packages(app.config["SETTINGS"].instance).remove_old()

    def alive(queue: QueueName) -> Callable[[], None]:
        return in_context(lambda: beat(database, queue))

    return {
        **{f"alive_{queue}": alive(queue) for queue in QUEUES},
        "outbox": in_context(lambda: _send_all(database, app.config["SETTINGS"])),
        "previews": in_context(lambda: compute_previews(database)),
        "steps": in_context(partial(_take_steps, app)),
        "openings": in_context(lambda: open_due(database)),
        "deadlines": in_context(keep_time),
        "reminders": in_context(remind),
        "tally": in_context(lambda: publish_tonight(database)),
        "retention": in_context(_once_a_day(app, partial(_delete_old, app))),
    }


def _send_all(database: Database, settings: Settings) -> None:
    # The few to key holders first: they may say that somebody is opening a ballot box.
    send_to_holders(database, settings)
    send_plan_reminders(database, settings)
    tell_leaders(database, settings)
    send_queued(database, settings)
    send_reminders(database, settings)


def _take_steps(app: Flask) -> None:
    """Steps of large surveys, large files of answers, and packages of every unit's files."""
    database, settings = app.extensions["medvirk_database"], app.config["SETTINGS"]
    with only_one(database, settings, LONG_STEPS) as ours:
        if not ours:
            return
        if take_asked(database, jobs_of(app).set_share_done):
            compute_previews(database)
        take_asked_files(database, waiting_answers(settings.instance))
        make_asked_packages(database, settings.instance)


def _delete_old(app: Flask) -> None:
    settings = app.config["SETTINGS"]
    delete_what_is_due(app.extensions["medvirk_database"], settings)
    kept_files(settings.instance).remove_old()


def _once_a_day(app: Flask, do: Callable[[], object]) -> Callable[[], None]:
    """Does it when the worker starts, and then on each new day."""
    last: list[object] = []

    def on_a_new_day() -> None:
        asked = (municipal_day(), app.config["SETTINGS"])
        if asked not in last:
            do()
            last[:] = [asked]

    return on_a_new_day
