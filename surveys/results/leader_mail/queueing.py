"""Which leaders are told, and of which release."""

import datetime as dt
from collections.abc import Collection
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from surveys.access.models import Account, Grant, Role
from surveys.campaigns.models import ReaderGroup, Survey, SurveyStatus, SurveyUnit
from surveys.organisation.subtrees import ids_below
from surveys.platform.database import Database
from surveys.release.models import Release
from surveys.release.visibility import accesses, group_access
from surveys.results.corrections.queries import figures_corrected
from surveys.results.models import LeaderMail

NEWS: Final = dt.timedelta(days=14)
"""A result that leaders could read for longer is no news: whoever begins with mail sends none of the past."""


def queue_leader_mails(db: Database, today: dt.date) -> int:
    """Puts a mail in the outbox for every leader whose units' result has become hers to read; how many.

    After a correction only those are told whose own units' figures became others. Repeating adds nothing.
    """
    with db.reading() as session:
        if not _fresh(session, today):
            return 0
    with db.transaction() as session:
        return sum(_queue_for(session, release, today) for release in _fresh(session, today))


def _fresh(session: Session, today: dt.date) -> list[Release]:
    """The newest release of each survey whose leaders began to read within the last days."""
    newest = (
        select(Release.survey_id, func.max(Release.number).label("number"))
        .group_by(Release.survey_id)
        .subquery()
    )
    releases = session.scalars(
        select(Release)
        .join(newest, (newest.c.survey_id == Release.survey_id) & (newest.c.number == Release.number))
        .join(Release.survey)
        .where(Survey.status == SurveyStatus.RELEASED)
        .options(contains_eager(Release.survey).selectinload(Survey.visibility))
    )
    return [release for release in releases if _is_news(release, today)]


def _is_news(release: Release, today: dt.date) -> bool:
    access = group_access(ReaderGroup.LEADERS, release, today)
    return (
        access is not None and access.now and access.from_day is not None and access.from_day > today - NEWS
    )


def _queue_for(session: Session, release: Release, today: dt.date) -> int:
    told = set(session.scalars(select(LeaderMail.account_id).where(LeaderMail.release_id == release.id)))
    queued = 0
    for account in _leaders(session):
        if account.id in told:
            continue
        units = own_units(session, account, release, today)
        if units and _is_news_to(session, account, release, units):
            session.add(LeaderMail(release_id=release.id, account_id=account.id))
            queued += 1
    return queued


def _leaders(session: Session) -> list[Account]:
    query = (
        select(Account)
        .where(Account.active, Account.email != "", Account.all_grants.any(Grant.role == Role.LEADER))
        .options(selectinload(Account.all_grants))
        .order_by(Account.id)
    )
    return [account for account in session.scalars(query) if _led(account)]


def _led(account: Account) -> set[int]:
    return {grant.unit_id for grant in account.grants if grant.role == Role.LEADER}


def own_units(session: Session, account: Account, release: Release, today: dt.date) -> frozenset[int]:
    """The units of the survey that the account leads, itself or from above, and may read today."""
    led: frozenset[int] = frozenset(session.scalars(ids_below(_led(account))))
    placed = session.scalars(
        select(SurveyUnit.unit_id).where(
            SurveyUnit.survey_id == release.survey_id, SurveyUnit.unit_id.in_(led)
        )
    ).all()
    found = accesses(session, account, [release], today, placed)
    return frozenset(unit for (_release, unit), access in found.items() if access.now)


def _is_news_to(session: Session, account: Account, release: Release, units: Collection[int]) -> bool:
    """Always when she was never told of the survey; else when her units' figures differ from those she was told of."""
    told = _told_before(session, account.id, release)
    return told is None or bool(figures_corrected(session, told, release, release, units))


def is_told_before(session: Session, mail: LeaderMail) -> bool:
    """Whether she has a mail about an earlier release of the survey: then this one is about a correction to her."""
    return _told_before(session, mail.account_id, mail.release) is not None


def _told_before(session: Session, account_id: int, release: Release) -> Release | None:
    """The newest of the survey's earlier releases that the account has a mail about."""
    return session.scalars(
        select(Release)
        .join(LeaderMail, LeaderMail.release_id == Release.id)
        .where(
            LeaderMail.account_id == account_id,
            Release.survey_id == release.survey_id,
            Release.number < release.number,
        )
        .order_by(Release.number.desc())
        .limit(1)
    ).first()
