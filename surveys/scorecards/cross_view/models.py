"""Which indicators of a card are read beside each other: one that people were asked about, and one that is counted."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from surveys.platform.database import Base


class IndicatorPair(Base):
    """«Opplevd» beside «målt» on the page «På tvers» of every unit that has the card."""

    __tablename__ = "indicator_pair"
    __table_args__ = (CheckConstraint("experienced_id <> measured_id", name="two_indicators"),)

    scorecard_id: Mapped[int] = mapped_column(
        ForeignKey("scorecard.id", ondelete="CASCADE"), primary_key=True
    )
    experienced_id: Mapped[int] = mapped_column(
        ForeignKey("indicator.id", ondelete="CASCADE"), primary_key=True
    )
    measured_id: Mapped[int] = mapped_column(ForeignKey("indicator.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
