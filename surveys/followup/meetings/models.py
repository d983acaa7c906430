"""What a unit's staff choose after a survey, how they voted, and who has seen and answered the result."""

import datetime as dt
import uuid
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from surveys.platform.database import Base, choice, identity

MOST_PRACTICE: Final = 600
MOST_REASON: Final = 300
MOST_ANSWER: Final = 600
MOST_PEOPLE: Final = 500
"""In one room."""


class ChoiceOrigin(StrEnum):
    """How the group chose."""

    VOTE = "vote"
    # Hands or paper, written down by the leader.
    PAPER = "paper"
    SKIPPED = "skipped"


class FocusChoice(Base):
    """One version of what a unit chose to keep and to improve after a survey. It is never changed: the last counts."""

    __tablename__ = "focus_choice"
    __table_args__ = (
        # Two who save at once cannot both write the same number.
        UniqueConstraint("survey_id", "unit_id", "number"),
        CheckConstraint("(origin = 'skipped') = (keep IS NULL)", name="skipped_keeps_nothing"),
        CheckConstraint("(keep IS NULL) = (improve IS NULL)", name="keep_and_improve_together"),
        CheckConstraint("keep <> improve", name="two_themes"),
        CheckConstraint(f"length(practice) <= {MOST_PRACTICE}", name="practice_length"),
        CheckConstraint(f"length(reason) <= {MOST_REASON}", name="reason_length"),
        CheckConstraint("(number = 1 AND origin <> 'skipped') OR reason <> ''", name="change_has_reason"),
    )

    id: Mapped[identity]
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    number: Mapped[int]
    # Keys of factors in the survey's questionnaire.
    keep: Mapped[str | None]
    improve: Mapped[str | None]
    # «Kjennetegn på ønsket praksis»: what they will see when it works.
    practice: Mapped[str] = mapped_column(default="")
    origin: Mapped[ChoiceOrigin] = mapped_column(choice(ChoiceOrigin, "origin"))
    chosen_on: Mapped[dt.date]
    # Why the step was skipped, or the choice was changed.
    reason: Mapped[str] = mapped_column(default="")
    at: Mapped[dt.datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    # As she was called then.
    author: Mapped[str]


class RoomVoteKind(StrEnum):
    """FOCUS: one theme to keep and one to improve. CHECK: «Merker du forskjell?», a month later."""

    FOCUS = "focus"
    CHECK = "check"


class RoomVoteStatus(StrEnum):
    """TOLD: counted, and what it came to is kept. The two others: nothing of what was answered is kept."""

    OPEN = "open"
    TOLD = "told"
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"


class RoomVote(Base):
    """A vote in a room, on the phones of those who are there. No votes are left when it is closed."""

    __tablename__ = "room_vote"
    __table_args__ = (
        UniqueConstraint("room"),
        Index(
            "uq_room_vote_open",
            "survey_id",
            "unit_id",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        CheckConstraint(f"people BETWEEN 3 AND {MOST_PEOPLE}", name="people"),
        CheckConstraint("(status = 'open') = (room IS NOT NULL)", name="address_while_open"),
        CheckConstraint("(kind = 'check') = (choice_id IS NOT NULL)", name="check_of_a_choice"),
        CheckConstraint("(room IS NULL) = (nonce IS NULL)", name="key_while_open"),
        CheckConstraint("status = 'told' OR (first = '' AND second = '')", name="told_only"),
    )

    id: Mapped[identity]
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    kind: Mapped[RoomVoteKind] = mapped_column(choice(RoomVoteKind, "kind"))
    status: Mapped[RoomVoteStatus] = mapped_column(
        choice(RoomVoteStatus, "status"), default=RoomVoteStatus.OPEN
    )
    # What a check is about; NULL for a vote on themes.
    choice_id: Mapped[int | None] = mapped_column(ForeignKey("focus_choice.id"))
    # In the address that the phones open.
    room: Mapped[str | None]
    # What makes the key that the votes are sealed with, together with the server's secret. Gone when it is closed.
    nonce: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    # How many the leader says are in the room; everybody reads it before she votes.
    people: Mapped[int]
    # Fewer votes than this tell nothing: `voting.least_votes` when it was opened.
    least: Mapped[int]
    opened_at: Mapped[dt.datetime]
    closed_on: Mapped[dt.date | None]
    # What was told. FOCUS: factor keys, several with a comma between when they had as many votes. CHECK: a class.
    first: Mapped[str] = mapped_column(default="")
    second: Mapped[str] = mapped_column(default="")


class RoomBallot(Base):
    """One sealed vote of an open room: no time, no order, nobody's. Deleted when the room is closed."""

    __tablename__ = "room_ballot"
    # No rowid: SQLite then stores rows by their random id, not by the order they came in.
    __table_args__ = ({"sqlite_with_rowid": False},)

    # From the random number of the page that was sent, so that sending it twice is one vote.
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("room_vote.id", ondelete="CASCADE"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ResultSeen(Base):
    """AMU or samarbeidsutvalg has seen a unit's result: a representative's tick."""

    __tablename__ = "result_seen"
    __table_args__ = (UniqueConstraint("survey_id", "unit_id", "account_id"),)

    id: Mapped[identity]
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    name: Mapped[str]
    seen_on: Mapped[dt.date]


class ResultAnswer(Base):
    """What the leader above writes about a unit's high and low scores, to the unit's leader. Never changed."""

    __tablename__ = "result_answer"
    __table_args__ = (
        UniqueConstraint("survey_id", "unit_id", "number"),
        CheckConstraint(f"length(words) BETWEEN 1 AND {MOST_ANSWER}", name="words_length"),
    )

    id: Mapped[identity]
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    number: Mapped[int]
    words: Mapped[str]
    at: Mapped[dt.datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    author: Mapped[str]
