"""Reports: the draft with what is chosen for it, and the frozen content for each audience."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.organisation.models import Unit
from surveys.platform.database import Base, choice, identity


class ReportKind(StrEnum):
    TERTIAL = "tertial"
    YEAR = "year"
    # Politikernes side: one screen with every perspective.
    POLITICAL = "political"


class ReportState(StrEnum):
    DRAFT = "draft"
    # Nothing in it is changed any more: a correction is a new report that names this one.
    FROZEN = "frozen"


class ReportAudience(StrEnum):
    """Whom a version of a report is for, those who see most first."""

    INTERNAL = "internal"
    POLITICAL = "political"
    PUBLIC = "public"


class Report(Base):
    """A report on one unit's card for a tertial or a year."""

    __tablename__ = "report"
    __table_args__ = (
        # Drafts have no number.
        UniqueConstraint("unit_id", "kind", "year", "part", "number"),
        CheckConstraint("part BETWEEN 0 AND 3", name="part"),
        CheckConstraint("(kind = 'tertial') = (part > 0)", name="tertial_has_part"),
        CheckConstraint(
            "(state = 'frozen') = (frozen_on IS NOT NULL AND number IS NOT NULL AND frozen_by <> '')",
            name="frozen_by_somebody",
        ),
        CheckConstraint("replaces_id IS NULL OR correction <> ''", name="correction_has_reason"),
    )

    id: Mapped[identity]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    kind: Mapped[ReportKind] = mapped_column(choice(ReportKind, "kind"))
    year: Mapped[int]
    # The tertial; 0 for a whole year.
    part: Mapped[int] = mapped_column(default=0)
    state: Mapped[ReportState] = mapped_column(choice(ReportState, "state"), default=ReportState.DRAFT)
    # A `choosing.ReportChoice`.
    choice: Mapped[dict[str, Any]] = mapped_column(JSON)
    # The choice as it was before each of the last changes (`choosing.EarlierChoice`), the newest last.
    earlier: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    # How many times the draft has been changed: a page says which it was made from.
    steps_taken: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[dt.datetime]
    # As she was called then.
    changed_by: Mapped[str]
    # 1 for the first of its kind, unit and period; a correction has the next.
    number: Mapped[int | None]
    # Name and position of whoever answers for the report, and its day.
    frozen_by: Mapped[str] = mapped_column(default="")
    frozen_on: Mapped[dt.date | None]
    # Who registered it, and when.
    registered_by: Mapped[str] = mapped_column(default="")
    registered_at: Mapped[dt.datetime | None]
    # The report that this one corrects, and what is corrected.
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"))
    correction: Mapped[str] = mapped_column(default="")

    unit: Mapped[Unit] = relationship()
    replaces: Mapped["Report | None"] = relationship(remote_side="Report.id")
    versions: Mapped[list["ReportVersion"]] = relationship(back_populates="report")
    decisions: Mapped[list["PublicityDecision"]] = relationship(
        back_populates="report", order_by="PublicityDecision.number"
    )


class ReportVersion(Base):
    """The frozen content for one audience. A trigger in the database refuses every change."""

    __tablename__ = "report_version"
    __table_args__ = (UniqueConstraint("report_id", "audience"),)

    id: Mapped[identity]
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    audience: Mapped[ReportAudience] = mapped_column(choice(ReportAudience, "audience"))
    # A `content.ReportContent`.
    content: Mapped[dict[str, Any]] = mapped_column(JSON)

    report: Mapped[Report] = relationship(back_populates="versions")


class PublicityDecision(Base):
    """Whether a version is open, by whom, and why not. The last number counts; the others are history."""

    __tablename__ = "report_decision"
    __table_args__ = (
        # Two who decide at once cannot both write the same number.
        UniqueConstraint("report_id", "audience", "number"),
        CheckConstraint("audience <> 'internal'", name="internal_needs_none"),
        CheckConstraint("is_open OR (legal_ground <> '' AND reason <> '')", name="withheld_by_law"),
        CheckConstraint("decided_by <> ''", name="decided_by_somebody"),
    )

    id: Mapped[identity]
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    audience: Mapped[ReportAudience] = mapped_column(choice(ReportAudience, "audience"))
    number: Mapped[int]
    is_open: Mapped[bool]
    # Offentleglova's section, such as «§ 14», and the reason in words; «» when it is open.
    legal_ground: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    # Name and position of whoever decided, and the day.
    decided_by: Mapped[str]
    decided_on: Mapped[dt.date]
    registered_by: Mapped[str]
    registered_at: Mapped[dt.datetime]

    report: Mapped[Report] = relationship(back_populates="decisions")
