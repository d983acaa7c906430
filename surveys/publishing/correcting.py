"""A correction of a release: why, and what is changed. The old figures stay as they are."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey
from surveys.campaigns.repicturing import picture_as_now
from surveys.platform.database import Database

if TYPE_CHECKING:
    from surveys.publishing.opening_ballots import Progress


@dataclass(frozen=True)
class Correction:
    """why: for every reader. as_now: picture units as the organisation now says they were.

    minimum_group: None: as it is.
    """

    why: str
    as_now: bool
    minimum_group: int | None


def correct_release(
    db: Database, survey_key: str, wanted: Correction, progress: "Progress | None" = None
) -> int:
    """The number of the new release. Raises CorrectionError, ReleaseRefusedError or SurveyError; nothing is changed."""
    from surveys.publishing.releasing import correct

    def change(session: Session, survey: Survey) -> None:
        if wanted.as_now:
            picture_as_now(session, survey)
        if wanted.minimum_group is not None:
            survey.minimum_group = wanted.minimum_group

    return correct(db, survey_key, wanted.why, change=change, progress=progress)
