"""Reminders that send themselves: each minute the worker puts those whose day it is in the outbox."""

import datetime as dt
import logging
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.campaigns.models import (
    Delivery,
    DeliveryStatus,
    Invitation,
    MessageChannel,
    MessageKind,
    Survey,
    SurveyStatus,
)
from surveys.campaigns.reminder_plan import (
    ReminderPlan,
    default_plan,
    may_remind_at,
    opening_day,
    reminder_days,
)
from surveys.campaigns.reminders import queue_reminders
from surveys.campaigns.roster_following import update_invitations_from_roster
from surveys.platform.clock import municipal_day, now
from surveys.platform.database import Database

_log = logging.getLogger("medvirk.reminders")


def plan_of(survey: Survey) -> ReminderPlan:
    return ReminderPlan(survey.first_reminder_after, survey.second_reminder_after)


@dataclass(frozen=True)
class ReminderOffer:
    """More reminders before the deadline than the own plan has. sends_at_once: the day of the first has been."""

    plan: ReminderPlan
    sends_at_once: bool


def plan_to_come(survey: Survey, today: dt.date) -> ReminderPlan:
    """The plan of a draft that is opened today, or on its own day when that comes later."""
    return default_plan(opening_day(survey.opens_on, survey.closes_on, today), survey.closes_on)


def invited_first_on(session: Session, survey: Survey, today: dt.date) -> dt.date:
    """The day the first invitation was sent; before that, the first day one may be."""
    sent = (
        select(func.min(Delivery.sent_on))
        .join(Delivery.invitation)
        .where(
            Invitation.survey_id == survey.id,
            Delivery.kind == MessageKind.INVITATION,
            Delivery.status == DeliveryStatus.SENT,
        )
    )
    return session.scalar(sent) or opening_day(survey.opens_on, survey.closes_on, today)


def reminders_left_time_for(session: Session, survey: Survey, today: dt.date) -> int:
    """How many reminders the survey's own plan sends before the deadline, 0–2, to the first who was invited."""
    invited_on = invited_first_on(session, survey, today)
    return len(reminder_days(plan_of(survey), invited_on, survey.closes_on))


def offered_plan(session: Session, survey: Survey, today: dt.date) -> ReminderOffer | None:
    """What the deadline leaves time for and nobody has planned; None when the survey's own plan uses all of it."""
    if survey.status != SurveyStatus.OPEN:
        return None
    invited_on = invited_first_on(session, survey, today)
    offered = default_plan(invited_on, survey.closes_on)
    before = reminders_left_time_for(session, survey, today)
    if len(reminder_days(offered, invited_on, survey.closes_on, today)) <= before or offered.first is None:
        return None
    return ReminderOffer(offered, before == 0 and invited_on + dt.timedelta(days=offered.first) <= today)


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
