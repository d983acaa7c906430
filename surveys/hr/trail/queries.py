"""The entries of the audit trail that a reader may see: all for an administrator, those about her own for HR."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from surveys.access.models import HR_ROLES, Account, Role
from surveys.access.permissions import granted_units
from surveys.audit.actions import ACTIONS, About
from surveys.audit.models import AuditEntry
from surveys.campaigns.models import Series, Survey
from surveys.hr.accounts.queries import known_accounts
from surveys.hr.trail.rows import matching
from surveys.organisation.models import Unit
from surveys.platform.clock import MUNICIPAL_TIME

PAGE_LENGTH: Final = 25
_AT_A_TIME: Final = 500  # entries; a search looks at all of them


@dataclass(frozen=True)
class TrailFilter:
    """What the reader asked for. search: words that the row shows, such as a survey's title or somebody's name."""

    search: str = ""
    about: About | None = None
    from_day: dt.date | None = None
    to_day: dt.date | None = None


class TrailEntries:
    """The entries that the reader may see and asked for, the newest first."""

    def __init__(self, session: Session, reader: Account, wanted: TrailFilter) -> None:
        self._session = session
        asked = (may_see(session, reader), *_asked_for(wanted))
        self._query = select(AuditEntry).where(*asked).order_by(AuditEntry.id.desc())
        # The search comes after the rule of who sees what, and looks at nothing but the rows as they are shown.
        self._ids = matching(session, self._all(), wanted.search) if wanted.search.strip() else None

    @property
    def total(self) -> int:
        if self._ids is not None:
            return len(self._ids)
        counted = select(func.count()).select_from(self._query.order_by(None).subquery())
        return self._session.scalar(counted) or 0

    @property
    def pages(self) -> int:
        """At least one."""
        return max(ceil(self.total / PAGE_LENGTH), 1)

    def page(self, number: int) -> list[AuditEntry]:
        """number: from 1."""
        start = (number - 1) * PAGE_LENGTH
        query = self._query
        if self._ids is None:
            query = query.limit(PAGE_LENGTH).offset(start)
        else:
            query = query.where(AuditEntry.id.in_(self._ids[start : start + PAGE_LENGTH]))
        return list(self._session.scalars(query))

    def every(self) -> Iterator[AuditEntry]:
        if self._ids is None:
            return self._all()
        found = set(self._ids)
        return (entry for entry in self._all() if entry.id in found)

    def _all(self) -> Iterator[AuditEntry]:
        """A batch at a time: there may be tens of thousands."""
        query = self._query.limit(_AT_A_TIME)
        some = list(self._session.scalars(query))
        while some:
            yield from some
            some = list(self._session.scalars(query.where(AuditEntry.id < some[-1].id)))


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


def _asked_for(wanted: TrailFilter) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wanted.about is not None:
        asked.append(AuditEntry.action.in_(_actions(wanted.about)))
    if wanted.from_day is not None:
        asked.append(AuditEntry.at >= _start_of(wanted.from_day))
    if wanted.to_day is not None:
        asked.append(AuditEntry.at < _start_of(wanted.to_day + dt.timedelta(days=1)))
    return asked


def _start_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), MUNICIPAL_TIME).astimezone(dt.UTC)
