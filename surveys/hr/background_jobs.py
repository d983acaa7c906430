"""Whom the job worker tells why a step of HR's was refused."""

from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.platform.localisation import DEFAULT_LANGUAGE


def language_of(session: Session, account_id: int | None) -> str:
    """Of the account that asked, which reads why it was refused."""
    account = session.get(Account, account_id) if account_id else None
    return account.language if account else DEFAULT_LANGUAGE
