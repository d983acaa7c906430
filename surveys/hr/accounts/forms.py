"""What HR fills in about accounts and roles."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from surveys.access.administering import ENDS_TOO_EARLY, Period
from surveys.access.models import Role
from surveys.hr.forms import DayField
from surveys.organisation.models import Unit
from surveys.platform import database
from surveys.platform.texts import _l

_PICK = _l("Velg fra listen.")


class AccountForm(FlaskForm):
    """A new account, or a correction of one."""

    name = StringField(_l("Navn"), validators=[InputRequired(_l("Skriv navnet.")), Length(max=120)])
    email = StringField(_l("E-postadresse"), validators=[Length(max=254)])


class NewAccountForm(AccountForm):
    username = StringField(
        _l("Brukernavn"), validators=[InputRequired(_l("Skriv et brukernavn.")), Length(max=120)]
    )


class PeriodForm(FlaskForm):
    from_day = DayField(_l("Første dag (kan stå tom)"), validators=[Optional()])
    to_day = DayField(_l("Siste dag (kan stå tom)"), validators=[Optional()])

    def validate_to_day(self, field: DayField) -> None:
        if self.from_day.data and field.data and field.data < self.from_day.data:
            raise ValidationError(ENDS_TOO_EARLY)

    def period(self) -> Period:
        """Raises AccountError when it ends before it begins."""
        return Period(self.from_day.data, self.to_day.data)


def _a_role(_form: object, field: Any) -> None:
    if field.data not in {role.value for role in Role}:
        raise ValidationError(_PICK)


def _a_unit(_form: object, field: Any) -> None:
    if not field.data.isdecimal() or database.session().get(Unit, int(field.data)) is None:
        raise ValidationError(_PICK)


class RoleForm(PeriodForm):
    """Which role on which unit. Whether she may give it is decided where it is given."""

    role = SelectField(_l("Rolle"), validators=[InputRequired(_PICK), _a_role], validate_choice=False)
    unit = SelectField(
        _l("For enheten og alt under den"), validators=[InputRequired(_PICK), _a_unit], validate_choice=False
    )


class DeputyForm(PeriodForm):
    grant = SelectField(_l("Hvilken rolle"), validators=[InputRequired(_PICK)], validate_choice=False)
    account = SelectField(
        _l("Hvem er stedfortreder"), validators=[InputRequired(_PICK)], validate_choice=False
    )
    to_day = DayField(_l("Siste dag"), validators=[InputRequired(_l("En stedfortreder må ha en siste dag."))])
