"""What everybody may read: which surveys, and the figures of the top unit and the level right below it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from surveys.campaigns.models import ReaderGroup, Survey, SurveyStatus, SurveyUnit, VisibilityStep
from surveys.campaigns.reader_groups import kept_step
from surveys.platform.localisation import alphabetical
from surveys.release.models import Release
from surveys.release.visibility import public_units
from surveys.results.corrections.queries import ReleaseCorrection, corrections_for_group
from surveys.results.own_reading import result_for
from surveys.results.queries import UnitResult


@dataclass(frozen=True)
class OpenResult:
    """A survey as everybody reads it. areas: by name, never by result. step: who decided that it is public.

    corrected: the same corrections for each of them, the top first, with what they changed there.
    """

    release: Release
    step: VisibilityStep
    top: UnitResult
    areas: tuple[UnitResult, ...]
    corrected: tuple[tuple[ReleaseCorrection, ...], ...]


def open_releases(session: Session, today: dt.date) -> list[Release]:
    """The newest release of every survey that is public today, the newest survey first."""
    newest = (
        select(Release.survey_id, func.max(Release.number).label("number"))
        .group_by(Release.survey_id)
        .subquery()
    )
    planned = select(VisibilityStep.survey_id).where(VisibilityStep.readers == ReaderGroup.PUBLIC)
    releases = session.scalars(
        select(Release)
        .join(newest, (newest.c.survey_id == Release.survey_id) & (newest.c.number == Release.number))
        .join(Release.survey)
        .where(Survey.status == SurveyStatus.RELEASED, Survey.id.in_(planned))
        .options(contains_eager(Release.survey).selectinload(Survey.visibility))
        .order_by(Survey.opens_on.desc(), Survey.key)
    )
    return [release for release in releases if public_units(session, release, today)]


def open_result(session: Session, release: Release, today: dt.date) -> OpenResult | None:
    """None when everybody may not read the survey today."""
    units = public_units(session, release, today)
    step = kept_step(release.survey, ReaderGroup.PUBLIC)
    if step is None or not units:
        return None
    top, *areas = _in_order(session, release, units)
    corrected = corrections_for_group(session, ReaderGroup.PUBLIC, release, units)
    return OpenResult(
        release,
        step,
        result_for(session, release, top, ReaderGroup.PUBLIC, today),
        tuple(result_for(session, release, area, ReaderGroup.PUBLIC, today) for area in areas),
        tuple(corrected[unit.unit_id] for unit in (top, *areas)),
    )


def _in_order(session: Session, release: Release, units: frozenset[int]) -> Sequence[SurveyUnit]:
    found = session.scalars(
        select(SurveyUnit).where(SurveyUnit.survey_id == release.survey_id, SurveyUnit.unit_id.in_(units))
    )
    top = release.survey.unit_id
    return sorted(found, key=lambda unit: (unit.unit_id != top, alphabetical(unit.name)))
