"""Browsers that are signed in: held in the database, so that they can be ended from anywhere."""

import datetime as dt
import secrets
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Final

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from surveys.access.models import Account, SignInSession
from surveys.platform import clock
from surveys.platform.clock import AHEAD
from surveys.platform.database import Database

IDLE: Final = dt.timedelta(minutes=60)
"""Without a page in so long, the session has ended."""

LONGEST: Final = dt.timedelta(hours=12)
"""However busy: nobody is signed in from one day to the next."""

_NOTED_EVERY: Final = dt.timedelta(minutes=5)

_Moment = dt.datetime | BindParameter[dt.datetime]


def start_session(
    session: Session, account: Account, now: dt.datetime | None = None, *, id_token: str = ""
) -> str:
    """A new session's token, for the browser to keep. Sessions that have ended are cleared away.

    id_token: the sign-in provider's, encrypted; empty when nobody else vouched for her.
    """
    moment = now or clock.now()
    end_old_sessions(session, moment)
    token = secrets.token_urlsafe(32)
    session.add(
        SignInSession(
            token_hash=_hash(token),
            account_id=account.id,
            started_at=moment,
            seen_at=moment,
            id_token=id_token,
        )
    )
    return token


@dataclass(frozen=True)
class SignIn:
    """Who is signed in, with her roles, and when her browser last asked for a page (to within five minutes)."""

    account: Account
    seen_at: dt.datetime


def sign_in_of(session: Session, token: str, now: dt.datetime | None = None) -> SignIn | None:
    """The active account that is signed in with the token; None when the session has ended.

    One query, for each page asks.
    """
    values = {"token_hash": _hash(token), **_limits_at(now or clock.now())}
    found = session.execute(_signed_in(), values).unique().one_or_none()
    return SignIn(*found) if found else None


@cache
def _signed_in() -> Select[Account, dt.datetime]:
    """Made once: making the query takes longer than asking it."""
    ended = _is_outside(bindparam("idle_since"), bindparam("begun"), bindparam("latest"))
    return (
        select(Account, SignInSession.seen_at)
        .join(SignInSession, SignInSession.account_id == Account.id)
        .where(SignInSession.token_hash == bindparam("token_hash"), ~ended, Account.active)
        .options(joinedload(Account.all_grants))
    )


def is_to_be_noted(seen_at: dt.datetime, now: dt.datetime | None = None) -> bool:
    """Whether that the browser is in use is to be written down again."""
    return (now or clock.now()) - seen_at >= _NOTED_EVERY


def note_seen(db: Database, token: str, now: dt.datetime | None = None) -> None:
    """The browser has asked for a page. Writes no more often than every five minutes.

    A session that has ended stays so: whoever comes back after an hour does not wake it.
    """
    moment = now or clock.now()
    with db.reading() as session:
        seen = session.scalar(
            select(SignInSession.seen_at).where(SignInSession.token_hash == _hash(token), ~_has_ended(moment))
        )
    if seen is None or not is_to_be_noted(seen, moment):
        return
    with db.transaction() as session:
        session.execute(
            update(SignInSession).where(SignInSession.token_hash == _hash(token)).values(seen_at=moment)
        )


def count_ended(session: Session, now: dt.datetime | None = None) -> int:
    """Sessions that nobody can use any more, and that are still stored."""
    ended = _has_ended(now or clock.now())
    return session.scalar(select(func.count()).select_from(SignInSession).where(ended)) or 0


def end_old_sessions(session: Session, now: dt.datetime | None = None) -> None:
    session.execute(delete(SignInSession).where(_has_ended(now or clock.now())))


def id_token_of(session: Session, token: str) -> str:
    """The sign-in provider's token of the session, as it is stored; empty when a password opened it."""
    return (
        session.scalar(select(SignInSession.id_token).where(SignInSession.token_hash == _hash(token))) or ""
    )


def end_session(session: Session, token: str) -> None:
    session.execute(delete(SignInSession).where(SignInSession.token_hash == _hash(token)))


def end_all_sessions(session: Session, account_id: int) -> int:
    """Signs the account out everywhere; how many browsers that was."""
    ended = session.execute(delete(SignInSession).where(SignInSession.account_id == account_id))
    return int(ended.rowcount)  # type: ignore[attr-defined]


def _has_ended(moment: dt.datetime) -> ColumnElement[bool]:
    return _is_outside(**_limits_at(moment))


def _limits_at(moment: dt.datetime) -> dict[str, dt.datetime]:
    return {"idle_since": moment - IDLE, "begun": moment - LONGEST, "latest": moment + AHEAD}


def _is_outside(idle_since: _Moment, begun: _Moment, latest: _Moment) -> ColumnElement[bool]:
    """Idle too long, too long altogether, or from a future that the clock has gone back from."""
    return or_(
        SignInSession.seen_at < idle_since,
        SignInSession.started_at < begun,
        SignInSession.seen_at > latest,
        SignInSession.started_at > latest,
    )


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
