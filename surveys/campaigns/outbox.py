"""The outbox: which messages are to be sent. One row for each message; its unique key makes a second one impossible."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from surveys.audit import trail as audit
from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import Delivery, DeliveryStatus, Invitation, MessageKind, Survey, SurveyStatus
from surveys.platform.texts import _

MOST_REMINDERS: Final = 2


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
    _require_open(survey)
    invitations = session.scalars(_not_invited_by_mail(survey)).all()
    rows = [
        Delivery(invitation_id=each.id, kind=MessageKind.INVITATION) for each in invitations if each.email
    ]
    session.add_all(rows)
    session.flush()
    if rows:
        audit.record(session, "survey.invitations_queued", survey.key, messages=len(rows))
    return Queued(len(rows), sum(not each.email for each in invitations))


def queue_reminders(session: Session, survey: Survey, number: int | None = None) -> Queued:
    """Puts reminder 1 or 2 in the outbox for those who were invited by e-mail and have not delivered.

    `number` is the round that was asked for (by default the next one): asking for the same round twice adds nothing.
    Raises SurveyError unless the survey is open, and when both reminders have been used.
    """
    _require_open(survey)
    wanted = number or next_reminder(session, survey)
    if wanted is None or not 1 <= wanted <= MOST_REMINDERS:
        raise SurveyError(
            _("Det er alt sendt %(most)s påminnelser. Flere sender vi ikke.", most=MOST_REMINDERS)
        )
    invitations = session.scalars(_to_remind(survey, wanted)).all()
    session.add_all(
        Delivery(invitation_id=each.id, kind=MessageKind.REMINDER, number=wanted) for each in invitations
    )
    session.flush()
    if invitations:
        audit.record(session, "survey.reminders_queued", survey.key, number=wanted, messages=len(invitations))
    return Queued(len(invitations))


def next_reminder(session: Session, survey: Survey) -> int | None:
    """1 or 2; None when both have been used."""
    used = session.scalar(
        select(func.max(Delivery.number))
        .join(Delivery.invitation)
        .where(Invitation.survey_id == survey.id, Delivery.kind == MessageKind.REMINDER)
    )
    following = (used or 0) + 1
    return following if following <= MOST_REMINDERS else None


def reminders_due(session: Session, survey: Survey) -> int:
    """How many would get the next reminder now; 0 when both have been used."""
    number = next_reminder(session, survey)
    if number is None or survey.status != SurveyStatus.OPEN:
        return 0
    return session.scalar(select(func.count()).select_from(_to_remind(survey, number).subquery())) or 0


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


def without_message(session: Session, survey: Survey) -> int:
    """How many invited people have an address but no invitation in the outbox."""
    waiting = _not_invited_by_mail(survey).where(Invitation.email != "")
    return session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def _not_invited_by_mail(survey: Survey) -> Select[Invitation]:
    queued = exists().where(Delivery.invitation_id == Invitation.id, Delivery.kind == MessageKind.INVITATION)
    return (
        select(Invitation)
        .where(
            Invitation.survey_id == survey.id,
            ~Invitation.delivered,
            ~Invitation.loose,
            ~Invitation.self_started,
            ~queued,
        )
        .order_by(Invitation.id)
    )


def _to_remind(survey: Survey, number: int) -> Select[Invitation]:
    """Invited by e-mail, not delivered, and without this round's reminder."""
    return (
        select(Invitation)
        .where(
            Invitation.survey_id == survey.id,
            ~Invitation.delivered,
            Invitation.email != "",
            _has(MessageKind.INVITATION, 1, DeliveryStatus.SENT),
            ~_has(MessageKind.REMINDER, number),
        )
        .order_by(Invitation.id)
    )


def _has(kind: MessageKind, number: int, status: DeliveryStatus | None = None) -> ColumnElement[bool]:
    row = aliased(Delivery)
    wanted = and_(row.invitation_id == Invitation.id, row.kind == kind, row.number == number)
    return exists().where(wanted if status is None else and_(wanted, row.status == status))


def _require_open(survey: Survey) -> None:
    if survey.status != SurveyStatus.OPEN:
        raise SurveyError(_("Undersøkelsen er ikke åpen. Bare en åpen undersøkelse kan sende ut meldinger."))
