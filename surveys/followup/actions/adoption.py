"""How far each unit has come after its newest survey, and what waits in a leader's own plans. Units, never persons."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from surveys.access.models import Account, Role
from surveys.access.permissions import granted_units
from surveys.actions.chain import Adoption, ChainState, adoption, chain_states, newest_surveys, whole_plan
from surveys.actions.following import unit_actions
from surveys.actions.models import ActionStatus
from surveys.actions.queries import StandingAction
from surveys.actions.rights import FOLLOWS_PLANS, PLAN_READERS
from surveys.followup.actions.reminders.due import SOON
from surveys.organisation.living import living_units
from surveys.organisation.models import Unit
from surveys.organisation.tree import Node, in_order


@dataclass(frozen=True)
class PlanRow:
    """A unit in the organisation's order, and how many of its actions are in which state.

    chain: None for whoever is not told who has opened results, and for a unit without one.
    """

    node: Node
    code: str
    chain: ChainState | None
    open: int
    overdue: int
    done: int
    evaluated: int

    @property
    def any(self) -> bool:
        return bool(self.open or self.done or self.evaluated)


@dataclass(frozen=True)
class WaitingAction:
    """An open action of a unit that the account leads, overdue or due within a week."""

    unit: Unit
    action: StandingAction
    overdue: bool


@dataclass(frozen=True)
class PlanNews:
    """What the front page says of plans. adoption: None for whoever follows no other units."""

    waiting: tuple[WaitingAction, ...] = ()
    adoption: Adoption | None = None


def plan_rows(session: Session, account: Account, today: dt.date) -> list[PlanRow]:
    """Every living unit whose plan the account reads. As many queries whatever the number of units."""
    units = living_units(session, granted_units(session, account, *PLAN_READERS), today)
    actions = unit_actions(session, units)
    chains = _chains(session, account, units, actions, today)
    return [
        PlanRow(
            node,
            units[node.unit_id].code,
            chains.get(node.unit_id),
            *_counts(actions.get(node.unit_id, []), today),
        )
        for node in in_order((unit.id, unit.parent_id, unit.name, unit.type) for unit in units.values())
    ]


def plan_news(session: Session, account: Account, today: dt.date) -> PlanNews:
    own = {grant.unit_id for grant in account.grants if grant.role is Role.LEADER}
    units = living_units(session, granted_units(session, account, *FOLLOWS_PLANS), today)
    if not units:
        return PlanNews()
    actions = unit_actions(session, units)
    waiting = [
        WaitingAction(units[unit_id], each, each.version.due_on < today)
        for unit_id in own & actions.keys()
        for each in actions[unit_id]
        if each.version.status.is_open and each.version.due_on <= today + SOON
    ]
    waiting.sort(key=lambda each: (each.action.version.due_on, each.action.id))
    states = _chains(session, account, units, actions, today)
    followed = [state for unit_id, state in states.items() if unit_id not in own]
    return PlanNews(tuple(waiting), adoption(followed) if followed else None)


def _chains(
    session: Session,
    account: Account,
    units: Mapping[int, Unit],
    actions: dict[int, list[StandingAction]],
    today: dt.date,
) -> dict[int, ChainState]:
    """Of the units that the account follows: whether the newest result was opened, and all that is in the plan."""
    followed = granted_units(session, account, *FOLLOWS_PLANS) & units.keys()
    if not followed:
        return {}
    states = chain_states(session, newest_surveys(session, followed, today), actions)
    return {unit_id: whole_plan(state, actions.get(unit_id, ())) for unit_id, state in states.items()}


def _counts(actions: Sequence[StandingAction], today: dt.date) -> tuple[int, int, int, int]:
    standing = [each.version for each in actions if each.version.status.is_open]
    return (
        len(standing),
        sum(version.due_on < today for version in standing),
        sum(each.version.status is ActionStatus.DONE for each in actions),
        sum(each.evaluation is not None for each in actions),
    )
