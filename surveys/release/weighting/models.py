"""What a citizen survey is weighted by, and its weighted means. Nobody's weight is stored."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from surveys.platform.database import Base, choice


class PopulationMargin(Base):
    """The population by one background question of a citizen survey. Without it nothing is weighted."""

    __tablename__ = "population_margin"
    __table_args__ = (
        CheckConstraint("question <> ''", name="question_not_empty"),
        CheckConstraint("source <> ''", name="source_not_empty"),
    )

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    # A background question of the survey's questionnaire, and people by option; an option that is left out is not
    # weighted.
    question: Mapped[str]
    people: Mapped[dict[str, int]] = mapped_column(JSON)
    # Where the counts are from: shown wherever a weighted mean is.
    source: Mapped[str]
    stated_on: Mapped[dt.date]


class DeclaredMargin(Base):
    """The population by one of the background questions that the answers are weighted by when they are counted."""

    __tablename__ = "declared_margin"
    __table_args__ = (
        CheckConstraint("question <> ''", name="question_not_empty"),
        CheckConstraint("source <> ''", name="source_not_empty"),
    )

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)
    # Option → people. Whoever chose an option that is left out, or none, keeps her weight when this margin is met.
    people: Mapped[dict[str, int]] = mapped_column(JSON)
    source: Mapped[str]
    stated_on: Mapped[dt.date]


class WeightSource(StrEnum):
    # A column of the file that was read.
    COLUMN = "column"
    # The declared margins, all at once.
    MARGINS = "margins"


class WeightProblem(StrEnum):
    """Why a survey that was to be weighted has no weighted means."""

    # Fewer than two groups of enough people share a weight.
    TOO_FEW = "too_few"
    # Nobody chose an option that the population has people in.
    NOBODY = "nobody"
    # No weights meet all the margins.
    NOT_MET = "not_met"
    # Those who share a weight are the people of some units.
    UNITS = "units"


class SurveyWeighting(Base):
    """That a survey's answers were weighted when they were counted, by what, and what it cost."""

    __tablename__ = "survey_weighting"
    __table_args__ = (
        CheckConstraint("moved BETWEEN 0 AND n", name="moved"),
        CheckConstraint("design_effect >= 1 AND effective_n <= n", name="cost"),
    )

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    source: Mapped[WeightSource] = mapped_column(choice(WeightSource, "source"))
    # The column's heading, or the questions of the margins.
    names: Mapped[list[str]] = mapped_column(JSON)
    minimum_group: Mapped[int]
    n: Mapped[int]
    # How many respondents got the weight of their nearest neighbours, since too few had theirs.
    moved: Mapped[int]
    # Of the weights that were used, over their mean.
    smallest: Mapped[float]
    largest: Mapped[float]
    design_effect: Mapped[float]
    effective_n: Mapped[float]
    problem: Mapped[WeightProblem | None] = mapped_column(choice(WeightProblem, "problem"))


class _WeightedValues:
    """What a weighted mean is told with. The ends of the interval are on the scale."""

    n: Mapped[int]
    mean: Mapped[float]
    standard_error: Mapped[float]
    ci_low: Mapped[float]
    ci_high: Mapped[float]
    design_effect: Mapped[float]
    effective_n: Mapped[float]


class CountedWeightedMean(_WeightedValues, Base):
    """The weighted mean of a measure for everybody, made at counting, where a release may show it."""

    __tablename__ = "counted_weighted_mean"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)


class ReleasedWeightedMean(_WeightedValues, Base):
    """A released weighted mean. Never changed, as `Figure`."""

    __tablename__ = "released_weighted_mean"

    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
