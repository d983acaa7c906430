"""When the people of a unit type are the people of one unit: then the category is that unit, and is read like it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.release.models import Release
from surveys.release.visibility import accesses

UNIT_TYPE: Final = "unit_type"
"""The breakdown's key: as `surveys.release.protection.breakdowns.UNIT_TYPE`, which imports numpy."""


@dataclass(frozen=True)
class UnitTypeCategory:
    """Those who answered in units of one type.

    units: where they are placed. same_as: every unit whose people, with those below it, are exactly these; for a
    single unit also that unit itself, whoever is below it. within: every unit all of whose people are among these.
    """

    units: frozenset[int]
    same_as: frozenset[int]
    within: frozenset[int]

    def has_others(self, unit_id: int) -> bool:
        """Whether the unit can be set beside the others of the type: it is a part of them, and not all."""
        return len(self.units) > 1 and unit_id in self.within and unit_id not in self.same_as


def unit_type_categories(session: Session, survey: Survey) -> Mapping[str, UnitTypeCategory]:
    """Unit type → its category, from the survey's picture and where people answered. One query."""
    return _categories_of(session, [survey.id])[survey.id]


def _categories_of(
    session: Session, survey_ids: Collection[int]
) -> dict[int, Mapping[str, UnitTypeCategory]]:
    """Survey → its categories. One query."""
    rows = session.execute(
        select(
            SurveyUnit.survey_id,
            SurveyUnit.unit_id,
            SurveyUnit.parent_id,
            SurveyUnit.type,
            SurveyUnit.delivered > 0,
        ).where(SurveyUnit.survey_id.in_(survey_ids))
    ).all()
    units: dict[int, list[_PicturedUnit]] = {survey_id: [] for survey_id in survey_ids}
    for survey_id, unit_id, parent_id, kind, delivered in rows:
        units[survey_id].append(_PicturedUnit(unit_id, parent_id, kind, delivered))
    return {survey_id: _categories(tuple(of_survey)) for survey_id, of_survey in units.items()}


class _PicturedUnit(NamedTuple):
    """delivered: whether anybody placed on the unit itself answered."""

    unit_id: int
    parent_id: int | None
    type: str
    delivered: bool


@lru_cache(maxsize=8)
def _categories(rows: tuple[_PicturedUnit, ...]) -> Mapping[str, UnitTypeCategory]:
    """Kept for the pictures that were asked for last: a page asks for the same ones again."""
    of_type: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row.delivered and row.type:
            of_type[row.type].add(row.unit_id)
    units_of: dict[frozenset[int], set[int]] = defaultdict(set)
    parents = {row.unit_id: row.parent_id for row in rows}
    people_of = _people_of(parents, [row.unit_id for row in rows if row.delivered])
    for unit_id, people in people_of.items():
        units_of[frozenset(people)].add(unit_id)
    found = {}
    for kind, placed in of_type.items():
        units = frozenset(placed)
        found[kind] = UnitTypeCategory(
            units,
            frozenset(units_of.get(units, ())) | (units if len(units) == 1 else frozenset()),
            frozenset(unit_id for unit_id, people in people_of.items() if people <= units),
        )
    return found


def _people_of(parents: Mapping[int, int | None], answered: Sequence[int]) -> Mapping[int, set[int]]:
    """Unit → the units at and below it where anybody answered."""
    people: dict[int, set[int]] = defaultdict(set)
    for unit_id in answered:
        above: int | None = unit_id
        while above is not None:
            people[above].add(unit_id)
            above = parents.get(above)
    return people


def closed_categories(session: Session, account: Account, release: Release, today: dt.date) -> frozenset[str]:
    """The unit types that are one unit which the account may not read today, whatever it is called."""
    return closed_by_release(session, account, [release], today)[release.id]


def closed_by_release(
    session: Session, account: Account, releases: Sequence[Release], today: dt.date
) -> dict[int, frozenset[str]]:
    """The id of each release → `closed_categories`. As many queries for all as for one."""
    categories = _categories_of(session, {release.survey_id for release in releases})
    single = {
        (release.id, kind): category.same_as
        for release in releases
        for kind, category in categories[release.survey_id].items()
        if category.same_as
    }
    units = frozenset().union(*single.values())
    found = accesses(session, account, releases, today, units) if units else {}
    readable = {place for place, access in found.items() if access.now}
    return {
        release.id: frozenset(
            kind
            for (release_id, kind), same in single.items()
            if release_id == release.id and readable.isdisjoint((release_id, unit) for unit in same)
        )
        for release in releases
    }
