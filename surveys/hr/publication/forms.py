"""What HR fills in to correct a release."""

from typing import Final

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, IntegerField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from surveys.hr.publication.raised_minimum import RaisedMinimum
from surveys.hr.steps.correcting import AskedCorrection
from surveys.platform.texts import _l

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
    as_now = BooleanField(_l("Rett navn og plass etter organisasjonen slik den var da undersøkelsen åpnet"))
    minimum_group = IntegerField(
        _l("Minste gruppe"),
        validators=[Optional(), NumberRange(min=3, message=_l("Minste gruppe kan ikke være under %(min)d."))],
    )
    sure_of_group = HiddenField()
    """The minimum group that HR has said is right, once asked."""
    number = HiddenField()

    asks_about_group = False

    def is_refused(self, raised: RaisedMinimum | None) -> bool:
        """Whether HR is asked about the minimum group, or told that it cannot be so high; then the field says so."""
        if raised is None or (self.sure_of_group.data == str(raised.least) and not raised.hides_all):
            return False
        self.asks_about_group = not raised.hides_all
        self.minimum_group.errors = [*self.minimum_group.errors, raised.question()]
        return True

    def correction(self, number: int) -> AskedCorrection:
        """What a valid form asks for, of the release with this number."""
        return AskedCorrection(str(self.why.data), bool(self.as_now.data), self.minimum_group.data, number)
