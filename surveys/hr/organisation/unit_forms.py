"""What HR fills in to make, rename, move and end a unit."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from surveys.hr.forms import DayField
from surveys.platform.texts import _l

_NAME = _l("Skriv navnet på enheten.")
_FROM = _l("Fra hvilken dag?")
_NOT_LATER = _l("I dag eller tidligere. Undersøkelser som åpnet før dagen, viser enheten slik den var da.")
_DAY = _l("Skriv en dato, for eksempel 2026-03-20.")


class _NameAndType(FlaskForm):
    name = StringField(_l("Navn"), validators=[InputRequired(_NAME), Length(max=200)])
    type = StringField(_l("Type, for eksempel skole (kan stå tom)"), validators=[Length(max=80)])


class RenameForm(_NameAndType):
    from_day = DayField(_FROM, validators=[InputRequired(_DAY)], description=_NOT_LATER)


class CreateForm(_NameAndType):
    code = StringField(
        _l("Kode"), validators=[InputRequired(_l("Skriv koden enheten har i de andre systemene deres."))]
    )
    day = DayField(_l("Første dag"), validators=[InputRequired(_DAY)])


class MoveForm(FlaskForm):
    parent = SelectField(
        _l("Hvor skal den ligge?"), validators=[InputRequired(_l("Velg en enhet."))], validate_choice=False
    )
    from_day = DayField(_FROM, validators=[InputRequired(_DAY)], description=_NOT_LATER)


class MovePeopleForm(FlaskForm):
    to = SelectField(
        _l("Hvilken enhet skal de til?"),
        validators=[InputRequired(_l("Velg en enhet."))],
        validate_choice=False,
    )
    along = BooleanField(_l("Flytt også invitasjonene til undersøkelser som er åpne"))


class EndForm(FlaskForm):
    day = DayField(_l("Siste dag"), validators=[InputRequired(_DAY)])


class ReopenForm(FlaskForm):
    """Nothing to fill in: only what it means."""
