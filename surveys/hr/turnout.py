"""Participation in a survey as HR may see it: per unit with everything below, and never too close."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from surveys.campaigns.lifecycle import Participation, participation
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.organisation.tree import Node, in_order


@dataclass(frozen=True)
class UnitTurnout:
    """A unit and everything below it.

    `invited` is None where that is unknown: anyone could answer, or the answers came from a file. `delivered` is None
    where fewer than the minimum group are invited, or, when nobody knows how many are, have delivered.
    """

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


def _direct(session: Session, survey: Survey) -> Mapping[int, Participation]:
    """People placed on the unit itself: from the invitations, or as counted."""
    if survey.status in {SurveyStatus.DRAFT, SurveyStatus.OPEN, SurveyStatus.CLOSED}:
        return participation(session, survey)
    return {unit.unit_id: Participation(unit.invited, unit.delivered or 0) for unit in survey.units}


def _with_everything_below(
    nodes: list[Node], direct: Mapping[int, Participation]
) -> dict[int, Participation]:
    """Children stand after their parents in `nodes`, so adding from the end fills every unit."""
    nobody = Participation(0, 0)
    total = {node.unit_id: direct.get(node.unit_id, nobody) for node in nodes}
    for node in reversed(nodes):
        if node.parent_id in total:
            total[node.parent_id] = _added(total[node.parent_id], total[node.unit_id])
    return total


def _added(above: Participation, below: Participation) -> Participation:
    """Unknown and known is unknown."""
    known = above.invited is not None and below.invited is not None
    invited = (above.invited or 0) + (below.invited or 0) if known else None
    return Participation(invited, above.delivered + below.delivered)


def _shown(node: Node, people: Participation, minimum_group: int) -> UnitTurnout:
    group = people.delivered if people.invited is None else people.invited
    return UnitTurnout(node, people.invited, None if group < minimum_group else people.delivered)
