"""Opened answers and stored comments: read by counting, release and publishing only."""

import uuid

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.organisation.models import Unit
from surveys.platform.database import Base


class Response(Base):
    """An opened, shuffled answer sheet: one byte per closed question (`questionnaires.coding`)."""

    __tablename__ = "response"
    __table_args__ = (Index("ix_response_survey_id", "survey_id"), {"sqlite_with_rowid": False})

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    answers: Mapped[bytes] = mapped_column(LargeBinary)


class Comment(Base):
    """Free text, shuffled on its own and never joined to a response."""

    __tablename__ = "comment"
    __table_args__ = (CheckConstraint("text <> ''", name="not_empty"), {"sqlite_with_rowid": False})

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), index=True)
    # The nearest unit with enough respondents for a comment, not the writer's own.
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    question: Mapped[str]
    # Masked before it was stored (`surveys.counting.comments.masking`); HR may take more words out, never put any in.
    text: Mapped[str]

    unit: Mapped[Unit] = relationship()
