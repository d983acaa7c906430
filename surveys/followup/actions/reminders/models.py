"""The outbox for leaders' reminders."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.campaigns.account_mail_rows import AccountMailRow
from surveys.organisation.models import Unit
from surveys.platform.database import Base, choice


class PlanMailKind(StrEnum):
    """What a leader is reminded of."""

    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    # January, June and October.
    EVALUATE = "evaluate"


class PlanMail(AccountMailRow, Base):
    """One reminder to one account about one unit's plan. The row is kept when it is sent: nobody is reminded twice."""

    __tablename__ = "plan_mail"
    __table_args__ = (
        UniqueConstraint("unit_id", "account_id", "kind", "about"),
        CheckConstraint("attempts >= 0", name="attempts"),
    )

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    kind: Mapped[PlanMailKind] = mapped_column(choice(PlanMailKind, "kind"))
    # The day the actions are due, or the first of the month of the evaluation.
    about: Mapped[dt.date]

    unit: Mapped[Unit] = relationship()
