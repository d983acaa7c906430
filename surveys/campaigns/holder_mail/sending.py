"""Sending what is in the key holders' outbox: each mail at most once, in the account's own language."""

import datetime as dt
import logging
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.account_outbox import AccountOutbox, send_waiting
from surveys.campaigns.ballot_box import KeyHolder
from surveys.campaigns.holder_mail.models import HolderMail, HolderMailKind
from surveys.campaigns.holder_mail.words import letter_to_holder
from surveys.campaigns.keystore import key_store
from surveys.campaigns.models import SurveyStatus
from surveys.platform.config import Settings
from surveys.platform.database import Database


def send_to_holders(db: Database, settings: Settings, now: dt.datetime | None = None) -> int:
    """`send_waiting` of the key holders' mails."""
    return send_waiting(db, settings, OUTBOX, now)


def wanted(session: Session, mail: HolderMail, moment: dt.datetime) -> bool:
    """Whether what the mail says is still so: one that waited for a mail server may have been overtaken."""
    if mail.until and mail.until <= moment:
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


OUTBOX: Final = AccountOutbox(
    HolderMail,
    wanted,
    lambda _session, mail, _moment: letter_to_holder(mail),
    logging.getLogger("medvirk.holder_mail"),
)
