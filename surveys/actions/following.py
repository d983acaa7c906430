"""In which unit a plan goes on when units are merged, renamed under a new code or split: one rule, for every page.

A unit that wholly became another takes its plan with it. Of a unit that was split, each part may take actions over.
What a unit came from is asked of `surveys.organisation.succession`, as comparisons of results ask.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.actions.models import PlanAction
from surveys.actions.queries import StandingAction, standing_action, standing_of_units
from surveys.organisation.succession import SuccessionSteps, steps_between
from surveys.platform.clock import municipal_day


@dataclass(frozen=True)
class PlanFollowing:
    """Which unit has which unit's plan today."""

    steps: SuccessionSteps

    def holder(self, unit_id: int) -> int:
        """The unit in whose plan the unit's actions are; itself, unless it wholly became another."""
        return self.steps.became(unit_id)

    def behind(self, unit_ids: Collection[int]) -> dict[int, int]:
        """Unit id → which of these has its plan now: the units themselves, and those that became one of them."""
        asked = {*unit_ids}
        holders = {each: self.holder(each) for each in asked | self.steps.predecessors}
        return {each: holder for each, holder in holders.items() if holder in asked}

    def split_before(self, unit_id: int) -> frozenset[int]:
        """The units of which the unit, or one that became it, got a part."""
        parts = (self.steps.gave_parts_to(each) for each in self.behind([unit_id]))
        return frozenset[int]().union(*parts) - {unit_id}


def plan_following(session: Session) -> PlanFollowing:
    return PlanFollowing(steps_between(session, dt.date.min, municipal_day()))


def unit_actions(
    session: Session, unit_ids: Collection[int], following: PlanFollowing | None = None
) -> dict[int, list[StandingAction]]:
    """Unit id → the actions of its plan, those due first. As many queries whatever the number of units."""
    behind = (following or plan_following(session)).behind(unit_ids)
    found: dict[int, list[StandingAction]] = {}
    for unit_id, actions in standing_of_units(session, behind).items():
        found.setdefault(behind[unit_id], []).extend(actions)
    for of_unit in found.values():
        of_unit.sort(key=lambda each: (each.version.due_on, each.id))
    return found


def actions_begun_in(session: Session, unit_id: int) -> list[StandingAction]:
    """The unit's plan; of a unit that became another, those of its actions that are in that one's plan now."""
    following = plan_following(session)
    holder = following.holder(unit_id)
    found = unit_actions(session, [holder], following).get(holder, [])
    return found if holder == unit_id else [each for each in found if each.action.unit_id == unit_id]


def indicator_actions(session: Session, unit_id: int) -> dict[int, list[StandingAction]]:
    """Indicator id → the unit's actions that are tied to it."""
    found: dict[int, list[StandingAction]] = {}
    for each in unit_actions(session, [unit_id]).get(unit_id, ()):
        if each.version.indicator_id is not None:
            found.setdefault(each.version.indicator_id, []).append(each)
    return found


def is_in_plan(session: Session, action: PlanAction, unit_id: int) -> bool:
    return plan_following(session).holder(action.unit_id) == unit_id


def offered_by_split(session: Session, unit_id: int) -> list[StandingAction]:
    """Open actions of the units that the unit is a part of, but for those it has taken over already."""
    following = plan_following(session)
    split = following.split_before(unit_id)
    if not split:
        return []
    taken = {
        each.taken_from_id
        for each in session.scalars(
            select(PlanAction).where(
                PlanAction.unit_id.in_(following.behind([unit_id])), PlanAction.taken_from_id.is_not(None)
            )
        )
        if standing_action(each) is not None
    }
    return [
        each
        for actions in unit_actions(session, split, following).values()
        for each in actions
        if each.version.status.is_open and each.id not in taken
    ]
