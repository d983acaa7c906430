"""What is published of the sealed ballots: roots of trees, the leaves, and the chain of the survey's trail."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.platform.database import Base, choice


class RootKind(StrEnum):
    NIGHT = "night"
    CLOSING = "closing"


class TallyRoot(Base):
    """The root of the tree over the ballots that were in the box: published, never changed."""

    __tablename__ = "tally_root"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("ballots >= 0", name="ballots"),
    )

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[RootKind] = mapped_column(choice(RootKind, "kind"))
    published_on: Mapped[dt.date]
    # By night: covered with the salt (`surveys.campaigns.tally.merkle.covered`), which is deleted at counting.
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    # At closing: how many there were. By night: at least so many (`surveys.campaigns.tally.nightly.rounded_down`).
    ballots: Mapped[int]


class TallyNight(Base):
    """The last night a survey was looked at, whether or not there was anything to publish."""

    __tablename__ = "tally_night"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    looked_on: Mapped[dt.date]


class NightLeaf(Base):
    """A leaf that was published by night, and in which root first. Deleted at counting: nothing keeps when it came."""

    __tablename__ = "night_leaf"
    # No rowid: the rows are stored by the leaf, not in the order they came.
    __table_args__ = ({"sqlite_with_rowid": False},)

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    leaf: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    number: Mapped[int]


class TallyLeaf(Base):
    """A leaf of the tree at closing: the hash of one sealed ballot. Kept, also when the ballot is destroyed."""

    __tablename__ = "tally_leaf"
    __table_args__ = ({"sqlite_with_rowid": False},)

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    leaf: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)


class TrailLink(Base):
    """An entry of the audit trail about a survey, chained to the one before: one that is changed or gone is found."""

    __tablename__ = "trail_link"
    __table_args__ = (
        UniqueConstraint("survey_id", "position"),
        CheckConstraint("position >= 1", name="position"),
    )

    # No foreign key: an entry that is gone must leave its link.
    entry_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"))
    position: Mapped[int]
    # Over the chain before it and this entry (`surveys.campaigns.tally.trail_chain`), 32 bytes.
    head: Mapped[bytes] = mapped_column(LargeBinary(32))
