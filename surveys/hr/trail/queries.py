"""The entries of the audit trail that a reader may see: all for an administrator, those about her own for HR."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from surveys.access.models import HR_ROLES, Account, Role
from surveys.access.permissions import granted_units
from surveys.audit.actions import ACTIONS, About
from surveys.audit.models import AuditEntry
from surveys.campaigns.models import Series, Survey
from surveys.hr.accounts.queries import known_accounts
from surveys.organisation.models import Unit
from surveys.platform.clock import MUNICIPAL_TIME

PAGE_LENGTH: Final = 100


@dataclass(frozen=True)
class TrailFilter:
    """What the reader asked for. search: in the subject, and in the names of who did it and whom it was done to."""

    search: str = ""
    about: About | None = None
    from_day: dt.date | None = None
    to_day: dt.date | None = None


def entries(session: Session, reader: Account, wanted: TrailFilter) -> Select[AuditEntry]:
    """A query for what the reader may see and asked for, the newest first."""
    query = select(AuditEntry).where(may_see(session, reader), *_asked_for(session, wanted))
    return query.order_by(AuditEntry.id.desc())


def how_many(session: Session, query: Select[AuditEntry]) -> int:
    return session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def may_see(session: Session, reader: Account) -> ColumnElement[bool]:
    """The rule. An action that has no words yet is seen by administrators and by whoever did it."""
    whole = select(Unit.id).where(Unit.parent_id.is_(None))
    tops = set(session.scalars(whole))
    if granted_units(session, reader, Role.ADMINISTRATOR) & tops:
        return AuditEntry.id.is_not(None)
    units = granted_units(session, reader, *HR_ROLES)
    own_surveys = select(Survey.key).where(Survey.unit_id.in_(units))
    seen = [
        AuditEntry.account_id == reader.id,
        _about(About.SURVEY, own_surveys),
        _about(About.UNIT, select(Unit.code).where(Unit.id.in_(units))),
        _about(
            About.SERIES,
            select(Series.key).join(Survey, Survey.series_id == Series.id).where(Survey.unit_id.in_(units)),
        ),
        _about(About.ACCOUNT, names_in_trail(row.account for row in known_accounts(session, reader))),
    ]
    if units & tops:
        seen.append(AuditEntry.action.in_(_actions(About.MUNICIPALITY)))
    return or_(*seen)


def names_in_trail(accounts: Iterable[Account]) -> list[str]:
    """What entries call the accounts: by number now, by user name before."""
    return [name for account in accounts for name in (account.trail_name, account.username)]


def _about(about: About, subjects: Select[str] | Sequence[str]) -> ColumnElement[bool]:
    return and_(AuditEntry.action.in_(_actions(about)), AuditEntry.subject.in_(subjects))


def _actions(about: About) -> list[str]:
    return [name for name, action in ACTIONS.items() if action.about == about]


def _asked_for(session: Session, wanted: TrailFilter) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wanted.about is not None:
        asked.append(AuditEntry.action.in_(_actions(wanted.about)))
    if wanted.from_day is not None:
        asked.append(AuditEntry.at >= _start_of(wanted.from_day))
    if wanted.to_day is not None:
        asked.append(AuditEntry.at < _start_of(wanted.to_day + dt.timedelta(days=1)))
    if search := wanted.search.strip().casefold():
        people = [
            account
            for account in session.scalars(select(Account))
            if search in f"{account.name} {account.username}".casefold()
        ]
        asked.append(
            or_(
                AuditEntry.subject.icontains(search, autoescape=True),
                AuditEntry.subject.in_(names_in_trail(people)),
                AuditEntry.account_id.in_([account.id for account in people]),
            )
        )
    return asked


def _start_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), MUNICIPAL_TIME).astimezone(dt.UTC)
