"""Actions as they are now: the version that counts, and the evaluation that counts."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from surveys.actions.models import ActionEvaluation, ActionVersion, PlanAction, PlanTick

Versioned = TypeVar("Versioned", ActionVersion, ActionEvaluation)


@dataclass(frozen=True)
class StandingAction:
    """An action with the version and the evaluation that count. newest_number, newest_evaluation: also of those that
    are withdrawn.
    """

    action: PlanAction
    version: ActionVersion
    evaluation: ActionEvaluation | None
    newest_number: int
    newest_evaluation: int

    @property
    def id(self) -> int:
        return self.action.id


def unit_actions(session: Session, unit_ids: Collection[int]) -> dict[int, list[StandingAction]]:
    """Unit id → its actions, those due first. Three queries, however many units."""
    actions = session.scalars(
        select(PlanAction)
        .where(PlanAction.unit_id.in_(unit_ids))
        .options(selectinload(PlanAction.versions), selectinload(PlanAction.evaluations))
        .order_by(PlanAction.id)
    )
    found: dict[int, list[StandingAction]] = {}
    for action in actions:
        if (standing := standing_action(action)) is not None:
            found.setdefault(action.unit_id, []).append(standing)
    for of_unit in found.values():
        of_unit.sort(key=lambda each: (each.version.due_on, each.id))
    return found


def standing_action(action: PlanAction) -> StandingAction | None:
    """None when every version of it is withdrawn."""
    version = _counting(action.versions)
    if version is None:
        return None
    return StandingAction(
        action,
        version,
        _counting(action.evaluations),
        max(each.number for each in action.versions),
        max((each.number for each in action.evaluations), default=0),
    )


def indicator_actions(session: Session, unit_id: int) -> dict[int, list[StandingAction]]:
    """Indicator id → the unit's actions that are tied to it."""
    found: dict[int, list[StandingAction]] = {}
    for each in unit_actions(session, [unit_id]).get(unit_id, ()):
        if each.version.indicator_id is not None:
            found.setdefault(each.version.indicator_id, []).append(each)
    return found


def ticks_of(session: Session, unit_id: int) -> list[PlanTick]:
    """Newest first."""
    return list(
        session.scalars(
            select(PlanTick)
            .where(PlanTick.unit_id == unit_id)
            .order_by(PlanTick.on.desc(), PlanTick.id.desc())
        )
    )


def _counting(versions: Iterable[Versioned]) -> Versioned | None:
    return max(
        (each for each in versions if each.withdrawn_at is None), key=lambda each: each.number, default=None
    )
