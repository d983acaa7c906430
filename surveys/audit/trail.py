"""The trail of what signed-in people and commands did: who, when, what, to what."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from flask import has_request_context
from flask_login import current_user
from sqlalchemy.orm import Session

from surveys.audit.models import AuditEntry

_asked_by: ContextVar[int | None] = ContextVar("asked_by", default=None)


@contextmanager
def on_behalf_of(account_id: int | None) -> Iterator[None]:
    """What is recorded inside was asked for by this account earlier, and is done by the job worker now."""
    token = _asked_by.set(account_id)
    try:
        yield
    finally:
        _asked_by.reset(token)


def record(session: Session, action: str, subject: str, **detail: object) -> None:
    """Adds an entry to the caller's transaction: it stands exactly when the deed stands."""
    account_id = _asked_by.get()
    if account_id is None and has_request_context() and current_user.is_authenticated:
        account_id = current_user.id
    session.add(
        AuditEntry(
            at=dt.datetime.now(dt.UTC),
            account_id=account_id,
            action=action,
            subject=subject,
            detail=detail,
        )
    )
