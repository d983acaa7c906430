"""The outbox for reminders to those whose values or replies are missing."""

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from surveys.campaigns.account_mail_rows import AccountMailRow
from surveys.platform.database import Base


class CardReminder(AccountMailRow, Base):
    """One mail to one account about one tertial's values and replies. Its unique key makes a second one impossible.

    What it lists is read when it is sent; whoever has nothing left to do by then gets none.
    """

    __tablename__ = "card_reminder"
    __table_args__ = (
        UniqueConstraint("account_id", "year", "part"),
        CheckConstraint("part BETWEEN 1 AND 3", name="part"),
        CheckConstraint("attempts >= 0", name="attempts"),
    )

    year: Mapped[int]
    part: Mapped[int]
