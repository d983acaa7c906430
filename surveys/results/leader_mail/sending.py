"""Sending what is in the leaders' outbox: each mail at most once, in the account's own language.

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

from surveys.access.account_mail import account_message
from surveys.campaigns.handing_over import NotTakenError, UnsureError
from surveys.campaigns.mail_handing_over import hand_over_mail
from surveys.campaigns.models import DeliveryStatus
from surveys.platform import clock
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.localisation import in_language
from surveys.platform.mail_server import connected
from surveys.results.leader_mail.queueing import own_units, queue_leader_mails
from surveys.results.leader_mail.words import letter_to_leader
from surveys.results.models import LeaderMail

MOST_ATTEMPTS: Final = 5
_PAUSE: Final = dt.timedelta(minutes=10)

_log = logging.getLogger("medvirk.leader_mail")


@dataclass(frozen=True)
class _ReadyMail:
    mail_id: int
    address: str
    message: EmailMessage


def tell_leaders(db: Database, settings: Settings, now: dt.datetime | None = None) -> int:
    """Queues what is news and sends what is due; how many the server took. Without a mail server nothing is queued.

    Needs an application context.
    """
    if not settings.smtp_host:
        return 0
    moment = now or clock.now()
    queue_leader_mails(db, clock.municipal_day(moment))
    sent = 0
    for mail_id in _due(db, moment):
        ready = _claimed(db, settings, mail_id, moment)
        if ready is not None:
            sent += _send(db, settings, ready, moment)
    return sent


def _due(db: Database, moment: dt.datetime) -> list[int]:
    waiting = (
        LeaderMail.status == DeliveryStatus.QUEUED,
        or_(LeaderMail.not_before.is_(None), LeaderMail.not_before <= moment),
    )
    with db.reading() as session:
        return list(session.scalars(select(LeaderMail.id).where(*waiting).order_by(LeaderMail.id)))


def _claimed(db: Database, settings: Settings, mail_id: int, moment: dt.datetime) -> _ReadyMail | None:
    """The mail, which is ours to send now; None when somebody else took it, or it is not hers to read any more."""
    with db.transaction() as session:
        taken = session.execute(
            update(LeaderMail)
            .where(LeaderMail.id == mail_id, LeaderMail.status == DeliveryStatus.QUEUED)
            .values(status=DeliveryStatus.SENDING)
        )
        if not taken.rowcount:  # type: ignore[attr-defined]
            return None
        mail = session.get_one(LeaderMail, mail_id)
        account, today = mail.account, clock.municipal_day(moment)
        may = account.active and account.email and own_units(session, account, mail.release, today)
        if not may:
            session.execute(delete(LeaderMail).where(LeaderMail.id == mail_id))
            return None
        try:
            with in_language(account.language):
                message = account_message(account, letter_to_leader(mail), settings)
        except (ValueError, MessageError) as error:
            # Such as a name that no header can carry: the others' mails are sent all the same.
            mail.status, mail.error = DeliveryStatus.FAILED, type(error).__name__
            _log.warning("En e-post til en leder kan ikke lages: %s", type(error).__name__)
            return None
        return _ReadyMail(mail_id, account.email, message)


def _send(db: Database, settings: Settings, ready: _ReadyMail, moment: dt.datetime) -> bool:
    try:
        with connected(settings) as server:
            hand_over_mail(server, ready.address, ready.message)
    except UnsureError as error:
        # It may have been taken: it stays as «sending» and is never sent again by itself.
        _log.warning("Det er uvisst om en e-post til en leder kom fram: %s", type(error).__name__)
        return False
    except NotTakenError as error:
        _put_back(db, ready.mail_id, str(error), moment, passing=error.passing)
        return False
    except (OSError, smtplib.SMTPException) as error:
        _put_back(db, ready.mail_id, type(error).__name__, moment, passing=True)
        return False
    with db.transaction() as session:
        session.get_one(LeaderMail, ready.mail_id).status = DeliveryStatus.SENT
    return True


def _put_back(db: Database, mail_id: int, reason: str, moment: dt.datetime, *, passing: bool) -> None:
    """To be tried again later, a few times."""
    with db.transaction() as session:
        mail = session.get_one(LeaderMail, mail_id)
        mail.attempts += 1
        mail.error = reason
        again = passing and mail.attempts < MOST_ATTEMPTS
        mail.status = DeliveryStatus.QUEUED if again else DeliveryStatus.FAILED
        mail.not_before = moment + mail.attempts * _PAUSE if again else None
    _log.warning("En e-post til en leder ble ikke sendt")
