"""The outbox: which messages are to be sent. One row for each message; its unique key makes a second one impossible."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import Delivery, DeliveryStatus, Invitation, MessageKind, Survey, SurveyStatus
from surveys.campaigns.reminder_plan import FEWEST_DAYS_BETWEEN, MOST_REMINDERS, ReminderPlan
from surveys.organisation.models import Person
from surveys.platform.clock import municipal_day
from surveys.platform.texts import _


@dataclass(frozen=True)
class Queued:
    """How many messages were put in the outbox, and how many invited people have no e-mail address."""

    messages: int
    without_address: int = 0


@dataclass(frozen=True)
class OutboxCounts:
    """Messages of one survey by what has become of them. `unsure`: handed over, but no answer came."""

    waiting: int = 0
    sent: int = 0
    unsure: int = 0
    failed: int = 0


def queue_invitations(session: Session, survey: Survey) -> Queued:
    """Puts an invitation in the outbox for everyone who has an address and has none there. Repeating adds nothing.

    Raises SurveyError unless the survey is open.
    """
    require_open(survey)
    invitations = session.scalars(_unqueued(survey).where(_in_roster_or_none()).order_by(Invitation.id)).all()
    rows = [
        Delivery(invitation_id=each.id, kind=MessageKind.INVITATION) for each in invitations if each.email
    ]
    session.add_all(rows)
    session.flush()
    if rows:
        audit.record(session, "survey.invitations_queued", survey.key, messages=len(rows))
    return Queued(len(rows), sum(not each.email for each in invitations))


@dataclass(frozen=True)
class ReminderOutlook:
    """The next reminders as HR may send them: how many may go now, and the first day more may.

    `used_up`: everybody who has not delivered has been reminded twice, or nobody can be reminded by mail.
    """

    now: int
    next_day: dt.date | None
    used_up: bool


@dataclass(frozen=True)
class _Reminded:
    """Somebody who was invited by mail and has not delivered, and may be reminded again. None: a day not known."""

    invitation_id: int
    invited_on: dt.date | None
    last_on: dt.date | None
    reminders: int

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
    session: Session, survey: Survey, today: dt.date | None = None, *, plan: ReminderPlan | None = None
) -> Queued:
    """Puts her next reminder in the outbox for each who was invited by e-mail and has not delivered.

    Nobody gets one less than three days after her last message, and nobody more than two. With a `plan` only those
    whose day it is get one. Repeating adds nothing. Raises SurveyError unless the survey is open.
    """
    require_open(survey)
    day = today or municipal_day()
    due = [each for each in _to_remind(session, survey) if _is_due(each, day, plan)]
    session.add_all(
        Delivery(invitation_id=each.invitation_id, kind=MessageKind.REMINDER, number=each.reminders + 1)
        for each in due
    )
    session.flush()
    if due:
        by = {"by": "systemet"} if plan else {}
        audit.record(session, "survey.reminders_queued", survey.key, messages=len(due), **by)
    return Queued(len(due))


def reminder_outlook(session: Session, survey: Survey, today: dt.date | None = None) -> ReminderOutlook:
    """What «Send påminnelse» would do now, and when it may do more."""
    if survey.status != SurveyStatus.OPEN:
        return ReminderOutlook(0, None, used_up=False)
    day = today or municipal_day()
    candidates = _to_remind(session, survey)
    later = [first for each in candidates if (first := each.first_day(None)) is not None and first > day]
    now = len(candidates) - len(later)
    return ReminderOutlook(
        now, min(later, default=None), used_up=not candidates and _was_reminded(session, survey)
    )


def reminders_due(session: Session, survey: Survey, today: dt.date | None = None) -> int:
    """How many would get their next reminder if HR sent it now."""
    return reminder_outlook(session, survey, today).now


def due_among(session: Session, survey: Survey, invitation_ids: Collection[int]) -> int:
    """How many of these invitations `reminders_due` has counted."""
    day = municipal_day()
    return sum(
        each.invitation_id in invitation_ids and _is_due(each, day, None)
        for each in _to_remind(session, survey)
    )


def _is_due(each: _Reminded, day: dt.date, plan: ReminderPlan | None) -> bool:
    first = each.first_day(plan)
    return first is not None and first <= day


def _was_reminded(session: Session, survey: Survey) -> bool:
    reminded = (
        select(Delivery.id)
        .join(Delivery.invitation)
        .where(Invitation.survey_id == survey.id, Delivery.kind == MessageKind.REMINDER)
    )
    return session.scalar(reminded.limit(1)) is not None


def outbox_counts(session: Session, survey: Survey) -> OutboxCounts:
    rows = session.execute(
        select(Delivery.status, func.count())
        .join(Delivery.invitation)
        .where(Invitation.survey_id == survey.id)
        .group_by(Delivery.status)
    )
    found = {status: count for status, count in rows}  # noqa: C416 -- Row is not a pair to mypy
    return OutboxCounts(
        waiting=found.get(DeliveryStatus.QUEUED, 0),
        sent=found.get(DeliveryStatus.SENT, 0),
        unsure=found.get(DeliveryStatus.SENDING, 0),
        failed=found.get(DeliveryStatus.FAILED, 0),
    )


def without_message(session: Session, survey: Survey, taken_over: Collection[int] = ()) -> int:
    """How many invited people have an address but no invitation in the outbox.

    With `taken_over` only these invitations, of people who are out of the roster and in it again.
    """
    gone = Invitation.id.in_(taken_over) if taken_over else _in_roster_or_none()
    waiting = _unqueued(survey).where(Invitation.email != "", gone)
    return session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def _unqueued(survey: Survey) -> Select[Invitation]:
    queued = exists().where(Delivery.invitation_id == Invitation.id, Delivery.kind == MessageKind.INVITATION)
    return select(Invitation).where(
        Invitation.survey_id == survey.id,
        ~Invitation.delivered,
        ~Invitation.loose,
        ~Invitation.self_started,
        ~queued,
    )


def _in_roster_or_none() -> ColumnElement[bool]:
    """Whoever has left gets nothing more; parents and citizens were never in the roster."""
    return or_(
        Invitation.person_id.is_(None),
        Invitation.person_id.in_(select(Person.id).where(Person.active)),
    )


def _to_remind(session: Session, survey: Survey) -> list[_Reminded]:
    """Surely invited at the address of today, not delivered, still in the roster, with no message waiting."""
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
        .where(Invitation.survey_id == survey.id, ~Invitation.delivered)
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
        select(Invitation.id, own.c.invited_on, own.c.last_on, own.c.reminders)
        .join(own, own.c.invitation_id == Invitation.id)
        .outerjoin(Person, Person.id == Invitation.person_id)
        .where(Invitation.email != "", or_(Person.id.is_(None), Person.active))
        .order_by(Invitation.id)
    )
    return [_Reminded(*row) for row in rows]


def require_open(survey: Survey) -> None:
    """Raises SurveyError unless the survey is open."""
    if survey.status != SurveyStatus.OPEN:
        raise SurveyError(_("Undersøkelsen er ikke åpen. Bare en åpen undersøkelse kan sende ut meldinger."))
