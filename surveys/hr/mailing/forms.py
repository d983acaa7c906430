"""Forms for the plan of reminders, a corrected address, a code to replace, and HR's own opening paragraphs."""

from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from surveys.campaigns.failed_mails import FailedMail
from surveys.campaigns.models import MessageKind, Survey
from surveys.campaigns.own_openings import fault_in
from surveys.campaigns.reminder_plan import FEWEST_DAYS_BETWEEN, ReminderPlan
from surveys.platform.fault_links import naming
from surveys.platform.texts import _l

_DAYS = _l("Skriv et helt tall som er 3 eller høyere, eller la feltet stå tomt.")


_WHOSE = _l("Velg hvem det gjelder.")


class _DaysField(IntegerField):
    """A number of days whose fault is told in the page's language."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([value for value in valuelist if value.strip()])
        except ValueError:
            raise ValueError(_DAYS) from None


class ReminderPlanForm(FlaskForm):
    """Days after each person's own invitation. Both empty: nothing is sent by itself."""

    first = _DaysField(
        _l("Første påminnelse, dager etter invitasjonen"),
        validators=[Optional(), NumberRange(FEWEST_DAYS_BETWEEN, 365, _DAYS)],
    )
    second = _DaysField(
        _l("Andre påminnelse, dager etter invitasjonen"),
        validators=[Optional(), NumberRange(FEWEST_DAYS_BETWEEN, 365, _DAYS)],
    )

    def validate_second(self, field: Any) -> None:
        if field.data is None:
            return
        if self.first.data is None:
            raise ValidationError(_l("Fyll inn den første påminnelsen også."))
        if field.data < self.first.data + FEWEST_DAYS_BETWEEN:
            raise ValidationError(_l("Det må gå minst tre dager mellom påminnelsene."))

    def plan(self) -> ReminderPlan:
        return ReminderPlan(self.first.data, self.second.data)


class AddressForm(FlaskForm):
    """The right address of somebody whose mail did not arrive."""

    invitation = HiddenField(validators=[InputRequired(_WHOSE)])
    email = StringField(_l("Riktig e-postadresse"), validators=[InputRequired(_l("Skriv adressen."))])


class PhoneForm(FlaskForm):
    """The right number of somebody whose SMS did not arrive."""

    invitation = HiddenField(validators=[InputRequired(_WHOSE)])
    phone = StringField(_l("Riktig mobilnummer"), validators=[InputRequired(_l("Skriv mobilnummeret."))])


def faults_typed(failures: Iterable[FailedMail], typed: AddressForm | PhoneForm) -> list[tuple[str, str]]:
    """(id of the field, message with the person's name) for what was typed wrong of somebody in the list."""
    kind, errors = (
        ("adresse", typed.email.errors) if isinstance(typed, AddressForm) else ("nummer", typed.phone.errors)
    )
    return [
        (f"{kind}-{each.invitation_id}", naming(str(errors[0]), each.name or each.phone or each.email))
        for each in failures
        if errors and typed.invitation.data == str(each.invitation_id)
    ]


class ReplaceCodeForm(FlaskForm):
    """Whose code is withdrawn and replaced."""

    person = StringField(
        _l("Ansattnummer, e-postadresse eller mobilnummer"),
        validators=[InputRequired(_l("Skriv ansattnummeret, e-postadressen eller mobilnummeret."))],
    )


def _usable(_form: object, field: Any) -> None:
    if fault := fault_in(field.data or ""):
        raise ValidationError(fault)


class OpeningsForm(FlaskForm):
    """HR's own opening paragraph of each mail in each language; an empty one is Medvirk's."""

    invitation_nb = TextAreaField(_l("Invitasjon på bokmål"), validators=[_usable])
    invitation_nn = TextAreaField(_l("Invitasjon på nynorsk"), validators=[_usable])
    invitation_en = TextAreaField(_l("Invitasjon på engelsk"), validators=[_usable])
    reminder_nb = TextAreaField(_l("Påminnelse på bokmål"), validators=[_usable])
    reminder_nn = TextAreaField(_l("Påminnelse på nynorsk"), validators=[_usable])
    reminder_en = TextAreaField(_l("Påminnelse på engelsk"), validators=[_usable])

    def show(self, survey: Survey) -> None:
        """Fills the fields with what is stored."""
        for kind, stored in (
            ("invitation", survey.invitation_opening),
            ("reminder", survey.reminder_opening),
        ):
            for code in ("nb", "nn", "en"):
                self[f"{kind}_{code}"].data = stored.get(code, "")

    def openings(self, kind: MessageKind) -> dict[str, str]:
        """Language → paragraph, for those that were written."""
        given = {code: (self[f"{kind}_{code}"].data or "").strip() for code in ("nb", "nn", "en")}
        return {code: " ".join(text.split()) for code, text in given.items() if text}
