"""A reply's action in the unit's plan: it is put there, or points at an action that is there already."""

from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.actions.following import unit_actions
from surveys.actions.models import ActionAim
from surveys.actions.queries import StandingAction
from surveys.actions.rights import may_edit_plan
from surveys.actions.writing import ActionText, add_action, change_action, text_of
from surveys.organisation.models import Unit
from surveys.platform.texts import _
from surveys.scorecards.models import Indicator
from surveys.scorecards.replies.typed_reply import ReplyText

NEW: Final = "nytt"
"""What the form sends for an action that is not in the plan yet."""


def offered_actions(session: Session, account: Account, unit: Unit) -> list[StandingAction] | None:
    """The open actions of the plan, those due first; None for whoever may not write in it."""
    if not may_edit_plan(session, account, unit.id):
        return None
    actions = unit_actions(session, [unit.id]).get(unit.id, [])
    return [each for each in actions if each.version.status.is_open]


def put_in_plan(
    session: Session, unit: Unit, indicator: Indicator, text: ReplyText, account: Account, chosen: str
) -> None:
    """chosen: `NEW`, an action's number, or «» for neither. What is not offered changes nothing.

    Raises PlanChangedMeanwhileError.
    """
    offered = offered_actions(session, account, unit)
    if offered is None or not chosen:
        return
    if chosen == NEW:
        action = ActionText(
            ActionAim.IMPROVE, text.action, _("Enhetens leder"), text.judged_on, indicator_id=indicator.id
        )
        add_action(session, unit, action, account)
        return
    found = next((each for each in offered if str(each.id) == chosen), None)
    if found is not None and found.version.indicator_id != indicator.id:
        linked = replace(text_of(found.version), indicator_id=indicator.id)
        change_action(session, found.action, linked, account, found.newest_number + 1)
