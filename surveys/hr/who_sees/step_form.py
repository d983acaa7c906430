"""The form for who answers for each step, and for the decision that a result is public."""

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from surveys.campaigns.models import ReaderGroup, Survey
from surveys.campaigns.step_details import StepDetails
from surveys.hr.forms import DayField, well_encoded
from surveys.platform.clock import municipal_day
from surveys.platform.texts import _l

_LONGEST = 200


def _who(label: object) -> StringField:
    return StringField(label, validators=[Length(max=_LONGEST), well_encoded])


class StepDetailsForm(FlaskForm):
    responsible_leaders = _who(_l("Ansvarlig for at lederne får resultatet"))
    responsible_staff = _who(_l("Ansvarlig for at de ansatte får resultatet"))
    responsible_representatives = _who(_l("Ansvarlig for at tillitsvalgte og verneombud får resultatet"))
    responsible_politicians = _who(_l("Ansvarlig for at politikerne får resultatet"))
    responsible_public = _who(_l("Ansvarlig for at resultatet blir offentlig"))
    decided_by = _who(_l("Hvem bestemte at resultatet er offentlig?"))
    decided_on = DayField(_l("Når ble det bestemt?"))
    withheld = TextAreaField(
        _l("Er noe unntatt fra offentlighet? Skriv hva, og paragrafen i offentleglova"),
        validators=[Length(max=_LONGEST), well_encoded],
    )

    def validate_decided_by(self, field: Any) -> None:
        if self.decided_on.data and not (field.data or "").strip():
            raise ValidationError(_l("Skriv hvem som bestemte det."))

    def validate_decided_on(self, field: Any) -> None:
        if (self.decided_by.data or "").strip() and not field.data:
            raise ValidationError(_l("Skriv datoen det ble bestemt."))
        if field.data and field.data > municipal_day():
            raise ValidationError(_l("Datoen kan ikke være fram i tid."))

    def validate_withheld(self, field: Any) -> None:
        if (field.data or "").strip() and "§" not in field.data:
            raise ValidationError(_l("Skriv paragrafen også, for eksempel «offentleglova § 13»."))

    def details(self) -> Mapping[ReaderGroup, StepDetails]:
        return {readers: self._details(readers) for readers in ReaderGroup}

    def _details(self, readers: ReaderGroup) -> StepDetails:
        responsible = _typed(self[f"responsible_{readers.value}"])
        if readers != ReaderGroup.PUBLIC:
            return StepDetails(responsible)
        return StepDetails(responsible, _typed(self.decided_by), self.decided_on.data, _typed(self.withheld))


def _typed(field: Any) -> str:
    return (field.data or "").strip()


def stored_values(survey: Survey) -> dict[str, Any]:
    """Field → value, for the survey as it is."""
    values: dict[str, Any] = {}
    for step in survey.visibility:
        values[f"responsible_{step.readers.value}"] = step.responsible
        if step.readers == ReaderGroup.PUBLIC:
            values |= {
                "decided_by": step.decided_by,
                "decided_on": step.decided_on,
                "withheld": step.withheld,
            }
    return values
