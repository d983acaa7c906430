"""An outbox of mails to accounts: each is sent at most once, in the account's own language.

A row is set to «sending» and committed before the mail server is given anything, as in `campaigns.deliveries`.
"""

import datetime as dt
import logging
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from typing import Final, Generic, TypeVar

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from surveys.access.account_mail import AccountLetter, account_message
from surveys.campaigns.account_mail_rows import AccountMailRow
from surveys.campaigns.handing_over import NotTakenError, UnsureError
from surveys.campaigns.mail_handing_over import hand_over_mail
from surveys.campaigns.models import DeliveryStatus
from surveys.platform import clock
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.localisation import in_language
from surveys.platform.mail_server import connected

MOST_ATTEMPTS: Final = 5
_PAUSE: Final = dt.timedelta(minutes=10)


MailRow = TypeVar("MailRow", bound=AccountMailRow)


@dataclass(frozen=True)
class AccountOutbox(Generic[MailRow]):
    """wanted: whether what the mail says is still so. letter: its words, in the language in force. Both at a moment.

    log: its name says what kind of mail a line is about.
    """

    rows: type[MailRow]
    wanted: Callable[[Session, MailRow, dt.datetime], bool]
    letter: Callable[[Session, MailRow, dt.datetime], AccountLetter]
    log: logging.Logger


@dataclass(frozen=True)
class _Ready:
    mail_id: int
    address: str
    message: EmailMessage


def send_waiting(
    db: Database, settings: Settings, outbox: AccountOutbox[MailRow], now: dt.datetime | None = None
) -> int:
    """Sends what is due; how many the server took. Without a mail server all of it waits. Safe to run twice at once.

    Needs an application context.
    """
    if not settings.smtp_host:
        return 0
    moment = now or clock.now()
    sent = 0
    for mail_id in _due(db, outbox, moment):
        # One by one: whatever ends the process leaves one mail at most that nobody knows of.
        ready = _claimed(db, settings, outbox, mail_id, moment)
        if ready is not None:
            sent += _send(db, settings, outbox, ready, moment)
    return sent


def _due(db: Database, outbox: AccountOutbox[MailRow], moment: dt.datetime) -> list[int]:
    rows = outbox.rows
    waiting = (
        rows.status == DeliveryStatus.QUEUED,
        or_(rows.not_before.is_(None), rows.not_before <= moment),
    )
    with db.reading() as session:
        return list(session.scalars(select(rows.id).where(*waiting).order_by(rows.id)))


def _claimed(
    db: Database, settings: Settings, outbox: AccountOutbox[MailRow], mail_id: int, moment: dt.datetime
) -> _Ready | None:
    """The mail, which is ours to send now; None when somebody else took it, or it is not wanted any more."""
    rows = outbox.rows
    with db.transaction() as session:
        taken = session.execute(
            update(rows)
            .where(rows.id == mail_id, rows.status == DeliveryStatus.QUEUED)
            .values(status=DeliveryStatus.SENDING)
        )
        if not taken.rowcount:  # type: ignore[attr-defined]
            return None
        mail = session.get_one(rows, mail_id)
        account = mail.account
        if not (account.active and account.email and outbox.wanted(session, mail, moment)):
            session.execute(delete(rows).where(rows.id == mail_id))
            return None
        try:
            with in_language(account.language):
                message = account_message(account, outbox.letter(session, mail, moment), settings)
        except (ValueError, MessageError) as error:
            # Such as a name that no header can carry: the others' mails, and the survey's, are sent all the same.
            mail.status, mail.error = DeliveryStatus.FAILED, type(error).__name__
            outbox.log.warning("En e-post kan ikke lages: %s", type(error).__name__)
            return None
        return _Ready(mail_id, account.email, message)


def _send(
    db: Database, settings: Settings, outbox: AccountOutbox[MailRow], ready: _Ready, moment: dt.datetime
) -> bool:
    try:
        with connected(settings) as server:
            hand_over_mail(server, ready.address, ready.message)
    except UnsureError as error:
        # It may have been taken: it stays as «sending» and is never sent again by itself.
        outbox.log.warning("Det er uvisst om en e-post kom fram: %s", type(error).__name__)
        return False
    except NotTakenError as error:
        _put_back(db, outbox, ready.mail_id, str(error), moment, passing=error.passing)
        return False
    except (OSError, smtplib.SMTPException) as error:
        _put_back(db, outbox, ready.mail_id, type(error).__name__, moment, passing=True)
        return False
    with db.transaction() as session:
        session.get_one(outbox.rows, ready.mail_id).status = DeliveryStatus.SENT
    return True


def _put_back(
    db: Database,
    outbox: AccountOutbox[MailRow],
    mail_id: int,
    reason: str,
    moment: dt.datetime,
    *,
    passing: bool,
) -> None:
    """To be tried again later, a few times."""
    with db.transaction() as session:
        mail = session.get_one(outbox.rows, mail_id)
        mail.attempts += 1
        mail.error = reason
        again = passing and mail.attempts < MOST_ATTEMPTS
        mail.status = DeliveryStatus.QUEUED if again else DeliveryStatus.FAILED
        mail.not_before = moment + mail.attempts * _PAUSE if again else None
    outbox.log.warning("En e-post ble ikke sendt")
