"""Which earlier figures a survey's may be compared with: same series, same questionnaire or declared comparable."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session, joinedload

from questionnaires.comparison import SeriesContinuity, compare
from questionnaires.model import Questionnaire
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.instruments.in_use import questionnaire_of
from surveys.release.models import Release


@dataclass(frozen=True)
class Comparable:
    """An earlier survey's latest release, and the measures that mean the same then and now.

    breaks: the factors of both surveys that do not go on, and why.
    """

    release_id: int
    survey: Survey
    measures: frozenset[str]
    breaks: Mapping[str, SeriesContinuity] = field(default_factory=dict)


def comparable_releases(session: Session, survey: Survey) -> list[Comparable]:
    """Earlier released surveys of the same series, newest first, with at least one comparable measure."""
    return [found for found in earlier_releases(session, survey) if found.measures]


def earlier_releases(session: Session, survey: Survey) -> list[Comparable]:
    """Every earlier released survey of the same series, newest first."""
    earlier = session.execute(_earlier(), {"series": survey.series_id, "before": survey.opens_on}).all()
    current = questionnaire_of(survey.instrument)
    return [_compared(release_id, other, current) for release_id, other in earlier]


@cache
def _earlier() -> Select[int, Survey]:
    """A query for the latest release of every survey of `series` before a day, with the survey.

    Made once: making it takes longer than asking it.
    """
    latest = (
        select(Release.survey_id, func.max(Release.number).label("number"))
        .group_by(Release.survey_id)
        .subquery()
    )
    return (
        select(Release.id, Survey)
        .join(Survey, Release.survey_id == Survey.id)
        .join(latest, (latest.c.survey_id == Release.survey_id) & (latest.c.number == Release.number))
        .where(
            Survey.series_id == bindparam("series"),
            Survey.status == SurveyStatus.RELEASED,
            Survey.opens_on < bindparam("before"),
        )
        .order_by(Survey.opens_on.desc(), Survey.id.desc())
        .options(joinedload(Survey.instrument))
    )


def _compared(release_id: int, earlier: Survey, current: Questionnaire) -> Comparable:
    """Declared comparable and on the same scale; the rule is `questionnaires.comparison`."""
    before = questionnaire_of(earlier.instrument)
    if (before.key, before.version) == (current.key, current.version):
        return Comparable(release_id, earlier, frozenset(factor.key for factor in current.factors))
    found = compare(before, current)
    ended = {SeriesContinuity.NOT_DECLARED, SeriesContinuity.SCALE_DIFFERS}
    breaks = {factor.key: factor.trend for factor in found.factors if factor.trend in ended}
    return Comparable(release_id, earlier, frozenset(found.surviving), breaks)
