"""The themes that a unit's staff choose among: the survey's factors, in the report's order."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.model import Text
from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.release.measures import measures_of
from surveys.release.models import Figure, FigureKind, FigureStatus, Release


def themes_of(session: Session, survey: Survey, release: Release, unit_id: int) -> Mapping[str, Text]:
    """Factor key → title. Every factor that the unit was asked about, whether or not its figure is shown."""
    not_asked = set(
        session.scalars(
            select(Figure.measure).where(
                Figure.release_id == release.id,
                Figure.unit_id == unit_id,
                Figure.kind == FigureKind.UNIT,
                Figure.status == FigureStatus.NOT_ASKED,
            )
        )
    )
    return {
        measure.factor.key: measure.factor.title
        for measure in measures_of(questionnaire_of(survey.instrument))
        if measure.key not in not_asked
    }
