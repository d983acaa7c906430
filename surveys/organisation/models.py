"""The organisation: units as a tree over time, what became of them, and the people in them."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from surveys.platform.clock import municipal_day
from surveys.platform.database import Base, choice, identity


class Installation(Base):
    """The one municipality this installation serves."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[identity]
    municipality: Mapped[str]
    # Shown on every page: the demo's numbers must never be taken for real ones.
    synthetic: Mapped[bool] = mapped_column(default=False)
    contact: Mapped[str] = mapped_column(default="")


class Unit(Base):
    """A node of the organisation tree. A survey keeps its own picture of the tree (`SurveyUnit`)."""

    __tablename__ = "unit"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_its_own_parent"),
        CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="valid_period"
        ),
        CheckConstraint("code <> ''", name="code_not_empty"),
    )

    id: Mapped[identity]
    code: Mapped[str]
    name: Mapped[str]
    type: Mapped[str] = mapped_column(default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None]

    parent: Mapped["Unit | None"] = relationship(remote_side=lambda: [Unit.id], back_populates="children")
    children: Mapped[list["Unit"]] = relationship(back_populates="parent")


class SuccessionKind(StrEnum):
    RENAMED = "renamed"
    MOVED = "moved"
    MERGED = "merged"
    SPLIT = "split"


class Succession(Base):
    """One unit that came from another; a merger is several rows with the same successor."""

    __tablename__ = "succession"
    __table_args__ = (
        UniqueConstraint("predecessor_id", "successor_id"),
        CheckConstraint("predecessor_id <> successor_id", name="two_units"),
    )

    id: Mapped[identity]
    predecessor_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    successor_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    kind: Mapped[SuccessionKind] = mapped_column(choice(SuccessionKind, "kind"))
    on: Mapped[dt.date]


class Person(Base):
    """Somebody who may be invited. Never a personal number, never pay."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("employee_number"),)

    id: Mapped[identity]
    employee_number: Mapped[str]
    name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="nb")
    is_leader: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    # The day she was first missing from the roster; NULL while she is active.
    left_on: Mapped[dt.date | None]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)

    unit: Mapped[Unit] = relationship()

    @validates("active")
    def _note_leaving(self, _name: str, active: bool) -> bool:
        """The day follows `active`, whoever changes it."""
        if active:
            self.left_on = None
        elif self.left_on is None:
            self.left_on = municipal_day()
        return active
