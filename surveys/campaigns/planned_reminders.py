"""Reminders that send themselves: each minute the worker puts those whose day it is in the outbox."""

import datetime as dt
import logging
from collections.abc import Collection

from sqlalchemy import select

from surveys.campaigns.models import MessageChannel, Survey, SurveyStatus
from surveys.campaigns.reminder_plan import ReminderPlan, may_remind_at
from surveys.campaigns.reminders import queue_reminders
from surveys.campaigns.roster_following import update_invitations_from_roster
from surveys.platform.clock import municipal_day, now
from surveys.platform.database import Database

_log = logging.getLogger("medvirk.reminders")


def plan_of(survey: Survey) -> ReminderPlan:
    return ReminderPlan(survey.first_reminder_after, survey.second_reminder_after)


def queue_planned(
    db: Database,
    moment: dt.datetime | None = None,
    *,
    channels: Collection[MessageChannel] = tuple(MessageChannel),
) -> int:
    """Queues the reminders that are due by each open survey's plan; how many. Nothing at night or on a free day.

    channels: those that can be sent from here. For another one they would pile up, and all go on the day there is one.
    It looks at the days and not at when it last ran: a worker that was down for a day mends it when it is back.
    """
    moment = moment or now()
    if not may_remind_at(moment):
        return 0
    today = municipal_day(moment)
    with db.reading() as session:
        planned = session.scalars(
            select(Survey.id)
            .where(
                Survey.status == SurveyStatus.OPEN,
                Survey.first_reminder_after.is_not(None),
                Survey.closes_on >= today,
            )
            .order_by(Survey.id)
        ).all()
    return sum(_queue(db, survey_id, today, channels) for survey_id in planned)


def _queue(db: Database, survey_id: int, today: dt.date, channels: Collection[MessageChannel]) -> int:
    with db.transaction() as session:
        # Locked, so that two workers do not queue the same reminder.
        survey = session.scalar(
            select(Survey).where(Survey.id == survey_id, Survey.status == SurveyStatus.OPEN).with_for_update()
        )
        if survey is None:
            return 0
        update_invitations_from_roster(session, survey)
        queued = queue_reminders(session, survey, today, plan=plan_of(survey), channels=channels).messages
        if queued:
            _log.info("%s påminnelser i «%s» er lagt i køen etter planen.", queued, survey.key)
        return queued
