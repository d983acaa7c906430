"""The form that says what a unit came from."""

import datetime as dt
from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import ValidationError

from surveys.platform.days import typed_day
from surveys.platform.texts import _l

_DATE = _l("Skriv en dato, for eksempel 20.03.2026.")
_NEW_UNIT = _l("Velg den nye enheten.")
_OLD_UNIT = _l("Velg den gamle enheten.")

WHOLE = "hele"
PART = "del"
SHARES = {
    WHOLE: _l("Alle gikk over. Enheten fikk ny kode, ble flyttet eller ble slått sammen."),
    PART: _l("Bare en del gikk over. Enheten ble delt."),
}


class SuccessionForm(FlaskForm):
    successor = SelectField(_l("Enheten slik den er nå"), validate_choice=False)
    predecessor = SelectField(_l("Enheten den kommer fra"), validate_choice=False)
    share = StringField(_l("Hva skjedde med enheten den kommer fra?"), default=WHOLE)
    on = StringField(_l("Fra hvilken dag?"))

    def validate_successor(self, field: Any) -> None:
        _check_choice(field, _NEW_UNIT)

    def validate_predecessor(self, field: Any) -> None:
        _check_choice(field, _OLD_UNIT)

    def validate_share(self, field: Any) -> None:
        if field.data not in SHARES:
            raise ValidationError(_l("Velg hva som skjedde."))

    def validate_on(self, field: Any) -> None:
        if typed_day(field.data) is None:
            raise ValidationError(_DATE)

    @property
    def day(self) -> dt.date | None:
        return typed_day(self.on.data)


def _check_choice(field: Any, refusal: object) -> None:
    if not field.data or field.data not in {choice[0] for choice in field.choices}:
        raise ValidationError(refusal)
