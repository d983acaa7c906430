"""Local accounts: argon2 passwords, and sign-in that takes as long for unknown names as for known ones."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_login import UserMixin
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from surveys.access.models import Account
from surveys.platform.texts import _

SHORTEST_PASSWORD = 12

_hasher = PasswordHasher()


class SignedIn(UserMixin):
    """The signed-in account as Flask-Login wants it."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.id = account.id
        self.name = account.name
        self.language = account.language
        self.grants = account.grants


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash("nobody-has-this-password")


def hash_password(password: str) -> str:
    """An argon2id hash. Raises ValueError when the password is shorter than SHORTEST_PASSWORD."""
    if len(password) < SHORTEST_PASSWORD:
        raise ValueError(_("Passordet må ha minst %(least)s tegn.", least=SHORTEST_PASSWORD))
    return _hasher.hash(password)


def find_account(session: Session, account_id: int) -> Account | None:
    account = session.get(Account, account_id, options=[selectinload(Account.grants)])
    return account if account and account.active else None


def authenticate(session: Session, username: str, password: str) -> Account | None:
    """The active account with this name and password, else None."""
    account = session.scalar(
        select(Account)
        .where(Account.username == username.strip().lower(), Account.active)
        .options(selectinload(Account.grants))
    )
    stored = account.password_hash if account else _hash_of_nobody()
    try:
        _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return None
    return account
