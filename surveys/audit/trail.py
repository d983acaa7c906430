"""The trail of what signed-in people and commands did: who, when, what, to what."""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from flask import has_request_context
from flask_login import current_user
from sqlalchemy.orm import Session

from surveys.audit.models import AuditEntry

# People write addresses where we ask for a source or a name; the trail is for ever, and holds none.
_ADDRESS = re.compile(r"[^\s@«»,;<>()]+@[^\s@«»,;<>()]+")

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
    """Adds an entry to the caller's transaction: it is kept exactly when the deed is. E-mail addresses are masked.

    action: one of `actions.ACTIONS`, which has the words for it.
    """
    account_id = _asked_by.get()
    if account_id is None and has_request_context() and current_user.is_authenticated:
        account_id = current_user.id
    session.add(
        AuditEntry(
            at=dt.datetime.now(dt.UTC),
            account_id=account_id,
            action=action,
            subject=_ADDRESS.sub("…", subject),
            detail={name: _without_addresses(value) for name, value in detail.items()},
        )
    )


def _without_addresses(value: object) -> object:
    if isinstance(value, str):
        return _ADDRESS.sub("…", value)
    if isinstance(value, list | tuple):
        return [_without_addresses(each) for each in value]
    return value
