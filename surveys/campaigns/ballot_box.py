"""Answers on their way: encrypted drafts and sealed ballots. Nothing here can be read by the server alone."""

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from surveys.campaigns.tally.merkle import leaf_hash
from surveys.platform.database import Base


class Draft(Base):
    """Pages answered so far, encrypted with a key derived from the invitation's code."""

    __tablename__ = "draft"

    invitation_id: Mapped[int] = mapped_column(
        ForeignKey("invitation.id", ondelete="CASCADE"), primary_key=True
    )
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), index=True)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    saved_on: Mapped[dt.date]


def _leaf(context: DefaultExecutionContext) -> bytes:
    return leaf_hash(context.get_current_parameters()["sealed"])  # type: ignore[no-untyped-call]


class Ballot(Base):
    """A delivered answer sheet, sealed with the survey's public key. Deleted when it has been counted."""

    __tablename__ = "ballot"
    __table_args__ = (
        # The tree of a night is built from this alone, without reading the ballots.
        Index("ix_ballot_survey_leaf", "survey_id", "leaf"),
        # No rowid: SQLite then stores rows by their random id, not by the order they came in.
        {"sqlite_with_rowid": False},
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    # Its leaf in the tree over all ballots (`surveys.campaigns.tally`): a hash of what is sealed, computed again when
    # the ballots are counted.
    leaf: Mapped[bytes] = mapped_column(LargeBinary(32), default=_leaf)
