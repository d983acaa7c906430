"""The steps that replace a release by a corrected one: seeing what it does, and making it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import Survey
from surveys.hr.steps.step import LongRun, StepRequest, SurveyStep
from surveys.platform.database import Database
from surveys.platform.texts import _, _l
from surveys.platform.typed_data import from_stored, to_stored
from surveys.publishing.correcting import (
    Correction,
    CorrectionNotAgreedError,
    correct_release,
    preview_correction,
)
from surveys.publishing.correction_preview import CorrectionPreview
from surveys.release.models import Release, StoredPreview


@dataclass(frozen=True)
class AskedCorrection(Correction):
    """What HR filled in, as a `LongStep` stores it. number: of the release she was looking at.

    agreed: the digest of the preview she confirmed; None before she has seen one.
    """

    number: int
    agreed: str | None = None


@dataclass(frozen=True)
class PreviewedCorrection:
    """What HR asked for, and what it would do."""

    asked: AskedCorrection
    preview: CorrectionPreview


def kept_preview(session: Session, survey: Survey) -> PreviewedCorrection | None:
    """What the job worker found out last; None when it was not asked, or there is another release since."""
    found = session.get(StoredPreview, survey.id)
    if found is None or found.basis != _basis(_latest(session, survey)):
        return None
    return from_stored(PreviewedCorrection, found.content)


def _keep(db: Database, survey_key: str, asked: AskedCorrection, preview: CorrectionPreview) -> None:
    content = to_stored(PreviewedCorrection(asked, preview))
    with db.transaction() as session:
        survey = find_survey(session, survey_key)
        session.merge(StoredPreview(survey_id=survey.id, basis=_basis(preview.number), content=content))


def _basis(number: int) -> str:
    return f"correction of {number}"


def _latest(session: Session, survey: Survey) -> int:
    """The number of the last release; 0 when there is none."""
    return session.scalar(select(func.max(Release.number)).where(Release.survey_id == survey.id)) or 0


def _preview(request: StepRequest) -> str:
    asked = from_stored(AskedCorrection, request.details)
    found = preview_correction(request.db, request.survey_key, asked, request.progress)
    _keep(request.db, request.survey_key, asked, found)
    return _("Det er regnet ut hva rettelsen gjør.")


def _correct(request: StepRequest) -> str:
    asked = from_stored(AskedCorrection, request.details)
    try:
        correct_release(request.db, request.survey_key, asked, request.progress, asked.agreed)
    except CorrectionNotAgreedError as error:
        _keep(request.db, request.survey_key, asked, error.preview)
        raise
    return _("Tallene er rettet. Alle som leser dem, ser at de er rettet, og hvorfor.")


def _is_taken(session: Session, survey: Survey, details: Mapping[str, Any]) -> bool:
    return _latest(session, survey) != from_stored(AskedCorrection, details).number


PREVIEW_CORRECTION: Final = SurveyStep(
    name="preview_correction",
    label=_l("Se hva rettelsen gjør"),
    take=_preview,
    long=LongRun(_l("Medvirk regner ut hva rettelsen gjør. Ingenting blir frigitt."), _is_taken),
)

CORRECT: Final = SurveyStep(
    name="correct",
    label=_l("Rett tallene"),
    take=_correct,
    long=LongRun(
        _l("Medvirk regner ut rettelsen og kontrollerer at den ikke røper noen."), _is_taken, made_twice=True
    ),
)
