"""Who may see a unit's released results, and from which day: the promise that respondents read before answering."""

import datetime as dt
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from surveys.access.models import HR_ROLES, Account, Role
from surveys.access.permissions import is_granted, roles_of
from surveys.campaigns.models import ReaderGroup, Survey, SurveyStatus, SurveyUnit
from surveys.campaigns.report_groups import merged_from
from surveys.release.models import Release, Turnout

FROM_RELEASE: Final = (*HR_ROLES, Role.CONTROLLER)
"""They carry the release out and answer for it: they see it from the day it is made."""

STEP_OF: Final[Mapping[Role, ReaderGroup]] = {
    Role.LEADER: ReaderGroup.LEADERS,
    Role.REPRESENTATIVE: ReaderGroup.REPRESENTATIVES,
    Role.POLITICIAN: ReaderGroup.POLITICIANS,
}


@dataclass(frozen=True)
class Access:
    """`now`: may see it today. Otherwise from `from_day`; None means that no day has been decided."""

    now: bool
    from_day: dt.date | None = None


def access_to(
    session: Session, account: Account, survey: Survey, released_on: dt.date, unit_id: int, today: dt.date
) -> Access | None:
    """The account's access to one unit of a released survey; None when it will never have any.

    Politicians see the top of the survey and the areas right below it, not single workplaces. Units that are merged in
    the report are read by whoever may read one of them: it is their result.
    """
    places = {unit_id} | merged_from(session, survey.id, unit_id)
    roles = {
        role
        for role in roles_of(account)
        if any(is_granted(session, account, place, role) for place in places)
    }
    if not _is_for_politicians(session, survey, unit_id):
        roles -= {Role.POLITICIAN}
    if not roles:
        return None
    first = first_day(roles, survey, released_on)
    return Access(now=first is not None and first <= today, from_day=first)


def first_day(roles: Set[Role], survey: Survey, released_on: dt.date) -> dt.date | None:
    """The first day any of the roles may see the survey; None when no day has been decided."""
    if roles & set(FROM_RELEASE):
        return released_on
    steps = {step.readers: step.visible_on for step in survey.visibility}
    days = [steps[STEP_OF[role]] for role in roles if STEP_OF[role] in steps]
    return max(min(days), released_on) if days else None


def _is_for_politicians(session: Session, survey: Survey, unit_id: int) -> bool:
    parent_id = session.scalar(
        select(SurveyUnit.parent_id).where(SurveyUnit.survey_id == survey.id, SurveyUnit.unit_id == unit_id)
    )
    return unit_id == survey.unit_id or parent_id == survey.unit_id


@dataclass(frozen=True)
class Entrance:
    """One way into a survey's results: a unit of one's own, and whether it is open yet."""

    survey: Survey
    unit: SurveyUnit
    access: Access


def entrances(session: Session, account: Account, today: dt.date) -> list[Entrance]:
    """Every released survey, newest first, with the topmost units of it that the account was granted."""
    released = session.execute(
        select(Survey, func.max(Release.released_on))
        .join(Release, Release.survey_id == Survey.id)
        .where(Survey.status == SurveyStatus.RELEASED)
        .group_by(Survey.id)
        .order_by(Survey.opens_on.desc(), Survey.key)
    ).all()
    return [
        entrance
        for survey, released_on in released
        for entrance in _entrances_to(session, account, survey, released_on, today)
    ]


def _entrances_to(
    session: Session, account: Account, survey: Survey, released_on: dt.date, today: dt.date
) -> list[Entrance]:
    """The granted units where anybody answered; the survey's top when the grant is on something above it."""
    own = {grant.unit_id for grant in account.grants}
    units = session.scalars(
        select(SurveyUnit)
        .join(Turnout, Turnout.unit_id == SurveyUnit.unit_id)
        .join(Release, (Release.id == Turnout.release_id) & (Release.survey_id == SurveyUnit.survey_id))
        .where(SurveyUnit.survey_id == survey.id, SurveyUnit.unit_id.in_(own | {survey.unit_id}))
        .where(Turnout.delivered > 0)
        .distinct()
        .order_by(SurveyUnit.name)
        .options(joinedload(SurveyUnit.unit))
    )
    found = ((unit, access_to(session, account, survey, released_on, unit.unit_id, today)) for unit in units)
    return [Entrance(survey, unit, access) for unit, access in found if access]
