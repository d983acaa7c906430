"""Questionnaires that surveys have used, frozen."""

from sqlalchemy import CheckConstraint, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.platform.database import Base, identity


class Instrument(Base):
    """A version of a questionnaire that a survey has used: frozen, with its whole text."""

    __tablename__ = "instrument"
    __table_args__ = (UniqueConstraint("key", "version"), CheckConstraint("version >= 0", name="version"))

    id: Mapped[identity]
    key: Mapped[str]
    version: Mapped[int]
    fingerprint: Mapped[str]
    # The YAML file as it was: history survives the file.
    source: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
