"""Forms for signing in."""

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from surveys.platform.texts import _l


class SignInForm(FlaskForm):
    username = StringField(_l("Brukernavn"), validators=[InputRequired(_l("Skriv brukernavnet ditt."))])
    password = PasswordField(_l("Passord"), validators=[InputRequired(_l("Skriv passordet ditt."))])
