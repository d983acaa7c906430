"""Free text that respondents wrote, apart from every answer, and what HR has decided about it."""

import uuid
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from surveys.platform.database import Base, choice


class CommentStatus(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    HELD = "held"


class HoldReason(StrEnum):
    """Why HR shows a comment to nobody."""

    WRITER = "writer"
    PERSON = "person"
    ABUSE = "abuse"
    CASE = "case"
    NO_ANSWER = "no_answer"


class CommentReview(Base):
    """What HR has decided about a comment. A comment without a row waits: nothing is shown by default."""

    __tablename__ = "comment_review"
    __table_args__ = (
        CheckConstraint("(status = 'held') = (reason IS NOT NULL)", name="held_has_reason"),
        CheckConstraint("revision >= 1", name="revision"),
    )

    comment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("comment.id"), primary_key=True)
    status: Mapped[CommentStatus] = mapped_column(choice(CommentStatus, "status"))
    reason: Mapped[HoldReason | None] = mapped_column(choice(HoldReason, "reason"))
    # Counts decisions: two people who decide on the same comment at once are told.
    revision: Mapped[int]
