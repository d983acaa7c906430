"""How many people the population has in each group of a citizen survey: counts, and nothing about anybody."""

import datetime as dt

from sqlalchemy import JSON, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from surveys.platform.database import Base


class PopulationMargin(Base):
    """The population by one background question of a citizen survey. Without it nothing is weighted."""

    __tablename__ = "population_margin"
    __table_args__ = (
        CheckConstraint("question <> ''", name="question_not_empty"),
        CheckConstraint("source <> ''", name="source_not_empty"),
    )

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    # A background question of the survey's questionnaire, and people by option; an option that is left out is not
    # weighted.
    question: Mapped[str]
    people: Mapped[dict[str, int]] = mapped_column(JSON)
    # Where the counts are from: shown wherever a weighted mean is.
    source: Mapped[str]
    stated_on: Mapped[dt.date]
