"""The list of plans: how far each unit has come. Units, never persons."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import render_template
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.permissions import granted_units, requires, roles_of
from surveys.actions.chain import ChainState, adoption, chain_states, newest_surveys
from surveys.actions.queries import StandingAction, unit_actions
from surveys.actions.rights import FOLLOWS_PLANS, PLAN_READERS
from surveys.followup.actions.blueprint import blueprint
from surveys.organisation.models import Unit
from surveys.organisation.tree import Node, in_order
from surveys.platform import database
from surveys.platform.clock import municipal_day


@dataclass(frozen=True)
class PlanRow:
    """A unit in the organisation's order, and how many of its actions are in which state."""

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


@blueprint.get("/planer")
@requires(*PLAN_READERS)
def index() -> str:
    follows = bool(roles_of(current_user) & set(FOLLOWS_PLANS))
    rows = _rows(database.session(), follows=follows)
    states = [row.chain for row in rows if row.chain is not None]
    return render_template(
        "followup/actions/index.html", rows=rows, adoption=adoption(states) if states else None
    )


def _rows(session: Session, *, follows: bool) -> list[PlanRow]:
    """As many queries whatever the number of units. follows: whether the reader is told who has opened results."""
    today = municipal_day()
    readable = granted_units(session, current_user, *PLAN_READERS)
    living = Unit.valid_to.is_(None) | (Unit.valid_to >= today)
    units = {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.id.in_(readable), living))}
    actions = unit_actions(session, units)
    chains = _chains(session, units, actions) if follows else {}
    return [
        PlanRow(
            node, units[node.unit_id].code, chains.get(node.unit_id), *_counts(actions.get(node.unit_id, []))
        )
        for node in in_order((unit.id, unit.parent_id, unit.name, unit.type) for unit in units.values())
    ]


def _chains(
    session: Session, units: Mapping[int, Unit], actions: dict[int, list[StandingAction]]
) -> dict[int, ChainState]:
    """Of the units that the reader follows: those with a result, after the newest one."""
    followed = granted_units(session, current_user, *FOLLOWS_PLANS) & units.keys()
    return chain_states(session, newest_surveys(session, followed, municipal_day()), actions)


def _counts(actions: list[StandingAction]) -> tuple[int, int, int, int]:
    today = municipal_day()
    standing = [each.version for each in actions if each.version.status.is_open]
    return (
        len(standing),
        sum(version.due_on < today for version in standing),
        sum(each.version.status == "done" for each in actions),
        sum(each.evaluation is not None for each in actions),
    )
