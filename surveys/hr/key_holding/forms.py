"""Forms for who opens the ballot box, for a holder's passphrase, and for the words on paper."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectField, TextAreaField
from wtforms.validators import EqualTo, InputRequired, ValidationError

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


OPENED_BY = ((TWO, _l("To må åpne sammen")), (ONE, _l("HR kan åpne alene")))


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
