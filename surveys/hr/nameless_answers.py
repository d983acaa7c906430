"""The release preview: how many answers of a unit were by personal invitation, and how many by codes or public links.

The units are those that the release will tell the same of, so that the two together say no more than one of them.
"""

from dataclasses import dataclass

from surveys.campaigns.models import Survey
from surveys.release.protection.release_preview import ReleasePreview
from surveys.release.turnout import counted_turnout, units_shown, units_with_names_told
from surveys.results.texts import by_name_text


@dataclass(frozen=True)
class NamelessAnswers:
    """A unit that had answers without a name, and what the page says of them."""

    unit: str
    said: str


def nameless_answers(survey: Survey, preview: ReleasePreview) -> list[NamelessAnswers]:
    """In the order of the tree; units where every answer was by name are left out."""
    turnout = counted_turnout(survey)
    hidden = {unit.unit_id for unit in preview.units if unit.is_whole}
    kept = {unit.unit_id for unit in turnout if unit.delivered and unit.unit_id not in hidden}
    shown = units_shown(turnout, survey.minimum_group, kept)
    told = units_with_names_told(turnout, survey.minimum_group, shown, kept)
    names = {unit.unit_id: unit.name for unit in survey.units}
    return [
        NamelessAnswers(names[unit.unit_id], by_name_text(unit.by_name, unit.delivered))
        for unit in turnout
        if unit.unit_id in told and unit.by_name is not None and unit.by_name < unit.delivered
    ]
