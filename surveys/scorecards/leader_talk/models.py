"""The leader agreement's texts: a leader's evaluation of herself, and the summary of the talk with her own leader."""

import datetime as dt
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.platform.database import Base, choice, identity

MOST_CHARACTERS: Final = 4000
"""In one text. Line breaks count as one."""


class TalkTextKind(StrEnum):
    # Written by the leader alone.
    EVALUATION = "evaluation"
    # Written by either of the two.
    SUMMARY = "summary"


class TalkText(Base):
    """One version of one text. It is read by the leader and by the one account it was written for, and nobody else."""

    __tablename__ = "leader_talk_text"
    __table_args__ = (
        # Two who save at once cannot both write the same number.
        UniqueConstraint("leader_id", "unit_id", "year", "kind", "number"),
        CheckConstraint(f"length(text) <= {MOST_CHARACTERS}", name="text_length"),
        CheckConstraint("reader_id IS NULL OR reader_id <> leader_id", name="read_by_another"),
    )

    id: Mapped[identity]
    leader_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    kind: Mapped[TalkTextKind] = mapped_column(choice(TalkTextKind, "kind"))
    number: Mapped[int]
    # «»: taken away.
    text: Mapped[str]
    at: Mapped[dt.datetime]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    # As she was called then.
    author: Mapped[str]
    # The leader's own leader when it was written. A later one does not read it. NULL: nobody beside the leader.
    reader_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
