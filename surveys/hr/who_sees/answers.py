"""Who may see what, asked of the one rule (`release/visibility.py`): for a unit, and for an account.

Roles that begin later are not counted before they begin: the rule is about today's roles. Of those that end, the last
day is told: a deputy may not see what comes after it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from surveys.access.models import Account, Grant, Role
from surveys.access.permissions import roles_on
from surveys.campaigns.models import ReportGroup, Survey, SurveyStatus, SurveyUnit
from surveys.organisation.living import is_living
from surveys.organisation.models import Unit
from surveys.organisation.subtrees import ids_below, lineage
from surveys.organisation.tree import Node, in_order
from surveys.platform.localisation import alphabetical
from surveys.release.models import Release
from surveys.release.visibility import Access, accesses, readable_cards

UNRELEASED = (SurveyStatus.OPEN, SurveyStatus.CLOSED, SurveyStatus.COUNTED)
"""Surveys that people have answered or can answer, and whose result is still to come."""


@dataclass(frozen=True)
class AskedSurvey:
    """A survey as the rule is asked about it. Not released: `release` is one made today, and is never stored."""

    survey: Survey
    release: Release
    is_released: bool


@dataclass(frozen=True)
class SurveyReader:
    """An account that may read a unit's result, now or later. roles: those it has on the unit today.

    last_day: of the roles, when they all end.
    """

    account: Account
    roles: tuple[Role, ...]
    access: Access
    last_day: dt.date | None = None


@dataclass(frozen=True)
class SurveyReaders:
    """Everybody who may read the unit's result in a survey, those who may today first."""

    asked: AskedSurvey
    readers: tuple[SurveyReader, ...]


@dataclass(frozen=True)
class CardReader:
    account: Account
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class UnitAnswer:
    """Who sees what about a unit."""

    surveys: tuple[SurveyReaders, ...]
    card: tuple[CardReader, ...]


@dataclass(frozen=True)
class SeenUnits:
    """Units of a survey that an account may read on the same terms, in the order of the tree."""

    access: Access
    names: tuple[str, ...]
    last_day: dt.date | None = None


@dataclass(frozen=True)
class SeenSurvey:
    asked: AskedSurvey
    groups: tuple[SeenUnits, ...]


@dataclass(frozen=True)
class AccountAnswer:
    """What an account may see. cards: the units whose card it may open, as a tree."""

    surveys: tuple[SeenSurvey, ...]
    cards: tuple[Node, ...]


def who_sees_unit(session: Session, unit: Unit, today: dt.date) -> UnitAnswer:
    """For everybody who has a role today and may sign in."""
    accounts = _accounts(session, unit)
    asked = _asked_surveys(session, today, unit)
    releases = [each.release for each in asked]
    readers: dict[int, list[SurveyReader]] = defaultdict(list)
    card: list[CardReader] = []
    for account in accounts:
        roles = tuple(sorted(roles_on(session, account, [unit.id]).get(unit.id, ())))
        found = accesses(session, account, releases, today, [unit.id])
        last_day = last_days(session, account).get(unit.id)
        for each in asked:
            access = found.get((each.release.id, unit.id))
            if access is not None:
                readers[each.survey.id].append(SurveyReader(account, roles, access, last_day))
        if readable_cards(session, account, [unit.id]):
            card.append(CardReader(account, roles))
    return UnitAnswer(
        tuple(SurveyReaders(each, _sooner_first(readers[each.survey.id])) for each in asked), tuple(card)
    )


def what_account_sees(session: Session, account: Account, today: dt.date) -> AccountAnswer:
    """Of every survey that is open or later in its life, and of today's cards."""
    asked = _asked_surveys(session, today)
    found = accesses(session, account, [each.release for each in asked], today)
    living = select(Unit.id).where(is_living(today))
    cards = readable_cards(session, account, living)
    units = session.scalars(select(Unit).where(Unit.id.in_(cards)))
    ends = last_days(session, account)
    surveys = []
    for each in asked:
        of_survey = {unit: access for (release, unit), access in found.items() if release == each.release.id}
        if of_survey:
            surveys.append(SeenSurvey(each, _grouped(each.survey.units, of_survey, ends)))
    return AccountAnswer(
        tuple(surveys), tuple(in_order((unit.id, unit.parent_id, unit.name, unit.type) for unit in units))
    )


def last_days(session: Session, account: Account) -> dict[int, dt.date]:
    """Unit → the last day of the roles the account has there today, for units where they all end."""
    grants = account.grants
    ending = [(grant.unit_id, day) for grant in grants if (day := grant.to_day) is not None]
    if not ending:
        return {}
    lasting = [grant.unit_id for grant in grants if grant.to_day is None]
    without_end: frozenset[int] = frozenset(session.scalars(ids_below(lasting)))
    found: dict[int, dt.date] = {}
    for top, day in ending:
        below: frozenset[int] = frozenset(session.scalars(ids_below([top])))
        for unit_id in below - without_end:
            found[unit_id] = max(day, found.get(unit_id, day))
    return found


def _accounts(session: Session, unit: Unit) -> list[Account]:
    """Whoever may sign in and has a role today on the unit, above it, or on or above one merged into it; by name.

    The rule lets in nobody else, and to ask it about every account of a large municipality takes seconds.
    """
    members = session.scalars(
        select(SurveyUnit.unit_id)
        .join(
            ReportGroup,
            (ReportGroup.survey_id == SurveyUnit.survey_id) & (ReportGroup.unit_id == SurveyUnit.parent_id),
        )
        .where(ReportGroup.unit_id == unit.id)
    )
    above = {one for member in {unit.id, *members} for one in lineage(session, member)}
    query = (
        select(Account)
        .where(Account.active, Account.all_grants.any(Grant.unit_id.in_(above)))
        .options(selectinload(Account.all_grants).joinedload(Grant.unit))
    )
    found = [account for account in session.scalars(query) if account.grants]
    return sorted(found, key=lambda account: (alphabetical(account.name), account.id))


def _asked_surveys(session: Session, today: dt.date, unit: Unit | None = None) -> list[AskedSurvey]:
    """Surveys with the unit, or all, the newest first."""
    query = select(Survey).where(Survey.status.in_([*UNRELEASED, SurveyStatus.RELEASED]))
    if unit is not None:
        query = query.where(Survey.id.in_(select(SurveyUnit.survey_id).where(SurveyUnit.unit_id == unit.id)))
    query = query.options(selectinload(Survey.visibility), joinedload(Survey.unit))
    surveys = session.scalars(query.order_by(Survey.opens_on.desc(), Survey.key)).all()
    releases = {release.survey_id: release for release in _newest_releases(session)}
    return [_asked(survey, releases.get(survey.id), today) for survey in surveys]


def _asked(survey: Survey, release: Release | None, today: dt.date) -> AskedSurvey:
    if survey.status == SurveyStatus.RELEASED and release is not None:
        return AskedSurvey(survey, release, is_released=True)
    # No release has a negative id. It could not be earlier than today.
    supposed = Release(id=-survey.id, survey_id=survey.id, released_on=today, survey=survey)
    return AskedSurvey(survey, supposed, is_released=False)


def _newest_releases(session: Session) -> Sequence[Release]:
    newest = (
        select(Release.survey_id, func.max(Release.number).label("number"))
        .group_by(Release.survey_id)
        .subquery()
    )
    return session.scalars(
        select(Release)
        .join(newest, (newest.c.survey_id == Release.survey_id) & (newest.c.number == Release.number))
        .join(Release.survey)
        .options(contains_eager(Release.survey))
    ).all()


def _sooner_first(readers: Iterable[SurveyReader]) -> tuple[SurveyReader, ...]:
    """Those with a day before those without one; otherwise in their order."""
    return tuple(sorted(readers, key=lambda reader: reader.access.from_day or dt.date.max))


def _grouped(
    units: Iterable[SurveyUnit], found: dict[int, Access], ends: dict[int, dt.date]
) -> tuple[SeenUnits, ...]:
    placed = in_order((unit.unit_id, unit.parent_id, unit.name, unit.type) for unit in units)
    groups: dict[tuple[Access, dt.date | None], list[str]] = defaultdict(list)
    for node in placed:
        if node.unit_id in found:
            groups[found[node.unit_id], ends.get(node.unit_id)].append(node.name)
    ordered = sorted(groups.items(), key=lambda each: each[0][0].from_day or dt.date.max)
    return tuple(SeenUnits(access, tuple(names), last_day) for (access, last_day), names in ordered)
