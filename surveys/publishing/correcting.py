"""A correction of a release: why, and what is changed. The old figures stay as they are.

Its preview is the correction itself, made and undone in one transaction: figures, protection, audit and cards are the
same, and nothing is written.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import Survey
from surveys.campaigns.repicturing import differences, picture_as_now
from surveys.platform.database import Database
from surveys.platform.texts import _
from surveys.publishing.correction_preview import CorrectionPreview

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


class CorrectionNotAgreedError(SurveyError):
    """The correction does something else than was shown before it was confirmed: preview. Nothing is written."""

    def __init__(self, preview: CorrectionPreview) -> None:
        self.preview = preview
        super().__init__(
            _(
                "Rettelsen er ikke gjort, for noe er endret siden du så hva den gjør. Se på den og bekreft igjen."
            )
        )


Agreement = Callable[[CorrectionPreview], bool]
"""Whether a correction that does this may be kept."""


def correct_release(
    db: Database,
    survey_key: str,
    wanted: Correction,
    progress: "Progress | None" = None,
    agreed: str | None = None,
) -> int:
    """The number of the new release. agreed: the digest of the preview that was confirmed; None: none was asked for.

    Raises CorrectionError, ReleaseRefusedError, CorrectionNotAgreedError or SurveyError; nothing is changed.
    """
    return _correct(db, survey_key, wanted, progress, lambda found: agreed in {None, found.digest})


def preview_correction(
    db: Database, survey_key: str, wanted: Correction, progress: "Progress | None" = None
) -> CorrectionPreview:
    """What the correction would do. Raises what the correction would raise, but CorrectionNotAgreedError.

    Takes as long as the correction, and holds the same locks.
    """
    seen: list[CorrectionPreview] = []

    def look(found: CorrectionPreview) -> bool:
        seen.append(found)
        return False

    with suppress(CorrectionNotAgreedError):
        _correct(db, survey_key, wanted, progress, look)
    return seen[0]


def _correct(
    db: Database,
    survey_key: str,
    wanted: Correction,
    progress: "Progress | None",
    agrees: Agreement,
) -> int:
    from surveys.publishing.releasing import correct

    attempt = _Attempt(wanted, agrees)
    return correct(db, survey_key, wanted.why, None, progress, attempt.change, attempt.agree)


class _Attempt:
    """A correction in its transaction: what is changed first, how things were, and what it comes to."""

    def __init__(self, wanted: Correction, agrees: Agreement) -> None:
        self._wanted, self._agrees = wanted, agrees

    def change(self, session: Session, survey: Survey) -> None:
        # Pages load this module, and no page needs the library for numbers behind the other.
        from surveys.publishing.previewing_correction import SurveyPicture

        self._before = SurveyPicture.of(survey)
        self._moved = differences(session, survey) if self._wanted.as_now else []
        if self._moved:
            picture_as_now(session, survey)
        if self._wanted.minimum_group is not None:
            survey.minimum_group = self._wanted.minimum_group

    def agree(self, session: Session, survey: Survey, number: int) -> None:
        from surveys.publishing.previewing_correction import correction_preview

        found = correction_preview(session, survey, number, self._before, self._moved)
        if not self._agrees(found):
            raise CorrectionNotAgreedError(found)
