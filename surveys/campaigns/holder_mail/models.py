"""The outbox for key holders."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.campaigns.account_mail_rows import AccountMailRow
from surveys.campaigns.models import Survey
from surveys.platform.database import Base, choice


class HolderMailKind(StrEnum):
    """What a key holder is told of."""

    NAMED = "named"
    OPENED = "opened"
    WAITING = "waiting"
    OTHER_GAVE = "other_gave"
    EXPIRED = "expired"
    BOX_OPENED = "box_opened"


class HolderMail(AccountMailRow, Base):
    """One mail to one account about one survey's ballot box. Whoever sends it sets it to «sending» first, so once.

    Its words are made when it is sent, in the account's language. It is kept when the survey has been counted: that
    somebody opened the box is news then too.
    """

    __tablename__ = "holder_mail"
    __table_args__ = (
        UniqueConstraint("survey_id", "account_id", "kind", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("attempts >= 0", name="attempts"),
    )

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"))
    kind: Mapped[HolderMailKind] = mapped_column(choice(HolderMailKind, "kind"))
    # Of the same kind about the same survey: a share may be given, forgotten and given again.
    number: Mapped[int]
    # Whom it tells of, by name; an empty name is the sheet in the archive.
    who: Mapped[list[str]] = mapped_column(JSON, default=list)
    # Not news any more after this. NULL: as long as `wanted` says so.
    until: Mapped[dt.datetime | None]

    survey: Mapped[Survey] = relationship()
