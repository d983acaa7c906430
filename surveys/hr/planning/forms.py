"""The forms for a later deadline and for whom a survey asks."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectMultipleField
from wtforms.validators import InputRequired, ValidationError

from surveys.campaigns.planning import is_unusually_long
from surveys.campaigns.scope import Scope
from surveys.hr.forms import DayField, doubt_about_days, sure_of_days_box
from surveys.organisation.models import Unit
from surveys.organisation.tree import in_order
from surveys.platform.localisation import alphabetical
from surveys.platform.texts import _l

_CLOSES = _l("Skriv siste svardag, for eksempel 20.03.2026.")


class DeadlineForm(FlaskForm):
    closes_on = DayField(_l("Ny siste svardag"), _CLOSES, validators=[InputRequired(_CLOSES)])
    sure_of_days = sure_of_days_box()

    def __init__(self, opens_on: dt.date) -> None:
        super().__init__()
        self._opens_on = opens_on

    def validate_closes_on(self, field: Any) -> None:
        if self.asks_about_days and not self.sure_of_days.data:
            raise ValidationError(doubt_about_days(self._opens_on, field.data))

    @property
    def asks_about_days(self) -> bool:
        """A deadline cannot be moved back, so HR is asked about one that is far away."""
        return bool(self.closes_on.data and is_unusually_long(self._opens_on, self.closes_on.data))


class _Choices(SelectMultipleField):
    """Tick boxes. A value that is not on offer is a fault in the page's language."""

    def __init__(self, label: object, **settings: Any) -> None:
        super().__init__(label, validators=[self._offered], validate_choice=False, **settings)

    def _offered(self, _form: object, field: Any) -> None:
        if not set(field.data or ()) <= {value for value, *_text in field.choices}:
            raise ValidationError(_l("Velg blant dem som står på siden."))


class ScopeForm(FlaskForm):
    """Choices are (value, name, depth in the tree)."""

    leaders_only = BooleanField(_l("Bare ledere"))
    only = _Choices(_l("Bare disse enhetene, med alt under dem"))
    types = _Choices(_l("Bare disse enhetstypene"))
    excluded = _Choices(_l("Ikke disse enhetene, og ingenting under dem"))
    pilot = _Choices(_l("Inviter disse enhetene først, som en pilot"))

    def fill(self, units: Mapping[int, Unit], scope: Scope, *, filled_in: bool) -> None:
        """The choices on offer, and what is chosen now unless a form was `filled_in`."""
        tree = in_order((unit.id, unit.parent_id, unit.name, unit.type) for unit in units.values())
        offered = [(str(node.unit_id), node.name, min(node.depth, 5)) for node in tree]
        for field in self.unit_fields():
            field.choices = offered
        types: Iterable[str] = {unit.type for unit in units.values() if unit.type}
        self.types.choices = [(each, each, 0) for each in sorted(types, key=alphabetical)]
        if not filled_in:
            self.leaders_only.data = scope.leaders_only
            self.types.data = sorted(scope.types)
            for field, ids in zip(self.unit_fields(), (scope.only, scope.excluded, scope.pilot), strict=True):
                field.data = [str(unit_id) for unit_id in ids]

    def unit_fields(self) -> tuple[Any, Any, Any]:
        return self.only, self.excluded, self.pilot

    @property
    def scope(self) -> Scope:
        """What a valid form says."""
        only, excluded, pilot = (frozenset(map(int, field.data or ())) for field in self.unit_fields())
        return Scope(only, excluded, frozenset(self.types.data or ()), self.leaders_only.data, pilot)
