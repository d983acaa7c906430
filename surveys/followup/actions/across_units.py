"""The actions of all the units whose plans somebody reads, in one list: what is open, late, done and evaluated."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.access.permissions import granted_units
from surveys.actions.following import unit_actions
from surveys.actions.models import ActionStatus
from surveys.actions.queries import StandingAction
from surveys.actions.rights import PLAN_READERS
from surveys.organisation.living import living_units
from surveys.organisation.models import Unit
from surveys.platform.texts import _


class ActionSelection(StrEnum):
    """Which actions the list has, as its address says."""

    OPEN = "apne"
    OVERDUE = "over-fristen"
    NOT_EVALUATED = "uten-vurdering"
    EVALUATED = "vurdert"
    DROPPED = "droppet"
    ALL = "alle"


@dataclass(frozen=True)
class UnitAction:
    """An action in the plan of a unit."""

    unit: Unit
    standing: StandingAction
    overdue: bool

    def is_in(self, selection: ActionSelection) -> bool:
        match selection:
            case ActionSelection.OPEN:
                return self.standing.version.status.is_open
            case ActionSelection.OVERDUE:
                return self.overdue
            case ActionSelection.NOT_EVALUATED:
                return self._is_done and self.standing.evaluation is None
            case ActionSelection.EVALUATED:
                return self.standing.evaluation is not None
            case ActionSelection.DROPPED:
                return self.standing.version.status is ActionStatus.DROPPED
            case ActionSelection.ALL:
                return True

    @property
    def _is_done(self) -> bool:
        return self.standing.version.status is ActionStatus.DONE


def actions_across(session: Session, account: Account, today: dt.date) -> list[UnitAction]:
    """Of every living unit whose plan the account reads, those due first. As many queries whatever the units."""
    units = living_units(session, granted_units(session, account, *PLAN_READERS), today)
    found = [
        UnitAction(units[unit_id], each, each.version.status.is_open and each.version.due_on < today)
        for unit_id, actions in unit_actions(session, units).items()
        for each in actions
    ]
    return sorted(found, key=lambda each: (each.standing.version.due_on, each.standing.id))


def selection_words(actions: Collection[UnitAction]) -> Sequence[tuple[ActionSelection, str]]:
    """Each selection with how many of the actions are in it: «Fristen er ute (2)»."""
    names = {
        ActionSelection.OPEN: _("I gang eller planlagt"),
        ActionSelection.OVERDUE: _("Fristen er ute"),
        ActionSelection.NOT_EVALUATED: _("Gjort, men ikke vurdert"),
        ActionSelection.EVALUATED: _("Vurdert"),
        ActionSelection.DROPPED: _("Droppet"),
        ActionSelection.ALL: _("Alle tiltakene"),
    }
    counts = {each: sum(action.is_in(each) for action in actions) for each in names}
    none = _("ingen")
    return [(each, f"{name} ({counts[each] or none})") for each, name in names.items()]


def asked_selection(asked: str) -> ActionSelection | None:
    """None: the list of units is asked for."""
    return next((each for each in ActionSelection if each.value == asked), None)
