"""Which earlier figures a survey's may be compared with: same series, same questionnaire or declared comparable."""

from dataclasses import dataclass
from itertools import chain

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from questionnaires.model import Questionnaire
from surveys.campaigns.instruments import questionnaire_of
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.results.models import Release


@dataclass(frozen=True)
class Comparable:
    """An earlier survey's latest release, and the measures that mean the same then and now."""

    release_id: int
    survey: Survey
    measures: frozenset[str]


def comparable_releases(session: Session, survey: Survey) -> list[Comparable]:
    """Earlier released surveys of the same series, newest first, with at least one comparable measure."""
    latest = (
        select(Release.survey_id, func.max(Release.number).label("number"))
        .group_by(Release.survey_id)
        .subquery()
    )
    earlier = session.execute(
        select(Release.id, Survey)
        .join(Survey, Release.survey_id == Survey.id)
        .join(latest, (latest.c.survey_id == Release.survey_id) & (latest.c.number == Release.number))
        .where(
            Survey.series_id == survey.series_id,
            Survey.status == SurveyStatus.RELEASED,
            Survey.opens_on < survey.opens_on,
        )
        .order_by(Survey.opens_on.desc(), Survey.id.desc())
        .options(joinedload(Survey.instrument))
    ).all()
    current = questionnaire_of(survey.instrument)
    found = [
        Comparable(
            release_id, other, comparable_measures(current, other.instrument.key, other.instrument.version)
        )
        for release_id, other in earlier
    ]
    return [comparable for comparable in found if comparable.measures]


def comparable_measures(questionnaire: Questionnaire, key: str, version: int) -> frozenset[str]:
    """The questionnaire's factors that may be compared with those of another version, by the definitions' word.

    All of them for the same version; otherwise only what `compares_with` names.
    """
    own = frozenset(factor.key for factor in questionnaire.factors)
    if (questionnaire.key, questionnaire.version) == (key, version):
        return own
    named = [
        other.factors for other in questionnaire.compares_with if (other.key, other.version) == (key, version)
    ]
    return own & frozenset(chain.from_iterable(named))
