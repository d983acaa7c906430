"""How many were invited and delivered in each unit, as a release writes it down."""

from typing import Any

from surveys.campaigns.models import Survey
from surveys.campaigns.turnout_protection import UnitGroup, units_with_turnout_shown
from surveys.release.models import FigureKind, FigureStatus

Rows = list[dict[str, Any]]


def turnout_rows(survey: Survey, figures: Rows) -> Rows:
    """Invited and delivered in every unit and below it, whether that may be shown, and the picture of the tree.

    Invited is unknown when it is so anywhere below. Where turnout of some unit has to be kept back, it is rather that
    of a unit whose figures are hidden too.
    """
    import numpy as np

    from surveys.counting.loading import SurveyTree

    tree = SurveyTree.of(survey)
    placed = {unit.unit_id: unit for unit in survey.units}
    invited = [placed[unit].invited for unit in tree.unit_ids]
    delivered = tree.summed(np.array([placed[unit].delivered or 0 for unit in tree.unit_ids]))
    known = tree.summed(np.array([number is None for number in invited])) == 0
    below = tree.summed(np.array([number or 0 for number in invited]))
    people = np.where(known, below, delivered)
    shown = units_with_turnout_shown(
        [
            UnitGroup(unit, tree.unit_ids[parent] if parent >= 0 else None, group)
            for unit, parent, group in zip(tree.unit_ids, tree.parents.tolist(), people.tolist(), strict=True)
        ],
        survey.minimum_group,
        kept={row["unit_id"] for row in figures if _is_shown(row)},
    )
    return [
        {
            "unit_id": unit,
            "parent_id": tree.unit_ids[parent] if parent >= 0 else None,
            "type": tree.types[node],
            "invited": int(below[node]) if known[node] else None,
            "delivered": int(delivered[node]),
            "shown": unit in shown,
        }
        for node, (unit, parent) in enumerate(zip(tree.unit_ids, tree.parents.tolist(), strict=True))
    ]


def _is_shown(figure: dict[str, Any]) -> bool:
    return (figure["kind"], figure["status"]) == (FigureKind.UNIT, FigureStatus.SHOWN)
