"""Reminders: who is due, how many may be told of, and putting them in the outbox."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import func, or_, select, true
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns.channels import gets_messages
from surveys.campaigns.lifecycle import require_open
from surveys.campaigns.models import (
    Delivery,
    DeliveryStatus,
    Invitation,
    MessageChannel,
    MessageKind,
    Survey,
    SurveyStatus,
)
from surveys.campaigns.outbox import CANNOT_SEND, Queued, are_many
from surveys.campaigns.reminder_plan import FEWEST_DAYS_BETWEEN, MOST_REMINDERS, ReminderPlan
from surveys.organisation.models import Person
from surveys.platform.clock import municipal_day


@dataclass(frozen=True)
class ReminderOutlook:
    """The next reminders as HR may send them: how many may go now, and the first day more may.

    `used_up`: everybody who has not delivered has been reminded twice, or nobody can be reminded. `sms`: of `now`.
    `shown`: whether pages may show the numbers. Beside the turnout they would else tell whether the few who cannot be
    reminded now have delivered.
    """

    now: int
    next_day: dt.date | None
    used_up: bool
    sms: int = 0
    shown: bool = True


@dataclass(frozen=True)
class _Reminded:
    """Somebody who was invited by message and has not delivered, and may be reminded again. None: a day not known."""

    invitation_id: int
    invited_on: dt.date | None
    last_on: dt.date | None
    reminders: int
    channel: MessageChannel

    def first_day(self, plan: ReminderPlan | None) -> dt.date | None:
        """The first day she may get her next reminder; by the plan when there is one. None: never by the plan."""
        earliest = (self.last_on or dt.date.min) + dt.timedelta(days=FEWEST_DAYS_BETWEEN)
        if plan is None:
            return earliest
        days = plan.days(self.reminders + 1)
        if days is None:
            return None
        return max(earliest, (self.invited_on or dt.date.min) + dt.timedelta(days=days))


def queue_reminders(
    session: Session,
    survey: Survey,
    today: dt.date | None = None,
    *,
    plan: ReminderPlan | None = None,
    channels: Collection[MessageChannel] = tuple(MessageChannel),
) -> Queued:
    """Puts her next reminder in the outbox for each who was invited by message and has not delivered.

    Nobody gets one less than three days after her last message, and nobody more than two. With a `plan` only those
    whose day it is get one, and with `channels` only those who are reached so. Repeating adds nothing. Raises
    SurveyError unless the survey is open.
    """
    require_open(survey, CANNOT_SEND)
    day = today or municipal_day()
    candidates = [each for each in _to_remind(session, survey) if each.channel in channels]
    due = [each for each in candidates if _is_due(each, day, plan)]
    is_shown = _is_shown(session, survey, day, plan, channels)
    session.add_all(
        Delivery(
            invitation_id=each.invitation_id,
            kind=MessageKind.REMINDER,
            number=each.reminders + 1,
            channel=each.channel,
        )
        for each in due
    )
    session.flush()
    if due:
        details = ({"messages": len(due)} if is_shown else {}) | ({"by": "systemet"} if plan else {})
        audit.record(session, "survey.reminders_queued", survey.key, **details)
    return Queued(len(due), sms=_by_sms(due))


def reminder_outlook(session: Session, survey: Survey, today: dt.date | None = None) -> ReminderOutlook:
    """What «Send påminnelse» would do now, and when it may do more."""
    if survey.status != SurveyStatus.OPEN:
        return ReminderOutlook(0, None, used_up=False)
    day = today or municipal_day()
    candidates = _to_remind(session, survey)
    later = [first for each in candidates if (first := each.first_day(None)) is not None and first > day]
    due = [each for each in candidates if _is_due(each, day, None)]
    return ReminderOutlook(
        len(due),
        min(later, default=None),
        used_up=not candidates and _was_reminded(session, survey),
        sms=_by_sms(due),
        shown=_is_shown(session, survey, day, None),
    )


def next_planned_day(session: Session, survey: Survey, plan: ReminderPlan) -> dt.date | None:
    """The first day on which somebody gets a reminder by the plan; it may have been. None: nobody gets one more."""
    days = (each.first_day(plan) for each in _to_remind(session, survey))
    return min((day for day in days if day is not None), default=None)


def reminders_due(session: Session, survey: Survey, today: dt.date | None = None) -> int:
    """How many would get their next reminder if HR sent it now."""
    return reminder_outlook(session, survey, today).now


def due_among(
    session: Session, survey: Survey, invitation_ids: Collection[int], *, sms_only: bool = False
) -> int:
    """How many of these invitations `reminders_due` has counted."""
    day = municipal_day()
    return sum(
        each.invitation_id in invitation_ids
        and _is_due(each, day, None)
        and (each.channel == MessageChannel.SMS or not sms_only)
        for each in _to_remind(session, survey)
    )


def _by_sms(reminded: Iterable[_Reminded]) -> int:
    return sum(each.channel == MessageChannel.SMS for each in reminded)


def _is_due(each: _Reminded, day: dt.date, plan: ReminderPlan | None) -> bool:
    first = each.first_day(plan)
    return first is not None and first <= day


def _is_shown(
    session: Session,
    survey: Survey,
    day: dt.date,
    plan: ReminderPlan | None,
    channels: Collection[MessageChannel] = tuple(MessageChannel),
) -> bool:
    """Whether it may be shown how many are due: neither they, had nobody delivered, nor all others are few."""
    everybody = _to_remind(session, survey, also_delivered=True)
    return are_many(
        session, survey, sum(each.channel in channels and _is_due(each, day, plan) for each in everybody)
    )


def _was_reminded(session: Session, survey: Survey) -> bool:
    reminded = (
        select(Delivery.id)
        .join(Delivery.invitation)
        .where(Invitation.survey_id == survey.id, Delivery.kind == MessageKind.REMINDER)
    )
    return session.scalar(reminded.limit(1)) is not None


def _to_remind(session: Session, survey: Survey, *, also_delivered: bool = False) -> list[_Reminded]:
    """Surely invited at the address of today, not delivered, still in the roster, with no message waiting.

    also_delivered: as if nobody had delivered.
    """
    is_invitation = Delivery.kind == MessageKind.INVITATION
    is_sent = Delivery.status == DeliveryStatus.SENT
    own = (
        select(
            Delivery.invitation_id,
            func.max(Delivery.sent_on).filter(is_invitation, is_sent).label("invited_on"),
            func.max(Delivery.sent_on).label("last_on"),
            func.count().filter(Delivery.kind == MessageKind.REMINDER).label("reminders"),
        )
        .join(Delivery.invitation)
        .where(Invitation.survey_id == survey.id, true() if also_delivered else ~Invitation.delivered)
        .group_by(Delivery.invitation_id)
        .having(
            func.max(Delivery.number).filter(is_invitation)
            == func.max(Delivery.number).filter(is_invitation, is_sent),
            func.count().filter(Delivery.status == DeliveryStatus.QUEUED) == 0,
            func.count().filter(Delivery.kind == MessageKind.REMINDER) < MOST_REMINDERS,
        )
        .subquery()
    )
    rows = session.execute(
        select(Invitation.id, Invitation.email, own.c.invited_on, own.c.last_on, own.c.reminders)
        .join(own, own.c.invitation_id == Invitation.id)
        .outerjoin(Person, Person.id == Invitation.person_id)
        .where(gets_messages(), or_(Person.id.is_(None), Person.active))
        .order_by(Invitation.id)
    )
    return [
        _Reminded(
            *(invitation_id, invited_on, last_on, reminders),
            MessageChannel.MAIL if email else MessageChannel.SMS,
        )
        for invitation_id, email, invited_on, last_on, reminders in rows
    ]
