"""Answers on their way: encrypted drafts and sealed ballots, and who together can open them."""

import datetime as dt
import uuid
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.access.models import Account
from surveys.campaigns.tally.merkle import leaf_hash
from surveys.platform.database import Base, choice, identity


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


class HolderOffice(StrEnum):
    """Whom a key holder holds her share for: what respondents are told instead of her name."""

    HR = "hr"
    REPRESENTATIVE = "representative"
    CHIEF_REPRESENTATIVE = "chief_representative"
    CHIEF_SAFETY_REPRESENTATIVE = "chief_safety_representative"


class KeyHolder(Base):
    """One of the three shares of a survey's ballot key. No rows: the key store has the whole key."""

    __tablename__ = "key_holder"
    __table_args__ = (
        UniqueConstraint("survey_id", "account_id"),
        CheckConstraint("(salt IS NULL) = (public_key IS NULL)", name="salt_with_public_key"),
        CheckConstraint("share IS NULL OR public_key IS NOT NULL", name="share_is_locked"),
        CheckConstraint("(given_share IS NULL) = (given_at IS NULL)", name="given_share_has_time"),
    )

    id: Mapped[identity]
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), index=True)
    # NULL: the reserve share, which is on paper and nowhere else.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    # NULL for the reserve share, and for holders who were named before this was asked.
    office: Mapped[HolderOffice | None] = mapped_column(choice(HolderOffice, "office"))
    # Of the key pair that the holder's passphrase gives; NULL until she has chosen one.
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    # Over survey, account, salt and public key, with the server's secret: nobody who only writes in the database puts a
    # key of her own in the place of a holder's. NULL: none chosen, or chosen before there were seals.
    seal: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    # The share, locked with her public key; NULL until the ballot key is made.
    share: Mapped[bytes | None] = mapped_column(LargeBinary)
    # What she gave to open the box, wrapped with the master key, until the other one has come or a day has gone.
    given_share: Mapped[bytes | None] = mapped_column(LargeBinary)
    given_at: Mapped[dt.datetime | None]

    account: Mapped[Account | None] = relationship()
