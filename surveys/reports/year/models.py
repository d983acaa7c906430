"""The outbox for reminders to those whose values or replies are missing."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.access.models import Account
from surveys.campaigns.models import DeliveryStatus
from surveys.platform.database import Base, choice, identity


class CardReminder(Base):
    """One mail to one account about one tertial's values and replies. Its unique key makes a second one impossible.

    What it lists is read when it is sent; whoever has nothing left to do by then gets none. Whoever sends it sets it to
    «sending» first, so once.
    """

    __tablename__ = "card_reminder"
    __table_args__ = (
        UniqueConstraint("account_id", "year", "part"),
        CheckConstraint("part BETWEEN 1 AND 3", name="part"),
        CheckConstraint("attempts >= 0", name="attempts"),
    )

    id: Mapped[identity]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    year: Mapped[int]
    part: Mapped[int]
    status: Mapped[DeliveryStatus] = mapped_column(
        choice(DeliveryStatus, "status"), default=DeliveryStatus.QUEUED, index=True
    )
    attempts: Mapped[int] = mapped_column(default=0)
    # After a passing error: not to be tried again before this moment.
    not_before: Mapped[dt.datetime | None]
    error: Mapped[str] = mapped_column(default="")

    account: Mapped[Account] = relationship()
