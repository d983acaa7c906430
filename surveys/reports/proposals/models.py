"""Indicators that politicians have proposed."""

import datetime as dt
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.organisation.models import Unit
from surveys.platform.database import Base, identity

MOST_IN_TITLE: Final = 120
MOST_IN_TEXT: Final = 600


class IndicatorProposal(Base):
    """What somebody would like to see measured, and what she was answered."""

    __tablename__ = "indicator_proposal"
    __table_args__ = (
        CheckConstraint(f"length(title) BETWEEN 1 AND {MOST_IN_TITLE}", name="title_length"),
        CheckConstraint(f"length(why) BETWEEN 1 AND {MOST_IN_TEXT}", name="why_length"),
        CheckConstraint(f"length(answer) <= {MOST_IN_TEXT}", name="answer_length"),
        CheckConstraint(
            "(answered_at IS NULL) = (answer = '') AND (answered_at IS NULL) = (answered_by = '')",
            name="answered_by_somebody",
        ),
    )

    id: Mapped[identity]
    # For the card of this unit.
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    title: Mapped[str]
    why: Mapped[str]
    at: Mapped[dt.datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    # As she was called then.
    author: Mapped[str]
    # True: it will be measured. NULL: not answered.
    accepted: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[dt.datetime | None]
    answered_by: Mapped[str] = mapped_column(default="")

    unit: Mapped[Unit] = relationship()
