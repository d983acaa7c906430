"""How many were invited and delivered in each unit of a counted survey, with everything below it."""

from collections.abc import Sequence, Set
from typing import NamedTuple

from surveys.campaigns.models import Survey
from surveys.campaigns.turnout_protection import UnitGroup, units_with_turnout_shown


class CountedTurnout(NamedTuple):
    """A unit and everything below it. invited: None when that is unknown anywhere below."""

    unit_id: int
    parent_id: int | None
    type: str
    invited: int | None
    delivered: int


def counted_turnout(survey: Survey) -> list[CountedTurnout]:
    """Every unit of the survey's picture of the tree. A unit whose parent is not in it is at the top."""
    import numpy as np  # no page that a respondent opens loads it

    from surveys.counting.loading import SurveyTree

    tree = SurveyTree.of(survey)
    placed = {unit.unit_id: unit for unit in survey.units}
    invited = [placed[unit].invited for unit in tree.unit_ids]
    delivered = tree.summed(np.array([placed[unit].delivered or 0 for unit in tree.unit_ids]))
    unknown = tree.summed(np.array([number is None for number in invited]))
    below = tree.summed(np.array([number or 0 for number in invited]))
    return [
        CountedTurnout(
            unit,
            tree.unit_ids[parent] if parent >= 0 else None,
            tree.types[node],
            None if unknown[node] else int(below[node]),
            int(delivered[node]),
        )
        for node, (unit, parent) in enumerate(zip(tree.unit_ids, tree.parents.tolist(), strict=True))
    ]


def units_shown(
    turnout: Sequence[CountedTurnout], minimum_group: int, kept: Set[int] = frozenset()
) -> set[int]:
    """`units_with_turnout_shown` of counted units."""
    groups = [
        UnitGroup(unit.unit_id, unit.parent_id, unit.delivered if unit.invited is None else unit.invited)
        for unit in turnout
    ]
    return units_with_turnout_shown(groups, minimum_group, kept)
