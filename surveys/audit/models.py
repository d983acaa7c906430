"""What was done, by whom: the trail."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from surveys.platform.database import Base, identity


class AuditEntry(Base):
    """What a signed-in person or a command did. Respondents' doings are never written here."""

    __tablename__ = "audit_entry"

    id: Mapped[identity]
    at: Mapped[dt.datetime]
    # NULL: done from the command line.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
