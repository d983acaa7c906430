"""Forms for who opens the ballot box, for a holder's passphrase, and for the words on paper."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import EqualTo, InputRequired, Length, ValidationError

from surveys.campaigns.ballot_box import HolderOffice
from surveys.campaigns.key_holders import LEAST_REASON
from surveys.platform.texts import _l

ONE, TWO = "en", "to"


def _offered(form: Any, field: Any) -> None:
    if field.name != "opened_by" and form.opened_by.data != TWO:
        return
    if field.data not in {value for value, _text in field.choices}:
        raise ValidationError(_l("Velg blant dem som står på siden."))


class HoldersForm(FlaskForm):
    """Choices of accounts are (id, name)."""

    opened_by = SelectField(
        _l("Hvem kan åpne urnen?"),
        validators=[_offered],
        validate_choice=False,
    )
    hr = SelectField(_l("Nøkkelholder fra HR"), validators=[_offered], validate_choice=False)
    representative = SelectField(
        _l("Nøkkelholder fra de ansatte"), validators=[_offered], validate_choice=False
    )
    office = SelectField(_l("Hva nøkkelholderen er"), validators=[_offered], validate_choice=False)
    reason = StringField(_l("Hvorfor HR skal kunne åpne alene"), validators=[Length(max=300)])

    def validate_reason(self, field: Any) -> None:
        if self.opened_by.data == ONE and len(" ".join((field.data or "").split())) < LEAST_REASON:
            raise ValidationError(
                _l("Skriv en begrunnelse, for eksempel «Vi har ingen tillitsvalgt for alle ennå».")
            )


OPENED_BY = ((TWO, _l("To må åpne sammen (vanlig)")), (ONE, _l("HR kan åpne alene")))

OFFICES = (
    (HolderOffice.CHIEF_REPRESENTATIVE.value, _l("Hovedtillitsvalgt")),
    (HolderOffice.REPRESENTATIVE.value, _l("Tillitsvalgt")),
    (HolderOffice.CHIEF_SAFETY_REPRESENTATIVE.value, _l("Hovedverneombud")),
)


class PassphraseForm(FlaskForm):
    passphrase = PasswordField(_l("Nøkkelordene dine"), validators=[InputRequired(_l("Skriv nøkkelordene."))])
    again = PasswordField(
        _l("Nøkkelordene en gang til"),
        validators=[EqualTo("passphrase", _l("De to feltene er ikke like. Skriv nøkkelordene på nytt."))],
    )


class OpeningForm(FlaskForm):
    passphrase = PasswordField(_l("Nøkkelordene dine"), validators=[InputRequired(_l("Skriv nøkkelordene."))])


class ReserveForm(FlaskForm):
    words = TextAreaField(_l("Ordene på arket"), validators=[InputRequired(_l("Skriv ordene fra arket."))])
