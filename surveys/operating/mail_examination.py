"""What `medvirk doctor` says of the mails that did not go: what a mail server said of those that wait or failed."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from surveys.campaigns.models import (
    Delivery,
    DeliveryStatus,
    Invitation,
    MessageChannel,
    MessageKind,
    Survey,
    SurveyStatus,
)
from surveys.operating.findings import DoctorFinding
from surveys.platform.database import Database
from surveys.platform.mail_faults import MailFaultKind, mail_fault
from surveys.site.jobs.account_mails import refused_account_mails

_UNSENT: Final = (DeliveryStatus.QUEUED, DeliveryStatus.FAILED)
_SETTINGS: Final[Mapping[MailFaultKind, str]] = {
    MailFaultKind.NO_CONNECTION: "Se på MEDVIRK_SMTP_HOST, MEDVIRK_SMTP_PORT og brannmuren.",
    MailFaultKind.NOT_ENCRYPTED: "Se på MEDVIRK_SMTP_STARTTLS og sertifikatet til tjeneren.",
    MailFaultKind.SIGN_IN: "Se på MEDVIRK_SMTP_USER og MEDVIRK_SMTP_PASSWORD.",
    MailFaultKind.SENDER: "Se på MEDVIRK_MAIL_FROM.",
    MailFaultKind.REFUSED: "Se på SPF, DKIM og DMARC for domenet i MEDVIRK_MAIL_FROM, og om tjeneren får sende.",
}
"""Where to look, for faults that are not of one address."""


def mails_come_through(app: Flask) -> Iterator[DoctorFinding]:
    """Faults that whoever runs the installation can mend; wrong addresses are HR's, on «Utsending»."""
    database: Database = app.extensions["medvirk_database"]
    try:
        with database.reading() as session:
            stored = [*_invitations(session), *refused_account_mails(session)]
    except SQLAlchemyError:  # an outdated database is told of by itself
        return
    counts: Counter[MailFaultKind] = Counter()
    said: dict[MailFaultKind, tuple[str, str]] = {}
    for error, how_many in stored:
        fault = mail_fault(error)
        if fault.is_for_operators:
            counts[fault.kind] += how_many
            said.setdefault(fault.kind, (fault.meaning, fault.line))
    for kind, how_many in counts.most_common():
        meaning, line = said[kind]
        yield DoctorFinding(
            f"{how_many} e-poster er ikke sendt. {meaning} {_SETTINGS[kind]} Svaret var: {line}",
            is_wrong=True,
        )


def _invitations(session: Session) -> Iterator[tuple[str, int]]:
    """(error, how many). A reminder is for somebody who has not delivered, and is not counted."""
    rows = session.execute(
        select(Delivery.error, func.count())
        .join(Delivery.invitation)
        .join(Survey, Survey.id == Invitation.survey_id)
        .where(
            Survey.status == SurveyStatus.OPEN,
            Delivery.channel == MessageChannel.MAIL,
            Delivery.kind == MessageKind.INVITATION,
            Delivery.status.in_(_UNSENT),
            Delivery.error != "",
        )
        .group_by(Delivery.error)
        .order_by(Delivery.error)
    )
    return ((error, count) for error, count in rows)
