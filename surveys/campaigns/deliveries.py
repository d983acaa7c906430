"""Sending what is in the outbox by mail and SMS: each message at most once, whatever dies on the way.

A row is set to «sending» and committed before anybody is given anything. If we or the server die after that,
the row stays so and is never sent again by itself: a missing mail can be mended with a reminder, a second mail cannot
be taken back. Errors that come before the content is handed over are tried again later.
"""

import datetime as dt
import logging
import smtplib
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from functools import partial
from typing import Final

from flask import current_app
from sqlalchemy import ColumnElement, Select, and_, or_, select, update
from sqlalchemy.orm import Session, joinedload

from surveys.campaigns.handing_over import (
    CANNOT_BE_MADE,
    CHANGED_OUTSIDE,
    SURVEY_WAS_CLOSED,
    UNSURE,
    NotTakenError,
    UnsureError,
)
from surveys.campaigns.invitation_seals import is_intact
from surveys.campaigns.mail_handing_over import hand_over_mail, server_reason
from surveys.campaigns.mails import compose
from surveys.campaigns.models import (
    Delivery,
    DeliveryStatus,
    Invitation,
    MessageChannel,
    MessageKind,
    Survey,
    SurveyStatus,
)
from surveys.campaigns.reminder_plan import may_remind_at
from surveys.campaigns.roster_following import update_invitations_from_roster
from surveys.campaigns.sending_period import still_sends
from surveys.campaigns.sms_handing_over import connected_gateway, hand_over_sms
from surveys.campaigns.sms_texts import compose_sms
from surveys.organisation.models import Installation, Person
from surveys.platform.clock import AHEAD, municipal_day
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.guarded_http import GuardedConnection, NotSentError
from surveys.platform.mail_server import connected
from surveys.platform.sms_gateway import has_gateway

__all__ = ["Outcome", "send_queued"]

MOST_ATTEMPTS: Final = 5
_PAUSES: Final = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 10, 30, 120))
_RESULTS: Final = ("sent", "postponed", "failed", "unsure")

_log = logging.getLogger("medvirk.deliveries")


@dataclass(frozen=True)
class Outcome:
    """What one working of the outbox did. `problem` says why it stopped early; «» when it did not.

    `dropped`: no longer wanted, since the person had delivered or the survey had closed.
    """

    sent: int = 0
    postponed: int = 0
    failed: int = 0
    unsure: int = 0
    dropped: int = 0
    problem: str = ""


def send_queued(db: Database, settings: Settings, now: dt.datetime | None = None) -> Outcome:
    """Sends everything in the outbox that is due. Needs an application context. Safe to run twice at once."""
    moment = now or dt.datetime.now(dt.UTC)
    by_sms = has_gateway(settings)
    if not settings.smtp_host and not by_sms:
        return Outcome(problem="Ingen e-posttjener er valgt. Sett MEDVIRK_SMTP_HOST.")
    dropped = _drop_unwanted(db, municipal_day(moment))
    became: Counter[str] = Counter()
    problems = []
    if settings.smtp_host:
        problems.append(_send_mail(db, settings, moment, became))
    if by_sms:
        problems.append(_send_sms(db, settings, moment, became))
    return Outcome(
        **{name: became[name] for name in _RESULTS}, dropped=dropped, problem=" ".join(filter(None, problems))
    )


def _send_mail(db: Database, settings: Settings, now: dt.datetime, became: Counter[str]) -> str:
    """Why it stopped early, in a sentence, or «»."""
    try:
        problem = _send_due(db, settings, now, became)
    except (OSError, smtplib.SMTPException) as error:
        problem = server_reason(error)
        _note_waiting(db, problem)
    if problem:
        problem = (
            f"E-posttjeneren {settings.smtp_host}:{settings.smtp_port} svarte ikke som den skal: {problem}"
        )
        _log.warning("%s", problem)
    return problem


def _note_waiting(db: Database, reason: str) -> None:
    """Why mails wait that no server has been asked about: whoever reads the pages cannot read the log."""
    waiting = (
        Delivery.status == DeliveryStatus.QUEUED,
        Delivery.channel == MessageChannel.MAIL,
        Delivery.error != reason,
    )
    with db.transaction() as session:
        session.execute(update(Delivery).where(*waiting).values(error=reason))


def _send_due(db: Database, settings: Settings, now: dt.datetime, became: Counter[str]) -> str:
    """Sends what is due over one connection, counting in `became`; why it stopped early, or «»."""
    due = _due(db, now, MessageChannel.MAIL)
    if not due:
        return ""
    with connected(settings) as server:
        for delivery_id in due:
            result, broken = _send_one(db, delivery_id, now, partial(_mail_one, db, server, delivery_id))
            became[result] += 1
            if broken:
                return broken
    return ""


def _send_sms(db: Database, settings: Settings, now: dt.datetime, became: Counter[str]) -> str:
    """As `_send_mail`. The connection is made before a message is claimed: a gateway that is down costs no attempt."""
    for delivery_id in _due(db, now, MessageChannel.SMS):
        try:
            gateway = connected_gateway(settings)
        except NotSentError as error:
            return _sms_problem(str(error))
        with closing(gateway):
            text_one = partial(_text_one, db, gateway, settings, delivery_id)
            result, broken = _send_one(db, delivery_id, now, text_one)
        became[result] += 1
        if broken:
            return _sms_problem(broken)
    return ""


def _sms_problem(why: str) -> str:
    problem = f"SMS-tjenesten svarte ikke som den skal: {why}"
    _log.warning("%s", problem)
    return problem


def _drop_unwanted(db: Database, today: dt.date) -> int:
    """Takes away waiting mails to people who have delivered or left; fails what a closed survey had not sent.

    Before that, invitations of open surveys follow the roster: what waits then goes to the address of today.
    """
    with db.transaction() as session:
        closed = select(Invitation.id).join(Survey).where(~still_sends(today))
        late = update(Delivery).where(
            Delivery.status == DeliveryStatus.QUEUED, Delivery.invitation_id.in_(closed)
        )
        stopped = session.execute(late.values(status=DeliveryStatus.FAILED, error=SURVEY_WAS_CLOSED)).rowcount  # type: ignore[attr-defined]
        for survey in session.scalars(_with_waiting_mail()):
            update_invitations_from_roster(session, survey)
        needless = session.scalars(
            select(Delivery)
            .join(Delivery.invitation)
            .outerjoin(Person, Person.id == Invitation.person_id)
            .where(
                Delivery.status == DeliveryStatus.QUEUED,
                or_(
                    and_(Invitation.delivered, ~_is_second_try()),
                    Person.active.is_(False),
                    # It waited for a gateway, and meanwhile she got a letter.
                    and_(Delivery.channel == MessageChannel.SMS, Invitation.printed_on.is_not(None)),
                ),
            )
        ).all()
        for delivery in needless:
            session.delete(delivery)
        return int(stopped) + len(needless)


def _is_second_try() -> ColumnElement[bool]:
    """An invitation that HR or the administrator had sent again: one that goes to some and not to others would tell
    them who has answered.
    """
    return and_(Delivery.kind == MessageKind.INVITATION, Delivery.number > 1)


def _with_waiting_mail() -> Select[Survey]:
    waiting = (
        select(Invitation.survey_id)
        .join(Delivery, Delivery.invitation_id == Invitation.id)
        .where(Delivery.status == DeliveryStatus.QUEUED)
    )
    return (
        select(Survey).where(Survey.status == SurveyStatus.OPEN, Survey.id.in_(waiting)).order_by(Survey.id)
    )


def _due(db: Database, now: dt.datetime, channel: MessageChannel) -> list[int]:
    """What may be sent now. A reminder waits for a working day between 8 and 20, and so does every SMS: phones beep."""
    if may_remind_at(now):
        kinds = tuple(MessageKind)
    else:
        kinds = (MessageKind.INVITATION,) if channel == MessageChannel.MAIL else ()
    with db.reading() as session:
        return list(
            session.scalars(
                select(Delivery.id)
                .where(
                    Delivery.status == DeliveryStatus.QUEUED,
                    Delivery.channel == channel,
                    Delivery.kind.in_(kinds),
                    or_(
                        Delivery.not_before.is_(None),
                        Delivery.not_before <= now,
                        # Postponed while the clock was ahead: it has gone back since.
                        Delivery.not_before > now + max(_PAUSES) + AHEAD,
                    ),
                )
                .order_by(Delivery.id)
            )
        )


def _send_one(
    db: Database, delivery_id: int, now: dt.datetime, hand_over: Callable[[], None]
) -> tuple[str, str]:
    """What became of it (one of _RESULTS, or «» when it was not ours to send), and why the line is dead, or «»."""
    try:
        if not _claim(db, delivery_id, municipal_day(now)):
            return "", ""
        hand_over()
    except NotTakenError as refusal:
        return _settle_refusal(db, delivery_id, refusal, now), str(refusal) if refusal.line_is_dead else ""
    except UnsureError as error:
        _settle(db, delivery_id, DeliveryStatus.SENDING, f"{UNSURE}: {error}")
        return "unsure", str(error)
    _settle(db, delivery_id, DeliveryStatus.SENT)
    return "sent", ""


def _claim(db: Database, delivery_id: int, today: dt.date) -> bool:
    """Sets the row to «sending» today and commits, so that nobody else and no later run sends it. False: not ours."""
    with db.transaction() as session:
        taken = session.execute(
            update(Delivery)
            .where(Delivery.id == delivery_id, Delivery.status == DeliveryStatus.QUEUED)
            .values(status=DeliveryStatus.SENDING, attempts=Delivery.attempts + 1, error="", sent_on=today)
        )
        return bool(taken.rowcount == 1)  # type: ignore[attr-defined]


def _mail_one(db: Database, server: smtplib.SMTP, delivery_id: int) -> None:
    hand_over_mail(server, *_composed(db, delivery_id))


def _text_one(db: Database, gateway: GuardedConnection, settings: Settings, delivery_id: int) -> None:
    with db.reading() as session:
        delivery, installation = _with_survey(session, delivery_id)
        number, text = delivery.invitation.phone, compose_sms(delivery, installation)
    if not number:
        raise NotTakenError("Mottakeren har ikke noe mobilnummer.", passing=False)
    hand_over_sms(gateway, settings, number, text)


def _composed(db: Database, delivery_id: int) -> tuple[str, EmailMessage]:
    """The recipient's address and the message."""
    with db.reading() as session:
        delivery, installation = _with_survey(session, delivery_id)
        try:
            return delivery.invitation.email, compose(delivery, installation)
        except (ValueError, MessageError) as error:
            raise NotTakenError(f"{CANNOT_BE_MADE}: {error}", passing=False) from error


def _with_survey(session: Session, delivery_id: int) -> tuple[Delivery, Installation]:
    """What the message is made from. Raises NotTakenError when somebody has changed the invitation."""
    survey = joinedload(Delivery.invitation).joinedload(Invitation.survey).joinedload(Survey.instrument)
    delivery = session.get_one(Delivery, delivery_id, options=[survey])
    if not is_intact(delivery.invitation, current_app.config["SECRETS"].codes):
        raise NotTakenError(CHANGED_OUTSIDE, passing=False)
    return delivery, session.get_one(Installation, 1)


def _settle_refusal(db: Database, delivery_id: int, refusal: NotTakenError, now: dt.datetime) -> str:
    with db.transaction() as session:
        delivery = session.get_one(Delivery, delivery_id)
        delivery.error, delivery.sent_on = str(refusal), None
        if refusal.passing and delivery.attempts < MOST_ATTEMPTS:
            delivery.status = DeliveryStatus.QUEUED
            delivery.not_before = now + _PAUSES[delivery.attempts - 1]
            return "postponed"
        delivery.status = DeliveryStatus.FAILED
        return "failed"


def _settle(db: Database, delivery_id: int, status: DeliveryStatus, error: str = "") -> None:
    with db.transaction() as session:
        delivery = session.get_one(Delivery, delivery_id)
        delivery.status, delivery.error = status, error
