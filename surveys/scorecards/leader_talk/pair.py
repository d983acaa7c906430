"""Who the two are: a unit's leader, and whoever leads the nearest unit above. Deputies are neither."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from surveys.access.models import Account, Grant, Role
from surveys.organisation.models import Unit
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import alphabetical


@dataclass(frozen=True)
class UnitLeaders:
    """The open accounts that lead each unit itself today, by name. parents: unit → the one above."""

    leaders: Mapping[int, Sequence[Account]]
    parents: Mapping[int, int | None]

    def of(self, unit_id: int) -> Sequence[Account]:
        return self.leaders.get(unit_id, ())

    def above(self, unit_id: int, leader_id: int) -> list[Account]:
        """Whom the leader of the unit may write to: those of the nearest unit above that somebody else leads."""
        above = self.parents.get(unit_id)
        while above is not None:
            found = [account for account in self.of(above) if account.id != leader_id]
            if found:
                return found
            above = self.parents.get(above)
        return []


def unit_leaders(session: Session) -> UnitLeaders:
    """Two queries, whatever the size."""
    today = municipal_day()
    wanted = (
        select(Grant)
        .join(Grant.account)
        .where(Grant.role == Role.LEADER, Grant.deputy_for_id.is_(None), Account.active)
        .options(joinedload(Grant.account))
    )
    found: dict[int, dict[int, Account]] = {}
    for grant in session.scalars(wanted):
        if grant.is_in_force(today):
            found.setdefault(grant.unit_id, {})[grant.account_id] = grant.account
    by_name = {
        unit_id: sorted(those.values(), key=lambda each: alphabetical(each.name))
        for unit_id, those in found.items()
    }
    return UnitLeaders(
        by_name, {unit.id: unit.parent_id for unit in session.execute(select(Unit.id, Unit.parent_id))}
    )
