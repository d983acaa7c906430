"""The styringskort: visjon → perspektiv → mål → kritisk suksessfaktor → styringsindikator → ambisjonsnivå."""

import datetime as dt
from enum import StrEnum
from typing import Final

from sqlalchemy import JSON, CheckConstraint, Enum, ForeignKey, Index, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from analysis.scorecards import Direction
from surveys.access.models import Role
from surveys.organisation.models import Unit
from surveys.platform.database import Base, choice, identity, wording
from surveys.release.models import Release
from surveys.scorecards.frequencies import Frequency

OWNER_ROLES: Final = (Role.HR, Role.CONTROLLER, Role.LEADER)
"""Who may own an indicator, and so enter its values."""


class Perspective(Base):
    __tablename__ = "perspective"
    __table_args__ = (UniqueConstraint("key"),)

    id: Mapped[identity]
    key: Mapped[str]
    title: Mapped[wording]
    position: Mapped[int] = mapped_column(default=0)

    goals: Mapped[list["Goal"]] = relationship(back_populates="perspective", order_by="Goal.code")


class Goal(Base):
    __tablename__ = "goal"
    __table_args__ = (UniqueConstraint("card_id", "code"),)

    id: Mapped[identity]
    # The card that it was set up with: two departments may both have a goal M1.
    card_id: Mapped[int | None] = mapped_column(ForeignKey("scorecard.id", ondelete="SET NULL"))
    code: Mapped[str]
    title: Mapped[wording]
    perspective_id: Mapped[int] = mapped_column(ForeignKey("perspective.id"))

    perspective: Mapped[Perspective] = relationship(back_populates="goals")
    success_factors: Mapped[list["SuccessFactor"]] = relationship(
        back_populates="goal", order_by="SuccessFactor.position"
    )


class SuccessFactor(Base):
    __tablename__ = "success_factor"

    id: Mapped[identity]
    title: Mapped[wording]
    position: Mapped[int] = mapped_column(default=0)
    goal_id: Mapped[int] = mapped_column(ForeignKey("goal.id"))

    goal: Mapped[Goal] = relationship(back_populates="success_factors")
    indicators: Mapped[list["Indicator"]] = relationship(
        back_populates="success_factor", order_by="Indicator.code"
    )


class IndicatorKind(StrEnum):
    # Has an ambition level and a colour.
    STEERING = "steering"
    # Utviklingstrekk: no target, never coloured.
    DEVELOPMENT = "development"


class Indicator(Base):
    """What is measured, how, by whom, and where the value comes from."""

    __tablename__ = "indicator"
    __table_args__ = (
        UniqueConstraint("card_id", "code"),
        CheckConstraint("decimals BETWEEN 0 AND 6", name="decimals"),
        CheckConstraint("possible_low <= possible_high", name="possible_range"),
        CheckConstraint("plausible_low <= plausible_high", name="plausible_range"),
        CheckConstraint(
            "(questionnaire IS NULL) = (measure IS NULL)", name="fed_by_questionnaire_and_measure"
        ),
        Index("ix_indicator_questionnaire_measure", "questionnaire", "measure"),
    )

    id: Mapped[identity]
    # The card that it was set up with: the same code may be something else on another department's card.
    card_id: Mapped[int | None] = mapped_column(ForeignKey("scorecard.id", ondelete="SET NULL"))
    code: Mapped[str]
    title: Mapped[wording]
    definition: Mapped[wording] = mapped_column(default=dict)
    # How the value is worked out, in words or as a formula.
    formula: Mapped[wording] = mapped_column(default=dict)
    source: Mapped[str]
    owner: Mapped[str] = mapped_column(default="")
    # Who may enter values for her own units, beside HR: one of `OWNER_ROLES`.
    owner_role: Mapped[Role] = mapped_column(
        # Without a CHECK: SQLite could not take the column away again.
        Enum(
            Role, native_enum=False, length=32, values_callable=lambda roles: [role.value for role in roles]
        ),
        default=Role.HR,
        server_default=Role.HR.value,
    )
    kind: Mapped[IndicatorKind] = mapped_column(choice(IndicatorKind, "kind"), default=IndicatorKind.STEERING)
    direction: Mapped[Direction] = mapped_column(choice(Direction, "direction"), default=Direction.HIGHER)
    frequency: Mapped[Frequency] = mapped_column(choice(Frequency, "frequency"), default=Frequency.YEAR)
    # What stands behind the number: «%», «1–5», «1–6».
    unit_of_measure: Mapped[str]
    decimals: Mapped[int] = mapped_column(default=1)
    # Values outside the first are refused, outside the second asked about. NULL: what follows from the unit of measure
    # (`ranges`).
    possible_low: Mapped[float | None]
    possible_high: Mapped[float | None]
    plausible_low: Mapped[float | None]
    plausible_high: Mapped[float | None]
    # Values more than this many years older than the card's year are marked as old.
    years_valid: Mapped[int] = mapped_column(default=2)
    # Released figures of this questionnaire's factor become measurements, with no other step.
    questionnaire: Mapped[str | None]
    measure: Mapped[str | None]
    # Which of the nine questions about a good indicator were answered yes (`criteria.Criterion`).
    criteria: Mapped[list[str]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    success_factor_id: Mapped[int] = mapped_column(ForeignKey("success_factor.id"))

    success_factor: Mapped[SuccessFactor] = relationship(back_populates="indicators")
    targets: Mapped[list["Target"]] = relationship(back_populates="indicator")
    interim_targets: Mapped[list["InterimTarget"]] = relationship(cascade="all, delete-orphan")


class Target(Base):
    """The ambition level of an indicator from a year on, for everybody or for one unit and those below it.

    `higher`: green at `green` or more, yellow at `yellow` or more. `lower`: at or less. `band`: green from
    `green` to `green_to`, yellow from `yellow` to `yellow_to`, bounds included.
    """

    __tablename__ = "target"
    __table_args__ = (
        UniqueConstraint("indicator_id", "unit_id", "from_year"),
        Index(
            "uq_target_for_everybody",
            "indicator_id",
            "from_year",
            unique=True,
            sqlite_where=text("unit_id IS NULL"),
            postgresql_where=text("unit_id IS NULL"),
        ),
        CheckConstraint("(green_to IS NULL) = (yellow_to IS NULL)", name="band_has_both_ends"),
    )

    id: Mapped[identity]
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    from_year: Mapped[int]
    green: Mapped[float]
    yellow: Mapped[float]
    green_to: Mapped[float | None]
    yellow_to: Mapped[float | None]
    # Who decided it and when; «» and NULL: nobody wrote it down.
    decided_by: Mapped[str] = mapped_column(default="", server_default="")
    decided_on: Mapped[dt.date | None]

    indicator: Mapped[Indicator] = relationship(back_populates="targets")


class InterimTarget(Base):
    """A delmål: how far a unit means to get in a year. It is shown, and never decides a colour."""

    __tablename__ = "interim_target"
    __table_args__ = (UniqueConstraint("indicator_id", "unit_id", "year"),)

    id: Mapped[identity]
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    # For the unit and those below it.
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    value: Mapped[float]


class CardKind(StrEnum):
    STEERING = "steering"
    # A statistikkort: gathers numbers in one place, without ambition levels.
    STATISTICS = "statistics"


class Scorecard(Base):
    """A card that a unit and every unit below it share, each with its own values."""

    __tablename__ = "scorecard"
    __table_args__ = (UniqueConstraint("key"),)

    id: Mapped[identity]
    key: Mapped[str]
    title: Mapped[wording]
    vision: Mapped[wording] = mapped_column(default=dict, server_default=text("'{}'"))
    kind: Mapped[CardKind] = mapped_column(
        choice(CardKind, "kind"), default=CardKind.STEERING, server_default=CardKind.STEERING.value
    )
    # Its rows come in addition to those of the nearest card above. False: they come instead of them.
    extends: Mapped[bool] = mapped_column(default=False, server_default=false())
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))

    unit: Mapped[Unit] = relationship()
    lines: Mapped[list["ScorecardLine"]] = relationship(
        back_populates="scorecard", cascade="all, delete-orphan", order_by="ScorecardLine.position"
    )


class ScorecardLine(Base):
    """An indicator's place on a card, and which type of unit it is for («»: every unit)."""

    __tablename__ = "scorecard_line"

    scorecard_id: Mapped[int] = mapped_column(
        ForeignKey("scorecard.id", ondelete="CASCADE"), primary_key=True
    )
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"), primary_key=True)
    unit_type: Mapped[str] = mapped_column(primary_key=True, default="")
    position: Mapped[int] = mapped_column(default=0)
    # The years it is on the card, both included; NULL: no bound. An old card keeps the rows it had.
    from_year: Mapped[int | None]
    until_year: Mapped[int | None]
    # False: the unit's own row, which no report upward shows.
    reported: Mapped[bool] = mapped_column(default=True, server_default=true())

    scorecard: Mapped[Scorecard] = relationship(back_populates="lines")
    indicator: Mapped[Indicator] = relationship()


class MeasurementEntry(Base):
    """One time values were entered: a file, or the page with a period's values. Taken back as one."""

    __tablename__ = "measurement_entry"

    id: Mapped[identity]
    at: Mapped[dt.datetime]
    # NULL: done from the command line.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    # As it was then: accounts change names. «» from the command line.
    author: Mapped[str]
    # «»: from the page.
    file_name: Mapped[str] = mapped_column(default="")
    # Set when all that was left of it was taken back.
    withdrawn_at: Mapped[dt.datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(default="")


class MeasurementStatus(StrEnum):
    MEASURED = "measured"
    HIDDEN = "hidden"
    NOT_MEASURED = "not_measured"


class Measurement(Base):
    """One value of one indicator for one unit and period. A new one takes its place, or it is withdrawn."""

    __tablename__ = "measurement"
    __table_args__ = (
        CheckConstraint("(status = 'measured') = (value IS NOT NULL)", name="measured_has_value"),
        CheckConstraint("part BETWEEN 0 AND 12", name="part"),
        CheckConstraint("status <> 'hidden' OR reason <> ''", name="hidden_has_reason"),
        CheckConstraint("withdrawn_at IS NULL OR NOT current", name="withdrawn_is_not_current"),
        Index(
            "uq_measurement_current",
            "indicator_id",
            "unit_id",
            "year",
            "part",
            unique=True,
            sqlite_where=text("current"),
            postgresql_where=text("current"),
        ),
    )

    id: Mapped[identity]
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    year: Mapped[int]
    # 0: the whole year; else the number of the period (`frequencies`).
    part: Mapped[int] = mapped_column(default=0)
    status: Mapped[MeasurementStatus] = mapped_column(choice(MeasurementStatus, "status"))
    value: Mapped[float | None]
    n: Mapped[int | None]
    reason: Mapped[str] = mapped_column(default="")
    source: Mapped[str]
    measured_on: Mapped[dt.date]
    # NULL: not from a survey.
    release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))
    current: Mapped[bool] = mapped_column(default=True)
    # NULL: from a survey, or older than the table.
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("measurement_entry.id"), index=True)
    # Whoever entered it was asked whether it was right, and said so.
    confirmed: Mapped[bool] = mapped_column(default=False, server_default=false())
    withdrawn_at: Mapped[dt.datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(default="", server_default="")
    # How many units it was worked out from, and how many had nothing (`aggregation`). NULL: it was not computed.
    computed_from: Mapped[int | None]
    computed_missing: Mapped[int | None]

    indicator: Mapped[Indicator] = relationship()
    entry: Mapped[MeasurementEntry | None] = relationship()
    release: Mapped[Release | None] = relationship()
