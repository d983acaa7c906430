"""Who reads a unit's plan, and who writes it."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import HR_ROLES, Account, Grant, Role
from surveys.access.permissions import is_granted
from surveys.organisation.subtrees import lineage
from surveys.platform.clock import municipal_day

PLAN_READERS: Final = (*HR_ROLES, Role.CONTROLLER, Role.LEADER, Role.REPRESENTATIVE)
"""On the unit or above it. Politicians read areas, not the plans of workplaces."""

FOLLOWS_PLANS: Final = (*HR_ROLES, Role.CONTROLLER, Role.LEADER)
"""Who sees how far each unit below has come: units, never persons."""


def may_read_plan(session: Session, account: Account, unit_id: int) -> bool:
    return is_granted(session, account, unit_id, *PLAN_READERS)


def may_edit_plan(session: Session, account: Account, unit_id: int) -> bool:
    """The unit's own leader. Where nobody leads the unit itself, the nearest leader above."""
    led = leader_grants(session, unit_id)
    return any(grant.account_id == account.id for grant in led)


def may_tick_plan(session: Session, account: Account, unit_id: int) -> bool:
    return is_granted(session, account, unit_id, Role.REPRESENTATIVE)


def leader_grants(session: Session, unit_id: int) -> list[Grant]:
    """The leader's roles in force on the unit, or on the nearest unit above that has one."""
    line = lineage(session, unit_id)
    grants = session.scalars(
        select(Grant)
        .where(Grant.role == Role.LEADER, Grant.unit_id.in_(line))
        .join(Grant.account)
        .where(Account.active)
    ).all()
    today = municipal_day()
    in_force = [grant for grant in grants if grant.is_in_force(today)]
    for each in line:
        if found := [grant for grant in in_force if grant.unit_id == each]:
            return found
    return []
