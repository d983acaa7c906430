"""Released means of single statements: read by cards alone."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.platform.database import Base, choice
from surveys.release.models import FigureStatus, Release, Verdict


class ItemFigure(Base):
    """The mean of one statement in one unit. Never changed, as `Figure`."""

    __tablename__ = "item_figure"
    __table_args__ = (
        CheckConstraint("(status = 'shown') = (n IS NOT NULL AND mean IS NOT NULL)", name="shown_has_value"),
        CheckConstraint(
            "status = 'shown' OR (n IS NULL AND mean IS NULL AND sd IS NULL AND ci_low IS NULL"
            " AND ci_high IS NULL AND difference IS NULL)",
            name="hidden_has_nothing",
        ),
        CheckConstraint("n IS NULL OR n >= 10", name="ten_answers"),
        CheckConstraint("status <> 'hidden' OR reason <> ''", name="hidden_has_reason"),
        CheckConstraint("ci_low IS NULL OR ci_low <= mean", name="ci_low"),
        CheckConstraint("ci_high IS NULL OR ci_high >= mean", name="ci_high"),
        CheckConstraint(
            "(previous_release_id IS NULL) = (verdict IS NULL)"
            " AND (previous_release_id IS NULL) = (difference IS NULL)"
            " AND (previous_release_id IS NULL) = (comparable IS NULL)",
            name="compared",
        ),
    )

    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True, index=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    factor: Mapped[str]
    status: Mapped[FigureStatus] = mapped_column(choice(FigureStatus, "status"))
    reason: Mapped[str] = mapped_column(default="")
    # Those who answered every statement of the theme.
    n: Mapped[int | None]
    mean: Mapped[float | None]
    # The end of its class (`analysis.precision`); the interval follows from it.
    sd: Mapped[float | None]
    ci_low: Mapped[float | None]
    ci_high: Mapped[float | None]
    # The unit's own figure of the same statement in an earlier survey; NULL: there is none.
    previous_release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))
    difference: Mapped[float | None]
    verdict: Mapped[Verdict | None] = mapped_column(choice(Verdict, "verdict"))
    # False: the answers show that the two surveys do not measure the same.
    comparable: Mapped[bool | None]

    release: Mapped[Release] = relationship(foreign_keys=[release_id])
