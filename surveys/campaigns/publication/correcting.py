"""HR corrects a release: why, and what is changed. The old figures stay as they are."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import BooleanField, HiddenField, IntegerField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from surveys.campaigns.models import Survey
from surveys.campaigns.publication.repicturing import picture_as_now
from surveys.database import Database

if TYPE_CHECKING:
    from surveys.results.counting import Progress

LONGEST_REASON: Final = 500
"""Characters: every reader sees it above the figures."""


class CorrectionForm(FlaskForm):
    """`number` is the release the reader was looking at: sending the form twice corrects once."""

    why = TextAreaField(
        _l("Hvorfor rettes tallene?"),
        validators=[
            DataRequired(_l("Skriv hvorfor tallene rettes. Alle som leser dem, ser grunnen.")),
            Length(max=LONGEST_REASON, message=_l("Kort ned teksten. Den kan være på høyst %(max)d tegn.")),
        ],
    )
    as_now = BooleanField(_l("Bruk enhetenes navn og plass slik de er i organisasjonen nå"))
    minimum_group = IntegerField(
        _l("Minste gruppe"),
        validators=[Optional(), NumberRange(min=3, message=_l("Minste gruppe kan ikke være under %(min)d."))],
    )
    number = HiddenField()

    def correction(self) -> "Correction":
        """What a valid form asks for."""
        return Correction(str(self.why.data), bool(self.as_now.data), self.minimum_group.data)


@dataclass(frozen=True)
class Correction:
    """why: for every reader. as_now: picture units as the organisation is now. minimum_group: None: as it is."""

    why: str
    as_now: bool
    minimum_group: int | None


def correct_release(
    db: Database, survey_key: str, wanted: Correction, progress: "Progress | None" = None
) -> int:
    """The number of the new release. Raises CorrectionError, ReleaseRefusedError or SurveyError; nothing is changed."""
    from surveys.results.release import correct

    def change(session: Session, survey: Survey) -> None:
        if wanted.as_now:
            picture_as_now(session, survey)
        if wanted.minimum_group is not None:
            survey.minimum_group = wanted.minimum_group

    return correct(db, survey_key, wanted.why, change=change, progress=progress)
