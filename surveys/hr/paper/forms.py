"""HR's forms for codes on paper and for the public link."""

import secrets
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange, ValidationError

from surveys.campaigns.models import Survey
from surveys.campaigns.scope import asked_units
from surveys.hr.paper.sheets import MOST_LOOSE_CODES
from surveys.organisation.tree import in_order
from surveys.platform.localisation import LANGUAGES
from surveys.platform.texts import _l

_INDENT = "\N{EM SPACE}"
_NUMBER = _l("Skriv et helt tall fra 1 til %(most)s.", most=MOST_LOOSE_CODES)
_NOT_OFFERED = _l("Velg en av dem som står i listen.")


def _offered(_form: object, field: Any) -> None:
    if field.data not in {value for value, _text in field.choices}:
        raise ValidationError(_NOT_OFFERED)


class LettersForm(FlaskForm):
    """Which letters to print: the unit and everything below it."""

    unit = SelectField(_l("Enhet"), validators=[_offered], validate_choice=False)


class LooseCodesForm(FlaskForm):
    """A number of codes for one unit. `batch` makes sending the form twice harmless."""

    loose_unit = SelectField(_l("Enhet kodene skal gjelde for"), validators=[_offered], validate_choice=False)
    count = IntegerField(
        _l("Hvor mange"),
        default=20,
        validators=[InputRequired(_NUMBER), NumberRange(1, MOST_LOOSE_CODES, _NUMBER)],
    )
    code_language = SelectField(_l("Språk på kortene"), validators=[_offered], validate_choice=False)
    batch = HiddenField(default=lambda: secrets.token_hex(16))

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.code_language.choices = list(LANGUAGES.items())


class PublicLinkForm(FlaskForm):
    """Where those who come by the link may answer."""

    places = SelectMultipleField(_l("Enheter de som svarer, kan velge mellom"), validate_choice=False)


def unit_choices(survey: Survey) -> list[tuple[str, str]]:
    """The survey's tree as choices, the top first, each level further in."""
    nodes = in_order((unit.unit_id, unit.parent_id, unit.name, unit.type) for unit in survey.units)
    return [(str(node.unit_id), _INDENT * node.depth + node.name) for node in nodes]


def asked_unit_choices(survey: Survey) -> list[tuple[str, str]]:
    """As `unit_choices`, without units outside the survey's scope: nobody may answer for them."""
    asked = {str(unit_id) for unit_id in asked_units(survey)}
    return [choice for choice in unit_choices(survey) if choice[0] in asked]
