"""The organisation: units as a tree over time, what became of them, and the people in them."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint, false
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
    # Of the secrets that its codes and keys are made with (`Secrets.fingerprint`); «» when nobody has noted it.
    keys_fingerprint: Mapped[str] = mapped_column(default="", server_default="")


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


class EarlierUnit(Base):
    """What a unit was called and where it was, up to and with a day. `Unit` has what holds now."""

    __tablename__ = "earlier_unit"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True)
    # The last day. It begins the day after the row before, or with the unit.
    until: Mapped[dt.date] = mapped_column(primary_key=True)
    name: Mapped[str]
    type: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))


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
    __table_args__ = (
        UniqueConstraint("employee_number"),
        CheckConstraint("phone IS NULL OR phone LIKE '+%'", name="international_phone"),
    )

    id: Mapped[identity]
    employee_number: Mapped[str]
    name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    # For SMS to somebody without an e-mail address, as +4790000000.
    phone: Mapped[str | None]
    language: Mapped[str] = mapped_column(default="nb")
    is_leader: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    # The day she was first missing from the roster; NULL while she is active.
    left_on: Mapped[dt.date | None]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    # Somebody whose address in the file is shared with others: no e-mail is sent there, the code is on paper.
    shared_mailbox: Mapped[bool] = mapped_column(default=False, server_default=false())

    unit: Mapped[Unit] = relationship()

    @validates("active")
    def _note_leaving(self, _name: str, active: bool) -> bool:
        """The day follows `active`, whoever changes it."""
        if active:
            self.left_on = None
        elif self.left_on is None:
            self.left_on = municipal_day()
        return active


class ImportKind(StrEnum):
    """What a file held."""

    UNITS = "units"
    PEOPLE = "people"


class OrganisationImport(Base):
    """One file that was taken into use: who, when, how much. The newest can be undone until the next one comes."""

    __tablename__ = "organisation_import"

    id: Mapped[identity]
    kind: Mapped[ImportKind] = mapped_column(choice(ImportKind, "kind"))
    at: Mapped[dt.datetime]
    # NULL: done from the command line.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    file_name: Mapped[str]
    # The headings of the file, hashed: the next file from the same source has the same ones.
    source: Mapped[str] = mapped_column(index=True)
    # Heading → column, and what was answered about people with one address.
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # What brings back what was there before. NULL: a newer file has come, or it has been undone.
    undo: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    undone_at: Mapped[dt.datetime | None]
