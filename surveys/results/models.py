"""What is stored about the reading of results: links for staff, openings, mails to leaders, what a unit does."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.campaigns.account_mail_rows import AccountMailRow
from surveys.campaigns.models import Survey
from surveys.organisation.models import Unit
from surveys.platform.database import Base
from surveys.release.models import Release


class StaffLink(Base):
    """An address where a unit's staff read its result. Gone: it opens nothing, and a new one is another address."""

    __tablename__ = "staff_link"
    __table_args__ = (UniqueConstraint("token"), CheckConstraint("length(token) >= 32", name="token_length"))

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    # Whoever reads the database reads the figures anyway: to keep only a hash would hide nothing.
    token: Mapped[str]
    made_on: Mapped[dt.date]

    survey: Mapped[Survey] = relationship()


class UnitTelling(Base):
    """What a unit does after a survey, in its leader's words, for «Dette sa vi – dette gjør vi»."""

    __tablename__ = "unit_telling"
    __table_args__ = (CheckConstraint("trim(we_do) <> ''", name="not_empty"),)

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    # One line for each thing that is done.
    we_do: Mapped[str]
    written_on: Mapped[dt.date]

    unit: Mapped[Unit] = relationship()


class LeaderMail(AccountMailRow, Base):
    """One mail to one leader that her units' result is hers to read."""

    __tablename__ = "leader_mail"
    __table_args__ = (
        UniqueConstraint("release_id", "account_id"),
        CheckConstraint("attempts >= 0", name="attempts"),
    )

    release_id: Mapped[int] = mapped_column(ForeignKey("release.id", ondelete="CASCADE"))

    release: Mapped[Release] = relationship()
