"""Accounts: found, and opened with a password in a time that does not tell which there are."""

from flask_login import UserMixin
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from surveys.access.models import Account
from surveys.access.passwords import is_right


class SignedIn(UserMixin):
    """The signed-in account as Flask-Login wants it. `token`: of the session in her browser."""

    def __init__(self, account: Account, token: str) -> None:
        self.account = account
        self.id = account.id
        self.name = account.name
        self.language = account.language
        self.grants = account.grants
        self.token = token

    def get_id(self) -> str:
        """What the browser's cookie carries: the session's token, never the account's number."""
        return self.token


def find_account(session: Session, account_id: int) -> Account | None:
    """The active account with its roles."""
    account = session.get(Account, account_id, options=[selectinload(Account.all_grants)])
    return account if account and account.active else None


def find_by_username(session: Session, username: str) -> Account | None:
    """The account, active or not."""
    return session.scalar(select(Account).where(Account.username == username.strip().lower()))


def authenticate(session: Session, username: str, password: str) -> Account | None:
    """The active account with this name and password, else None."""
    account = session.scalar(
        select(Account)
        .where(Account.username == username.strip().lower(), Account.active)
        .options(selectinload(Account.all_grants))
    )
    return account if is_right(account.password_hash if account else "", password) else None
