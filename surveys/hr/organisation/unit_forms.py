"""What HR fills in to make, rename, move and end a unit."""

from collections.abc import Iterable

from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from surveys.hr.forms import DayField
from surveys.organisation.models import Unit
from surveys.platform.texts import _, _l

_NAME = _l("Skriv navnet på enheten.")
_FIRST_DAY = _l("Skriv første dag, for eksempel 20.03.2026.")
_LAST_DAY = _l("Skriv siste dag, for eksempel 20.03.2026.")
_FROM = _l("Fra hvilken dag?")
_NOT_LATER = _l("I dag eller tidligere. Undersøkelser som åpnet før dagen, viser enheten slik den var da.")
_DAY = _l("Skriv en dato, for eksempel 20.03.2026.")


class _NameAndType(FlaskForm):
    name = StringField(_l("Navn"), validators=[InputRequired(_NAME), Length(max=200)])
    type = StringField(_l("Type, for eksempel skole (kan stå tom)"), validators=[Length(max=80)])


class RenameForm(_NameAndType):
    from_day = DayField(_FROM, _DAY, validators=[InputRequired(_DAY)], description=_NOT_LATER)


class CreateForm(_NameAndType):
    code = StringField(
        _l("Kode"), validators=[InputRequired(_l("Skriv koden enheten har i de andre systemene deres."))]
    )
    day = DayField(_l("Første dag"), _FIRST_DAY, validators=[InputRequired(_FIRST_DAY)])


class MoveForm(FlaskForm):
    parent = SelectField(
        _l("Hvor skal den ligge?"),
        validators=[InputRequired(_l("Velg hvor enheten skal ligge."))],
        validate_choice=False,
    )
    from_day = DayField(_FROM, _DAY, validators=[InputRequired(_DAY)], description=_NOT_LATER)


class MovePeopleForm(FlaskForm):
    to = SelectField(
        _l("Hvilken enhet skal de til?"),
        validators=[InputRequired(_l("Velg enheten de skal til."))],
        validate_choice=False,
    )
    along = BooleanField(_l("Flytt også invitasjonene til undersøkelser som er åpne"))


class EndForm(FlaskForm):
    day = DayField(_l("Siste dag"), _LAST_DAY, validators=[InputRequired(_LAST_DAY)])


class ReopenForm(FlaskForm):
    """Nothing to fill in: only what it means."""


def choices_beside(units: Iterable[Unit], unit: Unit) -> list[tuple[str, str]]:
    """The other units by code, after an empty choice: where this one, or its people, may go."""
    others = ((each.code, f"{each.name} ({each.code})") for each in units if each.id != unit.id)
    return [("", _("Velg en enhet")), *others]
