"""The ways in to released results: the topmost units of each survey that a reader may open, now or later."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.orm import Session, contains_eager, joinedload

from surveys.access.models import Account
from surveys.campaigns.models import ReportGroup, Survey, SurveyStatus, SurveyUnit
from surveys.organisation.subtrees import ids_below
from surveys.platform.localisation import alphabetical
from surveys.release.models import Release, Turnout
from surveys.release.visibility import Access, accesses


@dataclass(frozen=True)
class Entrance:
    """One way into a survey's results: a unit of one's own, and whether it is open yet."""

    survey: Survey
    unit: SurveyUnit
    access: Access


def entrances(session: Session, account: Account, today: dt.date) -> list[Entrance]:
    """Every released survey, newest first, with the topmost units of it that the account may read.

    Units where nobody answered are left out. A bounded number of queries, however many surveys there are.
    """
    releases = _latest_releases(session)
    candidates = _candidates(session, account, [release.survey_id for release in releases])
    found = accesses(session, account, releases, today, {unit_id for _survey, unit_id in candidates})
    survey_of = {release.id: release.survey_id for release in releases}
    readable = {(survey_of[release_id], unit_id) for release_id, unit_id in found}
    units = _answered_units(session, releases, sorted(candidates & readable))
    return [
        Entrance(release.survey, unit, found[release.id, unit.unit_id])
        for release in releases
        for unit in units
        if unit.survey_id == release.survey_id
    ]


def _latest_releases(session: Session) -> Sequence[Release]:
    """Each survey's newest release, the newest survey first, with its visibility policy."""
    newest = (
        select(Release.survey_id, func.max(Release.number).label("number"))
        .group_by(Release.survey_id)
        .subquery()
    )
    return session.scalars(
        select(Release)
        .join(newest, (newest.c.survey_id == Release.survey_id) & (newest.c.number == Release.number))
        .join(Release.survey)
        .where(Survey.status == SurveyStatus.RELEASED)
        .options(contains_eager(Release.survey).selectinload(Survey.visibility))
        .order_by(Survey.opens_on.desc(), Survey.key)
    ).all()


def _candidates(session: Session, account: Account, survey_ids: Sequence[int]) -> set[tuple[int, int]]:
    """(survey, unit) where the account may have a way in.

    Its own units, what is below them and was not pictured below anything of its own, and what these were merged into.
    """
    own = [grant.unit_id for grant in account.grants]
    below = ids_below(own)
    rows = session.execute(
        select(SurveyUnit.survey_id, SurveyUnit.unit_id, ReportGroup.unit_id)
        .outerjoin(
            ReportGroup,
            (ReportGroup.survey_id == SurveyUnit.survey_id) & (ReportGroup.unit_id == SurveyUnit.parent_id),
        )
        .where(
            SurveyUnit.survey_id.in_(survey_ids),
            SurveyUnit.unit_id.in_(below),
            or_(
                SurveyUnit.unit_id.in_(own),
                SurveyUnit.parent_id.is_(None),
                SurveyUnit.parent_id.not_in(below),
            ),
        )
    ).all()
    return {(survey_id, unit_id) for survey_id, *units in rows for unit_id in units if unit_id is not None}


def _answered_units(
    session: Session, releases: Sequence[Release], wanted: Sequence[tuple[int, int]]
) -> list[SurveyUnit]:
    units = session.scalars(
        select(SurveyUnit)
        .join(Release, Release.survey_id == SurveyUnit.survey_id)
        .join(Turnout, (Turnout.release_id == Release.id) & (Turnout.unit_id == SurveyUnit.unit_id))
        .where(
            Release.id.in_([release.id for release in releases]),
            tuple_(SurveyUnit.survey_id, SurveyUnit.unit_id).in_(wanted),
            Turnout.delivered > 0,
        )
        .options(joinedload(SurveyUnit.unit))
    )
    return sorted(units, key=lambda unit: alphabetical(unit.name))
