"""Opened answers, which never leave this package, and the released figures, which everybody reads."""

import datetime as dt
from enum import StrEnum
from typing import Any, Final, TypedDict

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    Enum,
    ForeignKey,
    UniqueConstraint,
    false,
    or_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from analysis.scale_ends import Bound
from surveys.campaigns.models import Survey
from surveys.organisation.models import Unit
from surveys.platform.database import Base, choice, identity
from surveys.platform.typed_data import from_stored
from surveys.release.comparisons.stored import StoredComparison
from surveys.release.stored_quality import StoredQuality


class QualityReport(Base):
    """Reliability of the instrument in one survey, for the whole survey only: written at counting."""

    __tablename__ = "quality_report"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    # As `StoredQuality`: `analysis.report` without units (the contract of `medvirk analyse --json`), and «more» beside.
    result: Mapped[dict[str, Any]] = mapped_column(JSON)

    def quality(self) -> StoredQuality:
        """The result with its types, for whoever reads it."""
        return from_stored(StoredQuality, self.result)


class SurveyComparison(Base):
    """Whether a survey measures the same as an earlier one of its series: written at counting."""

    __tablename__ = "survey_comparison"
    __table_args__ = (CheckConstraint("survey_id <> earlier_id", name="two_surveys"),)

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    earlier_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    # As `StoredComparison`: `analysis.comparability.comparison_json`, and «stability» of the units' scores by factor.
    result: Mapped[dict[str, Any]] = mapped_column(JSON)

    def comparison(self) -> StoredComparison:
        """The result with its types, for whoever reads it."""
        return from_stored(StoredComparison, self.result)


class QualityDiscussion(Base):
    """What somebody concluded from a quality report. Never changed: a new one is written, an old one withdrawn."""

    __tablename__ = "quality_discussion"
    __table_args__ = (CheckConstraint("text <> ''", name="not_empty"),)

    id: Mapped[identity]
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), index=True)
    # NULL: written in the installation that the figures came from.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    # As it was then: accounts change names.
    author: Mapped[str]
    written_on: Mapped[dt.date]
    text: Mapped[str]
    withdrawn_on: Mapped[dt.date | None]


class MicrodataRecipe(Base):
    """What a survey's rows for analysts carry: fixed by the first file, so that no two files can be joined."""

    __tablename__ = "microdata_recipe"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    made_on: Mapped[dt.date]
    # Background keys that were asked for, in order, and those that there was room for.
    wanted: Mapped[list[str]] = mapped_column(JSON)
    background: Mapped[list[str]] = mapped_column(JSON)
    # Unit id (text, as JSON has it) → the id of the unit its rows carry, or null for none.
    units: Mapped[dict[str, int | None]] = mapped_column(JSON)


class Release(Base):
    """The published results of a survey. Never changed: a correction is a new release."""

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("survey_id", "number"), CheckConstraint("number >= 1", name="number"))

    id: Mapped[identity]
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    number: Mapped[int] = mapped_column(default=1)
    released_on: Mapped[dt.date]
    minimum_group: Mapped[int]
    # Figures of fewer are told with few digits (decision 036); NULL for a release from before that rule.
    exact_from: Mapped[int | None]
    # Why a correction was needed; empty for the first release.
    correction: Mapped[str] = mapped_column(default="")

    survey: Mapped[Survey] = relationship()
    figures: Mapped[list["Figure"]] = relationship(back_populates="release")


class StoredPreview(Base):
    """What a release or correction of a large survey would show and hide, by the job worker. No figure stands in it."""

    __tablename__ = "release_preview"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    # What it was computed from (`protection.release_preview.basis_of`, or which release is corrected): when that has
    # changed, it no longer holds.
    basis: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class FigureKind(StrEnum):
    UNIT = "unit"
    # «Små enheter samlet» under the unit: its people outside every shown unit below it.
    REST = "rest"
    BREAKDOWN = "breakdown"


class FigureStatus(StrEnum):
    SHOWN = "shown"
    HIDDEN = "hidden"
    NO_ANSWERS = "no_answers"
    NOT_ASKED = "not_asked"


class Coding(StrEnum):
    """How a figure's mean is to be read: near the end of the scale as a bound, or all would be known to agree."""

    EXACT = "exact"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


def bound_of(coded: Coding) -> Bound:
    """The same, as `analysis` calls it."""
    found: dict[Coding, Bound] = {
        Coding.EXACT: "exact",
        Coding.AT_LEAST: "at_least",
        Coding.AT_MOST: "at_most",
    }
    return found[coded]


class Figure(Base):
    """One value for one unit (or category) and one measure: the only thing readers ever read."""

    __tablename__ = "figure"
    __table_args__ = (
        UniqueConstraint("release_id", "unit_id", "kind", "breakdown", "category", "measure"),
        CheckConstraint("(status = 'shown') = (n IS NOT NULL AND mean IS NOT NULL)", name="shown_has_value"),
        CheckConstraint(
            "status = 'shown' OR (n IS NULL AND mean IS NULL AND sd IS NULL AND ci_low IS NULL"
            " AND ci_high IS NULL AND distribution IS NULL)",
            name="hidden_has_nothing",
        ),
        CheckConstraint("status <> 'hidden' OR reason <> ''", name="hidden_has_reason"),
        CheckConstraint("ci_low IS NULL OR ci_low <= mean", name="ci_low"),
        CheckConstraint("ci_high IS NULL OR ci_high >= mean", name="ci_high"),
    )

    id: Mapped[identity]
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    kind: Mapped[FigureKind] = mapped_column(choice(FigureKind, "kind"), default=FigureKind.UNIT)
    breakdown: Mapped[str] = mapped_column(default="")
    category: Mapped[str] = mapped_column(default="")
    # `surveys.release.measures`: a factor's key, or the key of its index or of one of its shares.
    measure: Mapped[str]
    status: Mapped[FigureStatus] = mapped_column(choice(FigureStatus, "status"))
    reason: Mapped[str] = mapped_column(default="")
    n: Mapped[int | None]
    mean: Mapped[float | None]
    coded: Mapped[Coding] = mapped_column(
        # Without a CHECK: SQLite could not take the column away again.
        Enum(
            Coding,
            native_enum=False,
            length=32,
            values_callable=lambda members: [member.value for member in members],
        ),
        default=Coding.EXACT,
        server_default=Coding.EXACT.value,
    )
    # What the mean is rounded to, in points of the scale that people answered on; NULL when it has all its digits.
    step: Mapped[float | None]
    sd: Mapped[float | None]
    # TRUE when `sd` is the end of one of three classes, as much as the words say; NULL when it has all its digits.
    spread_class: Mapped[bool | None]
    ci_low: Mapped[float | None]
    ci_high: Mapped[float | None]
    # Shares of low, middle and high answers; only where ten or more stand behind.
    distribution: Mapped[list[float] | None] = mapped_column(JSON(none_as_null=True))
    # Shares of every answer on the scale, lowest first; only where twenty or more stand behind.
    points: Mapped[list[float] | None] = mapped_column(JSON(none_as_null=True))

    release: Mapped[Release] = relationship(back_populates="figures")
    unit: Mapped[Unit] = relationship()


class SeparatedBackground(Base):
    """That a survey's background has been taken from its answers, and what leaders and staff answered alike in."""

    __tablename__ = "separated_background"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    # The minimum group that its figures were made by.
    minimum_group: Mapped[int]
    # False: the survey was counted by an older version, and its figures are those that were released.
    at_counting: Mapped[bool]
    # As `quality.compared_groups`; None where the question was not asked, or the survey was counted before.
    groups: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class BackgroundFigure(Base):
    """A figure of one background category at the survey's top, made at counting: all that is kept of it.

    Only what may be released has a value. A release copies it to `Figure`, or hides it.
    """

    __tablename__ = "background_figure"
    __table_args__ = (
        UniqueConstraint("survey_id", "breakdown", "category", "measure"),
        CheckConstraint("(status = 'shown') = (n IS NOT NULL AND mean IS NOT NULL)", name="shown_has_value"),
        CheckConstraint("level BETWEEN 0 AND 3", name="level"),
    )

    id: Mapped[identity]
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), index=True)
    breakdown: Mapped[str]
    category: Mapped[str]
    measure: Mapped[str]
    status: Mapped[FigureStatus] = mapped_column(choice(FigureStatus, "status"))
    reason: Mapped[str] = mapped_column(default="")
    # In groups of how many it is safe: 1 for the minimum group, 2 for ten, 3 for twenty.
    level: Mapped[int]
    n: Mapped[int | None]
    mean: Mapped[float | None]
    coded: Mapped[Coding] = mapped_column(choice(Coding, "coded"), default=Coding.EXACT)
    step: Mapped[float | None]
    sd: Mapped[float | None]
    spread_class: Mapped[bool | None]
    ci_low: Mapped[float | None]
    ci_high: Mapped[float | None]
    distribution: Mapped[list[float] | None] = mapped_column(JSON(none_as_null=True))
    points: Mapped[list[float] | None] = mapped_column(JSON(none_as_null=True))


class Turnout(Base):
    """How many were invited and delivered in a unit and everything below it, as it stood at the release."""

    __tablename__ = "turnout"
    __table_args__ = (
        CheckConstraint("delivered >= 0", name="delivered"),
        CheckConstraint("invited IS NULL OR invited >= delivered", name="not_more_than_invited"),
        CheckConstraint("by_name IS NULL OR (by_name >= 0 AND by_name <= delivered)", name="by_name"),
    )

    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    # NULL: unknown, for imported answers.
    invited: Mapped[int | None]
    delivered: Mapped[int]
    # Whether pages and files may show how many delivered (`campaigns.turnout_protection`).
    shown: Mapped[bool] = mapped_column(default=False, server_default=false())
    # How many of the delivered were by an invitation to a person or an address. NULL: unknown, or it may not be told.
    by_name: Mapped[int | None]
    # The picture the release was made by: what a figure covers, also after units have been moved.
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    type: Mapped[str] = mapped_column(default="", server_default="")

    @classmethod
    def took_part(cls) -> ColumnElement[bool]:
        """Somebody in the unit was invited or answered: a survey pictures the whole tree, also those it did not ask."""
        return or_(cls.delivered > 0, cls.invited > 0)


class Verdict(StrEnum):
    """What a change allows us to say: `analysis.change.Verdict`, stored."""

    UP = "up"
    DOWN = "down"
    NO_CLEAR_CHANGE = "no_clear_change"
    TOO_FEW = "too_few"

    @property
    def clear(self) -> bool:
        return self in CLEAR


CLEAR: Final = (Verdict.UP, Verdict.DOWN)
"""What every reader calls a clear change. Decided once, at the release, by `analysis.change.change`."""


class ChangeBasis(StrEnum):
    """Whose earlier figure a change is counted from."""

    # The unit's own, also under another name, code or unit above.
    SAME = "same"
    # Those of the units it was merged from, taken together.
    MERGED = "merged"
    # That of the whole unit it is a part of: a difference, never a trend.
    SPLIT = "split"


class BasisUnit(TypedDict):
    """A unit that a figure is compared with. name: as it was called then."""

    id: int
    name: str


class Change(Base):
    """A unit's change on one measure since its last comparable released figure; from released figures only."""

    __tablename__ = "change"
    __table_args__ = (
        CheckConstraint("previous_release_id <> release_id", name="two_releases"),
        CheckConstraint("p_adjusted IS NULL OR p_adjusted BETWEEN 0 AND 1", name="p_adjusted"),
        CheckConstraint("verdict NOT IN ('up', 'down') OR p_adjusted IS NOT NULL", name="certain_is_tested"),
    )

    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    previous_release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    difference: Mapped[float]
    # Welch's 95 % interval; NULL when it cannot be computed.
    ci_low: Mapped[float | None]
    ci_high: Mapped[float | None]
    # Welch's test of this comparison alone, and Holm over the unit's comparable measures; NULL outside that family.
    p: Mapped[float | None]
    p_adjusted: Mapped[float | None]
    # Benjamini–Hochberg over every comparison of the release; NULL for those outside that family.
    q: Mapped[float | None]
    verdict: Mapped[Verdict] = mapped_column(choice(Verdict, "verdict"))
    # The true change that gets the verdict four times of five, `analysis.change.clear_change`.
    detectable: Mapped[float | None]
    # False: the two surveys do not measure the same (`comparisons.invariance`), so the verdict is never up or down.
    comparable: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    basis: Mapped[ChangeBasis] = mapped_column(
        # Without a CHECK: SQLite could not take the column away again.
        Enum(
            ChangeBasis,
            native_enum=False,
            length=32,
            values_callable=lambda members: [member.value for member in members],
        ),
        default=ChangeBasis.SAME,
        server_default=ChangeBasis.SAME.value,
    )
    # Whose figures; empty when they are the unit's own alone.
    basis_units: Mapped[list[BasisUnit]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    # Hedges' g: the difference in standard deviations; NULL where a spread is not shown.
    g: Mapped[float | None]


class WhyUncompared(StrEnum):
    """Why a unit's figure has no earlier one to stand beside, though there is one."""

    # The answers had other values then.
    SCALE_DIFFERS = "scale_differs"
    # The questionnaire does not say that the two versions may be compared.
    NOT_DECLARED = "not_declared"
    # Not every unit it came from has an exact figure.
    PREDECESSOR_HIDDEN = "predecessor_hidden"
    # Not every unit it came from was in the earlier survey.
    PREDECESSOR_ABSENT = "predecessor_absent"
    # It has only a part of several units: nobody knows which answers were theirs.
    PARTS = "parts"


class Uncompared(Base):
    """A unit's measure without a `Change`, and why: written at the release, so that the page never just is silent."""

    __tablename__ = "uncompared"
    __table_args__ = (CheckConstraint("previous_release_id <> release_id", name="two_releases"),)

    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    previous_release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    reason: Mapped[WhyUncompared] = mapped_column(choice(WhyUncompared, "reason"))
    # As `Change.basis_units`: the units it came from.
    units: Mapped[list[BasisUnit]] = mapped_column(JSON, default=list)
