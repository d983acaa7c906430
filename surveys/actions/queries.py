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


def standing_of_units(session: Session, unit_ids: Collection[int]) -> dict[int, list[StandingAction]]:
    """Unit id → the actions that began there. Three queries, however many units.

    In which unit's plan they are now is `surveys.actions.following`.
    """
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
