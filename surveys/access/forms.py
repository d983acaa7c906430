"""Forms for signing in and for choosing a password."""

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from surveys.platform.texts import _l


class SignInForm(FlaskForm):
    username = StringField(
        _l("Brukernavn"), validators=[InputRequired(_l("Skriv brukernavnet ditt.")), Length(max=120)]
    )
    password = PasswordField(_l("Passord"), validators=[InputRequired(_l("Skriv passordet ditt."))])


class ForgottenForm(FlaskForm):
    username = StringField(
        _l("Brukernavn"), validators=[InputRequired(_l("Skriv brukernavnet ditt.")), Length(max=120)]
    )


class ChoosePasswordForm(FlaskForm):
    password = PasswordField(_l("Nytt passord"), validators=[InputRequired(_l("Skriv et nytt passord."))])
    again = PasswordField(
        _l("Det samme passordet én gang til"),
        validators=[
            InputRequired(_l("Skriv det samme passordet én gang til.")),
            EqualTo("password", _l("De to passordene er ikke like. Skriv dem på nytt.")),
        ],
    )


class ChangePasswordForm(ChoosePasswordForm):
    current = PasswordField(
        _l("Passordet du har nå"), validators=[InputRequired(_l("Skriv passordet du har nå."))]
    )
