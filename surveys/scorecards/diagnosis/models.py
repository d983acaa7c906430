"""Self-assessments: how far a unit says that it has come on nine fixed criteria, year by year, in versions."""

import datetime as dt
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.platform.database import Base, identity

MOST_CHARACTERS: Final = 300
"""In each text of an assessment. Line breaks count as one."""

LEVELS: Final = (0, 25, 50, 75, 100)
"""What a criterion can be given."""


class SelfAssessment(Base):
    """One criterion in one version of a unit's assessment of a year. A later number replaces it, and it is kept."""

    __tablename__ = "self_assessment"
    __table_args__ = (
        # Two who save at once cannot both write the same number.
        UniqueConstraint("unit_id", "year", "number", "criterion"),
        CheckConstraint("level IN (0, 25, 50, 75, 100)", name="level_on_the_scale"),
        CheckConstraint(f"length(strengths) <= {MOST_CHARACTERS}", name="strengths_length"),
        CheckConstraint(f"length(improvement) <= {MOST_CHARACTERS}", name="improvement_length"),
    )

    id: Mapped[identity]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    year: Mapped[int]
    number: Mapped[int]
    criterion: Mapped[str]
    level: Mapped[int]
    strengths: Mapped[str] = mapped_column(default="")
    improvement: Mapped[str] = mapped_column(default="")
    at: Mapped[dt.datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    # As she was called then.
    author: Mapped[str]
