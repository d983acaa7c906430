"""The trail of what signed-in people and commands did: who, when, what, to what."""

import datetime as dt

from flask import has_request_context
from flask_login import current_user
from sqlalchemy.orm import Session

from surveys.access.models import AuditEntry


def record(session: Session, action: str, subject: str, **detail: object) -> None:
    """Adds an entry to the caller's transaction: it stands exactly when the deed stands."""
    account_id = current_user.id if has_request_context() and current_user.is_authenticated else None
    session.add(
        AuditEntry(
            at=dt.datetime.now(dt.UTC), account_id=account_id, action=action, subject=subject, detail=detail
        )
    )
