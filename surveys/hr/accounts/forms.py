"""What HR fills in about accounts and roles."""

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from surveys.access.administering import Period
from surveys.hr.forms import DayField
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

    def period(self) -> Period:
        """Raises AccountError when it ends before it begins."""
        return Period(self.from_day.data, self.to_day.data)


class RoleForm(PeriodForm):
    role = SelectField(_l("Rolle"), validators=[InputRequired(_PICK)], validate_choice=False)
    unit = SelectField(
        _l("For enheten og alt under den"), validators=[InputRequired(_PICK)], validate_choice=False
    )


class DeputyForm(PeriodForm):
    grant = SelectField(_l("Hvilken rolle"), validators=[InputRequired(_PICK)], validate_choice=False)
    account = SelectField(
        _l("Hvem er stedfortreder"), validators=[InputRequired(_PICK)], validate_choice=False
    )
    to_day = DayField(_l("Siste dag"), validators=[InputRequired(_l("En stedfortreder må ha en siste dag."))])
