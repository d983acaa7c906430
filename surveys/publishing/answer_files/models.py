"""How files of answers from a source are understood."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.platform.database import Base, identity


class AnswerSource(Base):
    """A questionnaire and the headings some tool writes for it → how its columns were last understood."""

    __tablename__ = "answer_source"
    __table_args__ = (UniqueConstraint("questionnaire", "source"),)

    id: Mapped[identity]
    # The key: a new version of the questionnaire has mostly the same questions.
    questionnaire: Mapped[str]
    # The headings of the file, hashed: the next file from the same source has the same ones.
    source: Mapped[str]
    # The fields of a mapping file; never anything that somebody answered.
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON)
    used_on: Mapped[dt.date]
