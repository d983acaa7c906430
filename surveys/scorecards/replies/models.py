"""Replies to measurements: why a value is yellow or red, what is done, and what is expected when."""

import datetime as dt
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from analysis.scorecards import IndicatorStatus
from surveys.platform.database import Base, choice, identity
from surveys.scorecards.models import Measurement

MOST_CHARACTERS: Final = 300
"""In each text of a reply. Line breaks count as one."""


class MeasurementReply(Base):
    """One version of the reply for a unit, an indicator and a period. It is never changed: a later number replaces it.

    The one that counts is the last that is not withdrawn.
    """

    __tablename__ = "measurement_reply"
    __table_args__ = (
        # Two who reply at once cannot both write the same number.
        UniqueConstraint("indicator_id", "unit_id", "year", "part", "number"),
        CheckConstraint("status IN ('yellow', 'red')", name="to_yellow_or_red"),
        CheckConstraint(f"length(cause) BETWEEN 1 AND {MOST_CHARACTERS}", name="cause_length"),
        CheckConstraint(f"length(action) BETWEEN 1 AND {MOST_CHARACTERS}", name="action_length"),
        CheckConstraint(f"length(forecast_words) <= {MOST_CHARACTERS}", name="forecast_words_length"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by = '')", name="withdrawn_by_somebody"),
    )

    id: Mapped[identity]
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    year: Mapped[int]
    part: Mapped[int]
    number: Mapped[int]
    # What was replied to, and the colour that it had: a value corrected to another colour needs another reply.
    measurement_id: Mapped[int] = mapped_column(ForeignKey("measurement.id"))
    status: Mapped[IndicatorStatus] = mapped_column(choice(IndicatorStatus, "status"))
    cause: Mapped[str]
    action: Mapped[str]
    forecast: Mapped[float]
    forecast_words: Mapped[str] = mapped_column(default="")
    # The day the forecast is held against a new value.
    judged_on: Mapped[dt.date]
    at: Mapped[dt.datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    # As she was called then.
    author: Mapped[str]
    withdrawn_at: Mapped[dt.datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(default="")

    measurement: Mapped[Measurement] = relationship()

    @property
    def key(self) -> tuple[int, int, int | None]:
        """A `states.ReplyKey`: which value it is about."""
        return value_key(self.measurement)


def value_key(measurement: Measurement) -> tuple[int, int, int | None]:
    survey_id = None if measurement.release is None else measurement.release.survey_id
    return measurement.year, measurement.part, survey_id
