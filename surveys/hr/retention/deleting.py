"""Retention: what is deleted by itself, after how long, and what that would be today. One place for every rule."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from surveys.access.models import OneTimeLink
from surveys.access.sessions import count_ended, end_old_sessions
from surveys.audit import trail as audit
from surveys.campaigns.erasing_codes import count_old_codes, erase_old_codes, next_counted
from surveys.campaigns.erasing_people import erase_those_who_left, who_left
from surveys.organisation.models import OrganisationImport, Person
from surveys.platform.clock import MUNICIPAL_TIME, municipal_day, now
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.release.comments.erasing import count_old_comments, delete_old_comments, next_commented


@dataclass(frozen=True)
class RetentionDue:
    """What a rule would delete today. waiting: of these, how many have to wait for a count. next_on: the next day."""

    rows: int
    waiting: int = 0
    next_on: dt.date | None = None


@dataclass(frozen=True)
class RetentionRule:
    """Something that is deleted by itself.

    setting: the field of Settings with the number of days, 0 for never; «» where the time is fixed. due: what is older
    than the day it is given, or was made on it. delete: deletes that, and returns how many.
    """

    key: str
    setting: str
    due: Callable[[Session, dt.date], RetentionDue]
    delete: Callable[[Database, dt.date], int]

    def days(self, settings: Settings) -> int:
        return int(getattr(settings, self.setting)) if self.setting else 0

    def is_on(self, settings: Settings) -> bool:
        return not self.setting or self.days(settings) > 0

    def limit(self, settings: Settings, today: dt.date) -> dt.date:
        """What is from this day or before is to be deleted."""
        return today - dt.timedelta(days=self.days(settings))


@dataclass(frozen=True)
class RetentionPlan:
    """A rule with its number of days here, and what it would delete today; nothing when it is off."""

    rule: RetentionRule
    days: int
    is_on: bool
    due: RetentionDue


def retention_plans(
    session: Session, settings: Settings, today: dt.date | None = None
) -> list[RetentionPlan]:
    """Every rule and what it would do today."""
    day = today or municipal_day()
    return [_plan(session, rule, settings, day) for rule in RULES]


def _plan(session: Session, rule: RetentionRule, settings: Settings, today: dt.date) -> RetentionPlan:
    if not rule.is_on(settings):
        return RetentionPlan(rule, 0, is_on=False, due=RetentionDue(0))
    found = rule.due(session, rule.limit(settings, today))
    return RetentionPlan(rule, rule.days(settings), is_on=True, due=found)


def delete_what_is_due(db: Database, settings: Settings, today: dt.date | None = None) -> dict[str, int]:
    """Deletes what every rule says, in transactions of their own: rule → how many, those with any."""
    day = today or municipal_day()
    done = {rule.key: rule.delete(db, rule.limit(settings, day)) for rule in RULES if rule.is_on(settings)}
    return {key: rows for key, rows in done.items() if rows}


def _recorded(key: str, do: Callable[[Session, dt.date], int]) -> Callable[[Database, dt.date], int]:
    """In one transaction with its line in the audit trail: how many, and nothing of what they were."""

    def delete_and_record(db: Database, limit: dt.date) -> int:
        with db.transaction() as session:
            rows = do(session, limit)
            if rows:
                audit.record(session, "retention.deleted", key, rows=rows)
        return rows

    return delete_and_record


def _leavers_due(session: Session, limit: dt.date) -> RetentionDue:
    left = who_left(session, limit)
    later = select(func.min(Person.left_on)).where(Person.active.is_(False), Person.left_on > limit)
    return RetentionDue(len(left.ids), left.waiting, _shifted(session.scalar(later), limit))


def _erase_leavers(db: Database, limit: dt.date) -> int:
    """Each person has a line of her own in the trail, at her unit."""
    return erase_those_who_left(db, limit)


def _codes_due(session: Session, limit: dt.date) -> RetentionDue:
    return RetentionDue(
        count_old_codes(session, limit), next_on=_shifted(next_counted(session, limit), limit)
    )


def _comments_due(session: Session, limit: dt.date) -> RetentionDue:
    following = _shifted(next_commented(session, limit), limit)
    return RetentionDue(count_old_comments(session, limit), next_on=following)


def _undo_due(session: Session, limit: dt.date) -> RetentionDue:
    kept = OrganisationImport.undo.is_not(None)
    old = select(func.count()).where(kept, OrganisationImport.at < _end_of(limit))
    later = session.scalar(
        select(func.min(OrganisationImport.at)).where(kept, OrganisationImport.at >= _end_of(limit))
    )
    following = _shifted(municipal_day(later), limit) if later else None
    return RetentionDue(session.scalar(old) or 0, next_on=following)


def _forget_undo(session: Session, limit: dt.date) -> int:
    found = _undo_due(session, limit).rows
    session.execute(
        update(OrganisationImport).where(OrganisationImport.at < _end_of(limit)).values(undo=None)
    )
    return found


def _access_due(session: Session, _limit: dt.date) -> RetentionDue:
    expired = select(func.count()).select_from(OneTimeLink).where(OneTimeLink.expires_at < now())
    return RetentionDue(count_ended(session) + (session.scalar(expired) or 0))


def _delete_access(db: Database, limit: dt.date) -> int:
    """Not in the trail: these could not be used any more, and it would be a line every day."""
    with db.transaction() as session:
        rows = _access_due(session, limit).rows
        end_old_sessions(session)
        session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at < now()))
    return rows


def _end_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), MUNICIPAL_TIME)


def _shifted(day: dt.date | None, limit: dt.date) -> dt.date | None:
    """When something from `day` becomes due: as far after today as it is after the limit."""
    return None if day is None else municipal_day() + (day - limit)


RULES: Final = (
    RetentionRule("leavers", "erase_left_after_days", _leavers_due, _erase_leavers),
    RetentionRule("codes", "erase_codes_after_days", _codes_due, _recorded("codes", erase_old_codes)),
    RetentionRule(
        "comments", "delete_comments_after_days", _comments_due, _recorded("comments", delete_old_comments)
    ),
    RetentionRule("undo", "forget_import_after_days", _undo_due, _recorded("undo", _forget_undo)),
    RetentionRule("access", "", _access_due, _delete_access),
)
