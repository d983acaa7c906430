"""Sending what is in the leaders' outbox, after queueing what is news."""

import datetime as dt
import logging
from typing import Final

from sqlalchemy.orm import Session

from surveys.campaigns.account_outbox import AccountOutbox, send_waiting
from surveys.platform import clock
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.results.leader_mail.queueing import is_told_before, own_units, queue_leader_mails
from surveys.results.leader_mail.words import letter_to_leader
from surveys.results.models import LeaderMail


def tell_leaders(db: Database, settings: Settings, now: dt.datetime | None = None) -> int:
    """Queues what is news, then `send_waiting`. Without a mail server nothing is queued."""
    if not settings.smtp_host:
        return 0
    moment = now or clock.now()
    queue_leader_mails(db, clock.municipal_day(moment))
    return send_waiting(db, settings, OUTBOX, moment)


def wanted(session: Session, mail: LeaderMail, moment: dt.datetime) -> bool:
    """The result is still hers to read."""
    return bool(own_units(session, mail.account, mail.release, clock.municipal_day(moment)))


OUTBOX: Final = AccountOutbox(
    LeaderMail,
    wanted,
    lambda session, mail, _moment: letter_to_leader(mail, told_before=is_told_before(session, mail)),
    logging.getLogger("medvirk.leader_mail"),
)
