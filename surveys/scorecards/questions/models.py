"""Questions about a line of a card, and the answers to them: open to whoever sees the value that was asked about."""

import datetime as dt
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.access.models import Account, Role
from surveys.organisation.models import Unit
from surveys.platform.database import Base, choice, identity
from surveys.scorecards.models import Indicator, Measurement

MOST_IN_QUESTION: Final = 300
MOST_IN_ANSWER: Final = 600
"""Characters. Line breaks count as one."""

MOST_OPEN: Final = 3
"""So many questions of one account may wait for an answer about one line."""

MOST_A_DAY: Final = 30
"""Of one account, about all lines: what a meeting may ask, and not what fills the leaders' pages."""


class LineQuestion(Base):
    """What somebody asked about a value on a unit's card. It is never changed; its asker may take it back."""

    __tablename__ = "line_question"
    __table_args__ = (
        # Of two that are sent at once one is stored: a form that is sent twice, and the last that there is room for.
        UniqueConstraint("indicator_id", "unit_id", "account_id", "number"),
        CheckConstraint(f"length(words) BETWEEN 1 AND {MOST_IN_QUESTION}", name="words_length"),
        CheckConstraint("opened_number >= 0", name="opened_number"),
    )

    id: Mapped[identity]
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    # What it is about, as she saw it: whoever does not see that, sees neither the question nor its answer.
    measurement_id: Mapped[int] = mapped_column(ForeignKey("measurement.id"))
    # The account's questions about the line, from 1.
    number: Mapped[int]
    words: Mapped[str]
    at: Mapped[dt.datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    # As she was called then, and what she was to the unit.
    author: Mapped[str]
    role: Mapped[Role] = mapped_column(choice(Role, "role"))
    withdrawn_at: Mapped[dt.datetime | None]
    # The version of the answer that she has opened; 0 for none.
    opened_number: Mapped[int] = mapped_column(default=0, server_default="0")

    indicator: Mapped[Indicator] = relationship()
    unit: Mapped[Unit] = relationship()
    measurement: Mapped[Measurement] = relationship()
    account: Mapped[Account | None] = relationship()
    answers: Mapped[list["LineAnswer"]] = relationship(order_by="LineAnswer.number")


class LineAnswer(Base):
    """One version of the answer to a question. It is never changed: a later number replaces it."""

    __tablename__ = "line_answer"
    __table_args__ = (
        # Two who answer at once cannot both write the same number.
        UniqueConstraint("question_id", "number"),
        CheckConstraint(f"length(words) BETWEEN 1 AND {MOST_IN_ANSWER}", name="words_length"),
    )

    id: Mapped[identity]
    question_id: Mapped[int] = mapped_column(ForeignKey("line_question.id"))
    number: Mapped[int]
    words: Mapped[str]
    at: Mapped[dt.datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    # As she was called then.
    author: Mapped[str]
