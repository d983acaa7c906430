"""The preview of a release: worked out on the spot for small surveys, and kept for the page for larger ones."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey, SurveyStatus
from surveys.platform.database import Database
from surveys.publishing.size import number_of_answers
from surveys.release.models import StoredPreview
from surveys.release.protection.release_preview import ReleasePreview, basis_of

MOST_ON_THE_SPOT: Final = 1_000
"""Answers that a page works out while it is opened: about a tenth of a second for 400 in 15 units."""

MOST_AT_A_STEP: Final = 20_000
"""Answers that are worked out when HR presses a button: about two seconds for 5,000 in 300 units."""


def preview_of(session: Session, survey: Survey) -> ReleasePreview | None:
    """What a release would show and hide; None before counting, and while the worker is at it."""
    if survey.status != SurveyStatus.COUNTED:
        return None
    small = number_of_answers(session, survey) <= MOST_ON_THE_SPOT
    return _preview(session, survey) if small else _stored(session, survey)


def renewed(session: Session, survey: Survey) -> ReleasePreview | None:
    """The preview after a change HR has just made, kept in the caller's transaction if pages need it.

    None for the largest surveys: then the worker is to be asked.
    """
    answers = number_of_answers(session, survey)
    if answers > MOST_AT_A_STEP:
        return None
    preview = _preview(session, survey)
    if answers > MOST_ON_THE_SPOT:
        _keep(session, survey, preview)
    return preview


def compute_previews(db: Database) -> list[str]:
    """Works out and keeps the preview of every counted survey whose pages lack one that holds; their keys."""
    with db.reading() as session:
        counted = session.scalars(select(Survey).where(Survey.status == SurveyStatus.COUNTED)).all()
        lacking = [
            survey.id
            for survey in counted
            if number_of_answers(session, survey) > MOST_ON_THE_SPOT and _stored(session, survey) is None
        ]
    return [_compute(db, survey_id) for survey_id in lacking]


def _preview(session: Session, survey: Survey) -> ReleasePreview:
    """Loads what computes only when something is to be computed: pages that read a kept preview stay light."""
    from surveys.release.protection.previewing_release import preview_release

    return preview_release(session, survey)


def _stored(session: Session, survey: Survey) -> ReleasePreview | None:
    found = session.get(StoredPreview, survey.id)
    if found is None or found.basis != basis_of(session, survey):
        return None
    return ReleasePreview.from_json(found.content)


def _keep(session: Session, survey: Survey, preview: ReleasePreview) -> None:
    basis = basis_of(session, survey)
    session.merge(StoredPreview(survey_id=survey.id, basis=basis, content=preview.as_json()))


def _compute(db: Database, survey_id: int) -> str:
    """Reads first and writes after, so that nobody waits for the write lock meanwhile.

    Kept with the basis it was read by: what was changed meanwhile makes it stale, and it is computed again.
    """
    with db.reading() as session:
        survey = session.get_one(Survey, survey_id)
        key, basis, content = survey.key, basis_of(session, survey), _preview(session, survey).as_json()
    with db.transaction() as session:
        session.merge(StoredPreview(survey_id=survey_id, basis=basis, content=content))
    return key
