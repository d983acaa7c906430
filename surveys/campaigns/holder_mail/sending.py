"""Sending what is in the key holders' outbox: each mail at most once, in the account's own language.

A row is set to «sending» and committed before the mail server is given anything, as in `campaigns.deliveries`.
"""

import datetime as dt
import logging
import smtplib
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from typing import Final

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from surveys.access.account_mail import account_message
from surveys.campaigns.ballot_box import KeyHolder
from surveys.campaigns.handing_over import NotTakenError, UnsureError
from surveys.campaigns.holder_mail.models import HolderMail, HolderMailKind
from surveys.campaigns.holder_mail.words import letter_to_holder
from surveys.campaigns.keystore import key_store
from surveys.campaigns.mail_handing_over import hand_over_mail
from surveys.campaigns.models import DeliveryStatus, SurveyStatus
from surveys.platform import clock
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.localisation import in_language
from surveys.platform.mail_server import connected

MOST_ATTEMPTS: Final = 5
_PAUSE: Final = dt.timedelta(minutes=10)

_log = logging.getLogger("medvirk.holder_mail")


@dataclass(frozen=True)
class _Ready:
    mail_id: int
    address: str
    message: EmailMessage


def send_to_holders(db: Database, settings: Settings, now: dt.datetime | None = None) -> int:
    """Sends what is due; how many the server took. Without a mail server all of it waits. Safe to run twice at once.

    Needs an application context.
    """
    if not settings.smtp_host:
        return 0
    moment = now or clock.now()
    sent = 0
    for mail_id in _due(db, moment):
        # One by one: whatever ends the process leaves one mail at most that nobody knows of.
        ready = _claimed(db, settings, mail_id, moment)
        if ready is not None:
            sent += _send(db, settings, ready, moment)
    return sent


def _due(db: Database, moment: dt.datetime) -> list[int]:
    waiting = (
        HolderMail.status == DeliveryStatus.QUEUED,
        or_(HolderMail.not_before.is_(None), HolderMail.not_before <= moment),
    )
    with db.reading() as session:
        return list(session.scalars(select(HolderMail.id).where(*waiting).order_by(HolderMail.id)))


def _claimed(db: Database, settings: Settings, mail_id: int, moment: dt.datetime) -> _Ready | None:
    """The mail, which is ours to send now; None when somebody else took it, or it is not wanted any more."""
    with db.transaction() as session:
        taken = session.execute(
            update(HolderMail)
            .where(HolderMail.id == mail_id, HolderMail.status == DeliveryStatus.QUEUED)
            .values(status=DeliveryStatus.SENDING)
        )
        if not taken.rowcount:  # type: ignore[attr-defined]
            return None
        mail = session.get_one(HolderMail, mail_id)
        if not wanted(session, mail, moment):
            session.execute(delete(HolderMail).where(HolderMail.id == mail_id))
            return None
        try:
            with in_language(mail.account.language):
                message = account_message(mail.account, letter_to_holder(mail), settings)
        except (ValueError, MessageError) as error:
            # Such as a name that no header can carry: the others' mails, and the survey's, are sent all the same.
            mail.status, mail.error = DeliveryStatus.FAILED, type(error).__name__
            _log.warning("En e-post til en nøkkelholder kan ikke lages: %s", type(error).__name__)
            return None
        return _Ready(mail_id, mail.account.email, message)


def wanted(session: Session, mail: HolderMail, moment: dt.datetime) -> bool:
    """Whether what the mail says is still so: one that waited for a mail server may have been overtaken."""
    if not mail.account.active or not mail.account.email or (mail.until and mail.until <= moment):
        return False
    status = mail.survey.status
    if mail.kind == HolderMailKind.NAMED:
        return status == SurveyStatus.DRAFT and _is_holder(session, mail)
    if mail.kind == HolderMailKind.OPENED:
        return status == SurveyStatus.OPEN
    if mail.kind == HolderMailKind.BOX_OPENED:
        return True
    return status == SurveyStatus.CLOSED and not key_store().can_count(mail.survey_id)


def _is_holder(session: Session, mail: HolderMail) -> bool:
    own = (KeyHolder.survey_id == mail.survey_id, KeyHolder.account_id == mail.account_id)
    return session.scalar(select(KeyHolder.id).where(*own, KeyHolder.public_key.is_(None))) is not None


def _send(db: Database, settings: Settings, ready: _Ready, moment: dt.datetime) -> bool:
    try:
        with connected(settings) as server:
            hand_over_mail(server, ready.address, ready.message)
    except UnsureError as error:
        # It may have been taken: it stays as «sending» and is never sent again by itself.
        _log.warning("Det er uvisst om en e-post til en nøkkelholder kom fram: %s", type(error).__name__)
        return False
    except NotTakenError as error:
        _put_back(db, ready.mail_id, str(error), moment, passing=error.passing)
        return False
    except (OSError, smtplib.SMTPException) as error:
        _put_back(db, ready.mail_id, type(error).__name__, moment, passing=True)
        return False
    with db.transaction() as session:
        session.get_one(HolderMail, ready.mail_id).status = DeliveryStatus.SENT
    return True


def _put_back(db: Database, mail_id: int, reason: str, moment: dt.datetime, *, passing: bool) -> None:
    """To be tried again later, a few times."""
    with db.transaction() as session:
        mail = session.get_one(HolderMail, mail_id)
        mail.attempts += 1
        mail.error = reason
        again = passing and mail.attempts < MOST_ATTEMPTS
        mail.status = DeliveryStatus.QUEUED if again else DeliveryStatus.FAILED
        mail.not_before = moment + mail.attempts * _PAUSE if again else None
    _log.warning("En e-post til en nøkkelholder ble ikke sendt")
