"""The step that replaces a release by a corrected one. HR fills in why on the page «Frigivelse»."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey
from surveys.hr.steps.step import LongRun, StepRequest, SurveyStep
from surveys.platform.texts import _, _l
from surveys.platform.typed_data import from_stored
from surveys.publishing.correcting import Correction, correct_release
from surveys.release.models import Release


@dataclass(frozen=True)
class AskedCorrection(Correction):
    """What HR filled in, as a `LongStep` stores it. number: of the release she was looking at."""

    number: int


def _correct(request: StepRequest) -> str:
    asked = from_stored(AskedCorrection, request.details)
    correct_release(request.db, request.survey_key, asked, request.progress)
    return _("Tallene er rettet. Alle som leser dem, ser at de er rettet, og hvorfor.")


def _is_taken(session: Session, survey: Survey, details: Mapping[str, Any]) -> bool:
    latest = session.scalar(select(func.max(Release.number)).where(Release.survey_id == survey.id))
    return latest != from_stored(AskedCorrection, details).number


CORRECT: Final = SurveyStep(
    name="correct",
    label=_l("Frigi rettelsen"),
    take=_correct,
    long=LongRun(
        _l("Medvirk regner ut rettelsen og kontrollerer at den ikke røper noen."), _is_taken, made_twice=True
    ),
)
