"""What HR fills in to correct a release."""

from typing import Final

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, IntegerField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from surveys.hr.steps.correcting import AskedCorrection
from surveys.platform.texts import _, _l
from surveys.release.models import Release

LONGEST_REASON: Final = 500
"""Characters: every reader sees it above the figures."""


class CorrectionForm(FlaskForm):
    """`number` is the release the reader was looking at: sending the form twice corrects once.

    `agreed` is the digest of the preview she has seen: empty until then.
    """

    why = TextAreaField(
        _l("Hvorfor rettes tallene?"),
        validators=[
            DataRequired(_l("Skriv hvorfor tallene rettes. Alle som leser dem, ser grunnen.")),
            Length(max=LONGEST_REASON, message=_l("Kort ned teksten. Den kan være på høyst %(max)d tegn.")),
        ],
    )
    as_now = BooleanField(_l("Rett navn og plass etter organisasjonen slik den var da undersøkelsen åpnet"))
    minimum_group = IntegerField(
        _l("Minste gruppe"),
        validators=[Optional(), NumberRange(min=3, message=_l("Minste gruppe kan ikke være under %(min)d."))],
    )
    number = HiddenField()
    agreed = HiddenField()

    def hides_all(self, highest: int | None) -> bool:
        """Whether the minimum group is higher than every group; then the field says how high it can be."""
        if highest is None or (self.minimum_group.data or 0) <= highest:
            return False
        self.minimum_group.errors = [
            *self.minimum_group.errors,
            _("Da ville ingen tall vært vist. Minste gruppe kan være høyst %(most)s.", most=highest),
        ]
        return True

    def is_made_by(self, release: Release) -> bool:
        """Whether the release is the correction that this form asked for."""
        return release.correction == str(self.why.data or "").strip()

    def correction(self, number: int) -> AskedCorrection:
        """What a valid form asks for, of the release with this number."""
        return AskedCorrection(
            str(self.why.data),
            bool(self.as_now.data),
            self.minimum_group.data,
            number,
            self.agreed.data or None,
        )
