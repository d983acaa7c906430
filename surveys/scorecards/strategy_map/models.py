"""The strategy map: which goal of a card is believed to lead to which."""

from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.platform.database import Base, identity, wording
from surveys.scorecards.models import Goal, Scorecard

LINK_NOW: Final = "until_year IS NULL"
"""A link that the newest card has."""


class GoalLink(Base):
    """A hypothesis: the goal `cause` leads to the goal `effect`. An older card keeps the links it had."""

    __tablename__ = "goal_link"
    __table_args__ = (
        CheckConstraint("cause_id <> effect_id", name="between_two_goals"),
        CheckConstraint("until_year IS NULL OR from_year IS NULL OR until_year >= from_year", name="years"),
        Index(
            "uq_goal_link_now",
            "scorecard_id",
            "cause_id",
            "effect_id",
            unique=True,
            sqlite_where=text(LINK_NOW),
            postgresql_where=text(LINK_NOW),
        ),
    )

    id: Mapped[identity]
    scorecard_id: Mapped[int] = mapped_column(ForeignKey("scorecard.id", ondelete="CASCADE"))
    cause_id: Mapped[int] = mapped_column(ForeignKey("goal.id", ondelete="CASCADE"))
    effect_id: Mapped[int] = mapped_column(ForeignKey("goal.id", ondelete="CASCADE"))
    # Why they believe it; {}: nobody has said.
    why: Mapped[wording] = mapped_column(default=dict)
    position: Mapped[int] = mapped_column(default=0)
    # The years it is on the card, both included; NULL: no bound.
    from_year: Mapped[int | None]
    until_year: Mapped[int | None]

    scorecard: Mapped[Scorecard] = relationship()
    cause: Mapped[Goal] = relationship(foreign_keys=[cause_id])
    effect: Mapped[Goal] = relationship(foreign_keys=[effect_id])

    @property
    def name(self) -> str:
        """«M1 → B1»."""
        return f"{self.cause.code} → {self.effect.code}"
