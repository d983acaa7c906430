"""The outbox for reminders about values and replies, and the records of the yearly review of what is asked."""

import datetime as dt
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.campaigns.account_mail_rows import AccountMailRow
from surveys.platform.database import Base, identity

MOST_IN_DECISION: Final = 1000
"""Characters in each of the three texts of a review. Line breaks count as one."""


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


class YearReview(Base):
    """One version of the record of a year's review. A later number replaces it, and it is kept."""

    __tablename__ = "year_review"
    __table_args__ = (
        # Two who save at once cannot both write the same number.
        UniqueConstraint("unit_id", "year", "number"),
        CheckConstraint("length(participants) BETWEEN 1 AND 300", name="participants_length"),
        CheckConstraint(f"length(keep) <= {MOST_IN_DECISION}", name="keep_length"),
        CheckConstraint(f"length(stop) <= {MOST_IN_DECISION}", name="stop_length"),
        CheckConstraint(f"length(change) <= {MOST_IN_DECISION}", name="change_length"),
        CheckConstraint("length(keep) + length(stop) + length(change) > 0", name="says_something"),
    )

    id: Mapped[identity]
    # The unit at the top: what is asked is decided for the whole organisation.
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    year: Mapped[int]
    number: Mapped[int]
    held_on: Mapped[dt.date]
    participants: Mapped[str]
    keep: Mapped[str]
    stop: Mapped[str]
    change: Mapped[str]
    at: Mapped[dt.datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    # As she was called then.
    author: Mapped[str]
