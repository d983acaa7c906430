"""How many were invited and delivered in each unit of a counted survey, with everything below it."""

from collections.abc import Sequence, Set
from typing import NamedTuple

from surveys.campaigns.lifecycle import Participation
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.campaigns.turnout_protection import (
    UnitGroup,
    shown_beside_the_nameless,
    units_with_turnout_shown,
)


class CountedTurnout(NamedTuple):
    """A unit and everything below it. invited: None when that is unknown anywhere below."""

    unit_id: int
    parent_id: int | None
    type: str
    invited: int | None
    delivered: int
    # Of those, by an invitation to a person or an address. None: not known.
    by_name: int | None = None
    # Who was invited; where anyone could answer: who answered by name.
    named: int = 0


def counted_turnout(survey: Survey) -> list[CountedTurnout]:
    """Every unit of the survey's picture of the tree. A unit whose parent is not in it is at the top."""
    import numpy as np  # no page that a respondent opens loads it

    from surveys.counting.loading import SurveyTree

    tree = SurveyTree.of(survey)
    placed = {unit.unit_id: unit for unit in survey.units}
    invited = [placed[unit].invited for unit in tree.unit_ids]
    delivered = tree.summed(np.array([placed[unit].delivered or 0 for unit in tree.unit_ids]))
    known = not any(unit.without_name is None for unit in survey.units if unit.delivered)
    nameless = tree.summed(np.array([placed[unit].without_name or 0 for unit in tree.unit_ids]))
    named = tree.summed(np.array([_with_name(placed[unit]) for unit in tree.unit_ids]))
    unknown = tree.summed(np.array([number is None for number in invited]))
    below = tree.summed(np.array([number or 0 for number in invited]))
    return [
        CountedTurnout(
            unit,
            tree.unit_ids[parent] if parent >= 0 else None,
            tree.types[node],
            None if unknown[node] else int(below[node]),
            int(delivered[node]),
            int(delivered[node] - nameless[node]) if known else None,
            int(named[node]),
        )
        for node, (unit, parent) in enumerate(zip(tree.unit_ids, tree.parents.tolist(), strict=True))
    ]


def _with_name(unit: SurveyUnit) -> int:
    return Participation(unit.invited, unit.delivered or 0, unit.without_name or 0).with_name


def units_shown(
    turnout: Sequence[CountedTurnout], minimum_group: int, kept: Set[int] = frozenset()
) -> set[int]:
    """`shown_beside_the_nameless` of counted units."""
    groups = [
        UnitGroup(unit.unit_id, unit.parent_id, unit.delivered if unit.invited is None else unit.invited)
        for unit in turnout
    ]
    named = [UnitGroup(unit.unit_id, unit.parent_id, unit.named) for unit in turnout]
    return shown_beside_the_nameless(groups, named, minimum_group, kept)


def units_with_names_told(
    turnout: Sequence[CountedTurnout], minimum_group: int, shown: Set[int], kept: Set[int] = frozenset()
) -> set[int]:
    """Of the shown units, those where the page may say how many of the answers were by personal invitation.

    Beside the total that number tells two more: the answers by name, and those without. Neither may be about fewer
    people than the minimum group, in a unit or in what is left when shown units below it are taken away. To leave a
    unit out of a set that is safe leaves it safe: what is left grows by a part that is nobody, or enough people.
    """
    if any(unit.by_name is None for unit in turnout):
        return set()
    named = {unit.unit_id: unit.by_name or 0 for unit in turnout}
    told = set(shown)
    for people in (named, {unit.unit_id: unit.delivered - named[unit.unit_id] for unit in turnout}):
        groups = [UnitGroup(unit.unit_id, unit.parent_id, people[unit.unit_id]) for unit in turnout]
        nobody = {unit_id for unit_id, number in people.items() if not number}
        told &= units_with_turnout_shown(groups, minimum_group, kept) | nobody
    return told
