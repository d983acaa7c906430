"""Mails to people with an account that have not gone yet, and why: news to leaders, key holders, plans and cards."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.campaigns.account_mail_rows import AccountMailRow
from surveys.campaigns.holder_mail.models import HolderMail
from surveys.campaigns.models import DeliveryStatus
from surveys.followup.actions.reminders.models import PlanMail
from surveys.platform.mail_faults import MailFault, mail_fault
from surveys.reports.year.models import CardReminder
from surveys.results.models import LeaderMail

ACCOUNT_MAILS: Final[tuple[type[AccountMailRow], ...]] = (LeaderMail, HolderMail, PlanMail, CardReminder)


@dataclass(frozen=True)
class WaitingMails:
    """How many wait because of the same fault; `fault` has what a server said to one of them."""

    count: int
    fault: MailFault


def refused_account_mails(session: Session) -> list[tuple[str, int]]:
    """(what the server said, to how many), of those that are still tried: one given up may be of last year."""
    return [
        (error, count)
        for table in ACCOUNT_MAILS
        for error, count in session.execute(
            select(table.error, func.count())
            .where(table.status == DeliveryStatus.QUEUED, table.error != "")
            .group_by(table.error)
            .order_by(table.error)
        )
    ]


def waiting_account_mails(session: Session) -> list[WaitingMails]:
    """The same by what is wrong, most mails first."""
    counts: Counter[str] = Counter()
    faults: dict[str, MailFault] = {}
    for error, count in refused_account_mails(session):
        fault = mail_fault(error)
        counts[fault.meaning] += count
        faults.setdefault(fault.meaning, fault)
    return [WaitingMails(count, faults[meaning]) for meaning, count in counts.most_common()]
