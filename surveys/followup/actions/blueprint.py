"""The pages of plans, and how their addresses are read."""

from typing import Final

from flask import Blueprint, abort, redirect, request, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.actions.following import is_in_plan, plan_following
from surveys.actions.models import PlanAction
from surveys.actions.queries import StandingAction, standing_action
from surveys.actions.rights import may_edit_plan, may_read_plan
from surveys.organisation.models import Unit
from surveys.platform.explained import MovedOnError
from surveys.platform.texts import _

blueprint = Blueprint("plans", __name__)

_MOST_DIGITS: Final = 7


def asked_unit(session: Session, unit_code: str, *, to_edit: bool = False) -> Unit:
    """404 for a unit that is not there, 403 for a plan that the reader may not open, or not write in.

    A plan that goes on in another unit is read there, by those who may read that one's.
    """
    unit = session.scalar(select(Unit).where(Unit.code == unit_code))
    if unit is None:
        abort(404)
    allowed = may_edit_plan if to_edit else may_read_plan
    if not allowed(session, current_user, unit.id):
        abort(403)
    holder = plan_following(session).holder(unit.id)
    if holder != unit.id:
        abort(redirect(url_for("plans.show", unit_code=session.get_one(Unit, holder).code)))
    return unit


def asked_action(session: Session, unit: Unit, action_id: int) -> PlanAction:
    """404 for an action of another unit: its number opens nothing."""
    action = session.get(PlanAction, action_id)
    if action is None or not is_in_plan(session, action, unit.id):
        raise not_in_plan(unit)
    return action


def asked_standing(session: Session, unit: Unit, action_id: int) -> StandingAction:
    """404 also for an action that was taken back altogether."""
    found = standing_action(asked_action(session, unit, action_id))
    if found is None:
        raise not_in_plan(unit)
    return found


def not_in_plan(unit: Unit) -> MovedOnError:
    return MovedOnError(
        _("Tiltaket er ikke i denne planen"),
        _("Det er tatt ut, flyttet eller tatt over av en annen enhet."),
        _("Se planen"),
        url_for("plans.show", unit_code=unit.code),
    )


def number_of_page() -> int:
    """The newest version that the page knew of."""
    typed = request.form.get("versjon", "")
    return int(typed) if typed.isdecimal() and len(typed) <= _MOST_DIGITS else 0
