"""One-time links: how somebody chooses her first password, or a new one. They hold for 72 hours and open once."""

import datetime as dt
import secrets
from hashlib import sha256
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.orm import Session

from surveys.access.models import Account, OneTimeLink
from surveys.access.sessions import end_all_sessions
from surveys.audit import trail as audit
from surveys.organisation.models import Installation
from surveys.platform.clock import AHEAD

HOLDS_FOR: Final = dt.timedelta(hours=72)


class LinkGoneError(Exception):
    """The link has been used, replaced or has expired."""


def make_link(session: Session, account: Account, now: dt.datetime | None = None) -> str:
    """The token of a new link. Links made for the account before open nothing any more."""
    moment = now or dt.datetime.now(dt.UTC)
    session.execute(delete(OneTimeLink).where((OneTimeLink.account_id == account.id) | ~_holds(moment)))
    token = secrets.token_urlsafe(32)
    session.add(OneTimeLink(token_hash=_hash(token), account_id=account.id, expires_at=moment + HOLDS_FOR))
    audit.record(session, "account.link_made", account.trail_name)
    return token


def account_behind(session: Session, token: str, now: dt.datetime | None = None) -> Account | None:
    """The active account the link is for; None when it has been used, replaced or has expired."""
    moment = now or dt.datetime.now(dt.UTC)
    return session.scalar(
        select(Account)
        .join(OneTimeLink, OneTimeLink.account_id == Account.id)
        .where(OneTimeLink.token_hash == _hash(token), _holds(moment), Account.active)
    )


def use_link(session: Session, token: str, password_hash: str, now: dt.datetime | None = None) -> Account:
    """Sets the password of the account behind the link, ends the link, and signs the account out everywhere.

    password_hash: of `passwords.hash_password`, made before the transaction: it takes time on purpose. Raises
    LinkGoneError when somebody has used the link meanwhile.
    """
    account = account_behind(session, token, now)
    if account is None:
        raise LinkGoneError
    account.password_hash = password_hash
    session.execute(delete(OneTimeLink).where(OneTimeLink.account_id == account.id))
    end_all_sessions(session, account.id)
    audit.record(session, "account.password_chosen", account.trail_name)
    return account


def words_about(session: Session, account: Account) -> tuple[str, ...]:
    """What a guesser of the account's password would try first."""
    installation = session.get(Installation, 1)
    return account.username, account.name, account.email, installation.municipality if installation else ""


def _holds(moment: dt.datetime) -> ColumnElement[bool]:
    """Not over, and not made in a future that the clock has gone back from."""
    return and_(OneTimeLink.expires_at > moment, OneTimeLink.expires_at <= moment + HOLDS_FOR + AHEAD)


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
