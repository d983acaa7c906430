"""The outbox: which messages are to be sent. One row for each message; its unique key makes a second one impossible."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from surveys.audit import trail as audit
from surveys.campaigns.channels import channel_of, gets_messages, gets_sms
from surveys.campaigns.lifecycle import require_open
from surveys.campaigns.models import (
    Delivery,
    DeliveryStatus,
    Invitation,
    MessageChannel,
    MessageKind,
    Survey,
)
from surveys.campaigns.sending_period import still_sends
from surveys.campaigns.turnout_protection import leaves_nobody_alone
from surveys.organisation.models import Person
from surveys.platform.clock import municipal_day
from surveys.platform.texts import _l

CANNOT_SEND: Final = _l("Undersøkelsen er ikke åpen. Bare en åpen undersøkelse kan sende ut meldinger.")


@dataclass(frozen=True)
class Queued:
    """How many messages were put in the outbox, how many of them as SMS, and how many invited people get a letter."""

    messages: int
    without_address: int = 0
    sms: int = 0


@dataclass(frozen=True)
class OutboxCounts:
    """Messages of one survey by what has become of them. `unsure`: handed over, but no answer came.

    `too_late`: queued when the survey ended, so they are never sent.
    """

    waiting: int = 0
    too_late: int = 0
    sent: int = 0
    unsure: int = 0
    failed: int = 0
    # How many of `sent` are SMS.
    sms_sent: int = 0


def queue_invitations(session: Session, survey: Survey) -> Queued:
    """Puts an invitation in the outbox for everyone who can be reached and has none there. Repeating adds nothing.

    Raises SurveyError unless the survey is open.
    """
    require_open(survey, CANNOT_SEND)
    invitations = session.scalars(_unqueued(survey).where(_in_roster_or_none()).order_by(Invitation.id)).all()
    rows = [
        Delivery(invitation_id=each.id, kind=MessageKind.INVITATION, channel=channel)
        for each in invitations
        if (channel := channel_of(each)) is not None
    ]
    session.add_all(rows)
    session.flush()
    if rows:
        audit.record(session, "survey.invitations_queued", survey.key, messages=len(rows))
    return Queued(
        len(rows), len(invitations) - len(rows), sum(each.channel == MessageChannel.SMS for each in rows)
    )


def outbox_counts(session: Session, survey: Survey) -> OutboxCounts:
    """Invitations, and reminders where their number may be shown. One sent again counts by what became of the last."""
    written_to = select(func.count(func.distinct(Delivery.invitation_id))).join(Delivery.invitation)
    people = session.scalar(written_to.where(Invitation.survey_id == survey.id)) or 0
    of = (
        Invitation.survey_id == survey.id,
        true() if are_many(session, survey, people) else Delivery.kind == MessageKind.INVITATION,
        Delivery.status.not_in((DeliveryStatus.FAILED, DeliveryStatus.SENDING)) | ~_is_settled(),
    )
    rows = session.execute(
        select(Delivery.status, func.count()).join(Delivery.invitation).where(*of).group_by(Delivery.status)
    )
    found = {status: count for status, count in rows}  # noqa: C416 -- Row is not a pair to mypy
    by_sms = (
        select(func.count())
        .select_from(Delivery)
        .join(Delivery.invitation)
        .where(*of, Delivery.channel == MessageChannel.SMS)
        .where(Delivery.status == DeliveryStatus.SENT)
    )
    queued = found.get(DeliveryStatus.QUEUED, 0)
    sends = queued and session.scalar(
        select(Survey.id).where(Survey.id == survey.id, still_sends(municipal_day()))
    )
    return OutboxCounts(
        sms_sent=session.scalar(by_sms) or 0,
        waiting=queued if sends else 0,
        too_late=0 if sends else queued,
        sent=found.get(DeliveryStatus.SENT, 0),
        unsure=found.get(DeliveryStatus.SENDING, 0),
        failed=found.get(DeliveryStatus.FAILED, 0),
    )


def _is_settled() -> ColumnElement[bool]:
    """Whether an invitation that may not have arrived needs nothing more: sent again since, or a letter instead.

    Never a reminder: its number falling when HR deals with one person would tell that she was reminded, and so that
    she had not answered.
    """
    later = aliased(Delivery)
    sent_again = exists().where(
        later.invitation_id == Delivery.invitation_id,
        later.kind == MessageKind.INVITATION,
        later.number > Delivery.number,
    )
    is_on_paper = (Invitation.email == "") & Invitation.phone.is_(None)
    return (Delivery.kind == MessageKind.INVITATION) & (sent_again | is_on_paper)


def are_many(session: Session, survey: Survey, people: int) -> bool:
    """Whether a number about these people tells neither of few, nor of few others who are invited."""
    invited = session.scalar(
        select(func.count())
        .select_from(Invitation)
        .where(Invitation.survey_id == survey.id, Invitation.counted.is_not(False))
    )
    return leaves_nobody_alone(people, max(people, invited or 0), survey.minimum_group)


def without_message(
    session: Session, survey: Survey, taken_over: Collection[int] = (), *, sms_only: bool = False
) -> int:
    """How many invited people can be reached but have no invitation in the outbox.

    With `taken_over` only these invitations, of people who are out of the roster and in it again.
    """
    gone = Invitation.id.in_(taken_over) if taken_over else _in_roster_or_none()
    waiting = _unqueued(survey).where(gets_sms() if sms_only else gets_messages(), gone)
    return session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def _unqueued(survey: Survey) -> Select[Invitation]:
    queued = exists().where(Delivery.invitation_id == Invitation.id, Delivery.kind == MessageKind.INVITATION)
    return select(Invitation).where(
        Invitation.survey_id == survey.id,
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
