"""The columns that every outbox of mails to accounts has."""

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from surveys.access.models import Account
from surveys.campaigns.models import DeliveryStatus
from surveys.platform.database import choice, identity
from surveys.platform.mail_faults import MailFault, mail_fault


class AccountMailRow:
    """One mail to one account. Its words are made when it is sent, in the account's language."""

    id: Mapped[identity]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    status: Mapped[DeliveryStatus] = mapped_column(
        choice(DeliveryStatus, "status"), default=DeliveryStatus.QUEUED, index=True
    )
    attempts: Mapped[int] = mapped_column(default=0)
    # After a passing error: not to be tried again before this moment.
    not_before: Mapped[dt.datetime | None]
    error: Mapped[str] = mapped_column(default="")

    @property
    def fault(self) -> MailFault:
        """`error` in words."""
        return mail_fault(self.error, self.account.email)

    @declared_attr
    def account(self) -> Mapped[Account]:
        return relationship()
