"""A survey's picture of the organisation beside the organisation as of the opening day: what a correction may mend.

The organisation may have got another name or place for that day afterwards: HR dates a change back.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import Survey
from surveys.organisation.models import Unit
from surveys.organisation.unit_histories import UnitHistories
from surveys.platform.texts import _


@dataclass(frozen=True)
class Difference:
    """One unit that stands otherwise now. parent_id: where it is to stand; names are for people."""

    unit_id: int
    name: str
    parent_id: int | None
    type: str
    was_name: str
    was_under: str
    under: str
    was_type: str


def differences(session: Session, survey: Survey) -> list[Difference]:
    """The survey's units that had another name, type or place in the organisation when it opened, by name.

    A unit that had been moved to something the survey does not cover stays where it stood. Units merged in the report
    stay merged while they stand under the same unit.
    """
    groups = {group.unit_id: group for group in survey.report_groups}
    picture = {unit.unit_id: unit for unit in survey.units}
    names = {unit.unit_id: unit.name for unit in survey.units}
    histories = UnitHistories(session)
    known = session.scalars(select(Unit).where(Unit.id.in_(names)))
    standing = {unit.id: histories.on(unit, survey.opens_on) for unit in known}
    found = []
    for unit in survey.units:
        if unit.unit_id in groups:
            continue
        now = standing[unit.unit_id]
        stands = unit.parent_id
        if stands in groups:
            stands = picture[stands].parent_id
        moved = stands is not None and now.parent_id in picture and now.parent_id != stands
        if moved or (now.name, now.type) != (unit.name, unit.type):
            parent_id = now.parent_id if moved else unit.parent_id
            found.append(
                Difference(
                    unit.unit_id,
                    now.name,
                    parent_id,
                    now.type,
                    unit.name,
                    names.get(stands or 0, ""),
                    names.get((now.parent_id if moved else stands) or 0, ""),
                    unit.type,
                )
            )
    return sorted(found, key=lambda difference: difference.name)


def picture_as_now(session: Session, survey: Survey) -> None:
    """Gives every unit of the survey its name, type and place of the opening day, as far as is known now.

    Raises SurveyError when the units would then stand in a ring.
    """
    placed = {unit.unit_id: unit for unit in survey.units}
    for difference in differences(session, survey):
        unit = placed[difference.unit_id]
        unit.name, unit.type, unit.parent_id = difference.name, difference.type, difference.parent_id
    _refuse_rings({unit.unit_id: unit.parent_id for unit in survey.units})
    session.flush()


def _refuse_rings(parents: Mapping[int, int | None]) -> None:
    for start in parents:
        above, steps = parents[start], 0
        while above is not None and steps <= len(parents):
            above, steps = parents.get(above), steps + 1
        if above is not None:
            raise SurveyError(
                _("To enheter kan ikke ligge under hverandre. Rett organisasjonen først, så tallene.")
            )
