"""A card's versions: the draft that is being worked on, and those approved for a year."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.organisation.models import Unit
from surveys.platform.database import Base, choice, identity
from surveys.scorecards.models import Scorecard


class VersionState(StrEnum):
    DRAFT = "draft"
    # Frozen: nothing in it is changed any more.
    APPROVED = "approved"


class CardVersion(Base):
    """A card as described for a year. The card itself changes only when a version is approved."""

    __tablename__ = "card_version"
    __table_args__ = (
        Index(
            "uq_card_version_one_draft",
            "key",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
        CheckConstraint(
            "(state = 'approved') = (approved_on IS NOT NULL AND approved_by <> '')",
            name="approved_by_somebody",
        ),
    )

    id: Mapped[identity]
    # The card's key: the card has no row before its first version is approved.
    key: Mapped[str] = mapped_column(index=True)
    card_id: Mapped[int | None] = mapped_column(ForeignKey("scorecard.id", ondelete="SET NULL"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    state: Mapped[VersionState] = mapped_column(choice(VersionState, "state"), default=VersionState.DRAFT)
    # A `nodes.CardOutline`.
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    # How many times the draft has been changed: a page says which it was made from.
    steps_taken: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[dt.datetime]
    # As she was called then.
    changed_by: Mapped[str]
    # Name and position of whoever decided, and the day of the decision.
    approved_by: Mapped[str] = mapped_column(default="")
    approved_on: Mapped[dt.date | None]
    # Who registered it, and when.
    registered_at: Mapped[dt.datetime | None]
    registered_by: Mapped[str] = mapped_column(default="")

    unit: Mapped[Unit] = relationship()
    card: Mapped[Scorecard | None] = relationship()
    steps: Mapped[list["CardVersionStep"]] = relationship(
        cascade="all, delete-orphan", order_by="CardVersionStep.number"
    )


class CardVersionStep(Base):
    """A draft as it was before one change: to undo it, and to see what somebody else has changed meanwhile."""

    __tablename__ = "card_version_step"
    __table_args__ = (UniqueConstraint("version_id", "number"),)

    id: Mapped[identity]
    version_id: Mapped[int] = mapped_column(ForeignKey("card_version.id", ondelete="CASCADE"))
    number: Mapped[int]
    # What was done, in the language of whoever did it; «» when it has been undone, or was an undoing.
    words: Mapped[str]
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
