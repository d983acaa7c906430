"""Aggregated figures from other tools: earlier results of units, and norms. No answers stand behind them here."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.instruments.models import Instrument
from surveys.platform.database import Base, choice, identity


class ImportedKind(StrEnum):
    """What another tool's figures are here: a unit's earlier result, or what others score."""

    HISTORY = "history"
    NORM = "norm"


class ImportedSet(Base):
    """Aggregated figures from another tool, with their source: never mixed with own releases."""

    __tablename__ = "imported_set"
    __table_args__ = (
        CheckConstraint("title <> ''", name="title_not_empty"),
        CheckConstraint("source <> ''", name="source_not_empty"),
        CheckConstraint("instrument <> ''", name="instrument_not_empty"),
        CheckConstraint("year BETWEEN 1990 AND 2999", name="year"),
        CheckConstraint("kind <> 'history' OR series_id IS NOT NULL", name="history_has_series"),
    )

    id: Mapped[identity]
    kind: Mapped[ImportedKind] = mapped_column(choice(ImportedKind, "kind"))
    title: Mapped[str]
    # Who made the figures and where they stand: shown beside every one of them.
    source: Mapped[str]
    year: Mapped[int]
    # What was asked, in the words of the other tool.
    instrument: Mapped[str]
    # NULL, for norms only: every survey with the questionnaire.
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"), index=True)
    # The version of our questionnaire whose measures the figures were matched with.
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("instrument.id"), index=True)
    imported_on: Mapped[dt.date]
    # NULL: from the command line.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    # Undone: kept for the record, read by no page.
    withdrawn_on: Mapped[dt.date | None]

    questionnaire: Mapped[Instrument] = relationship()
    measures: Mapped[list["ImportedMeasure"]] = relationship(back_populates="set")
    figures: Mapped[list["ImportedFigure"]] = relationship(back_populates="set")


class ImportedMeasure(Base):
    """How one measure was measured in an imported set, and whether somebody has declared it comparable with ours."""

    __tablename__ = "imported_measure"
    __table_args__ = (CheckConstraint("minimum < maximum", name="scale"),)

    set_id: Mapped[int] = mapped_column(ForeignKey("imported_set.id"), primary_key=True)
    # A factor's key, as in `figure`.
    measure: Mapped[str] = mapped_column(primary_key=True)
    # The ends of the scale that the figures are on, which may be another than ours.
    minimum: Mapped[float]
    maximum: Mapped[float]
    comparable: Mapped[bool] = mapped_column(default=False)

    set: Mapped[ImportedSet] = relationship(back_populates="measures")


class ImportedFigure(Base):
    """One imported mean, on the scale of its `ImportedMeasure`."""

    __tablename__ = "imported_figure"
    __table_args__ = (
        UniqueConstraint("set_id", "unit_id", "measure"),
        # NULLs are never equal to a UNIQUE constraint: a norm's measure stands once too.
        Index(
            "ux_imported_figure_norm",
            "set_id",
            "measure",
            unique=True,
            sqlite_where=text("unit_id IS NULL"),
            postgresql_where=text("unit_id IS NULL"),
        ),
        ForeignKeyConstraint(
            ["set_id", "measure"],
            ["imported_measure.set_id", "imported_measure.measure"],
            name="fk_imported_figure_measure",
        ),
        CheckConstraint("n IS NULL OR n >= 1", name="n"),
        CheckConstraint("sd IS NULL OR sd >= 0", name="sd"),
        CheckConstraint("unit_id IS NULL OR n IS NOT NULL", name="unit_has_n"),
    )

    id: Mapped[identity]
    set_id: Mapped[int] = mapped_column(ForeignKey("imported_set.id"))
    # NULL: a norm.
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    measure: Mapped[str]
    # NULL only for norms that do not say.
    n: Mapped[int | None]
    mean: Mapped[float]
    sd: Mapped[float | None]

    set: Mapped[ImportedSet] = relationship(back_populates="figures")
