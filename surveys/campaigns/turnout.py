"""Participation in a survey as HR may see it: per unit with everything below, and never too close."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from surveys.campaigns.lifecycle import Participation, participation
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.organisation.tree import Node, in_order


@dataclass(frozen=True)
class UnitTurnout:
    """A unit and everything below it. `delivered` is None where fewer than the minimum group are invited."""

    node: Node
    invited: int | None
    delivered: int | None

    @property
    def rate(self) -> float | None:
        """The share that has delivered, 0–1."""
        return self.delivered / self.invited if self.invited and self.delivered is not None else None


def turnout(session: Session, survey: Survey) -> list[UnitTurnout]:
    """Every unit of the survey's tree in the order of the tree, the top first."""
    nodes = in_order((unit.unit_id, unit.parent_id, unit.name, unit.type) for unit in survey.units)
    total = _with_everything_below(nodes, _direct(session, survey))
    return [_shown(node, total[node.unit_id], survey.minimum_group) for node in nodes]


def _direct(session: Session, survey: Survey) -> Mapping[int, Participation | None]:
    """People placed on the unit itself: from the invitations, or as counted. None: unknown (imported answers)."""
    if survey.status in {SurveyStatus.DRAFT, SurveyStatus.OPEN, SurveyStatus.CLOSED}:
        return participation(session, survey)
    return {
        unit.unit_id: None if unit.invited is None else Participation(unit.invited, unit.delivered or 0)
        for unit in survey.units
    }


def _with_everything_below(
    nodes: list[Node], direct: Mapping[int, Participation | None]
) -> dict[int, Participation | None]:
    """Children stand after their parents in `nodes`, so adding from the end fills every unit."""
    nobody = Participation(0, 0)
    total = {node.unit_id: direct.get(node.unit_id, nobody) for node in nodes}
    for node in reversed(nodes):
        if node.parent_id in total:
            above, below = total[node.parent_id], total[node.unit_id]
            total[node.parent_id] = (
                Participation(above.invited + below.invited, above.delivered + below.delivered)
                if above and below
                else None
            )
    return total


def _shown(node: Node, people: Participation | None, minimum_group: int) -> UnitTurnout:
    if people is None:
        return UnitTurnout(node, None, None)
    is_small = people.invited < minimum_group
    return UnitTurnout(node, people.invited, None if is_small else people.delivered)
