"""A part of a unit that was split goes on with actions from before."""

from flask import flash, redirect, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from surveys.access.models import Role
from surveys.access.permissions import requires
from surveys.actions.following import offered_by_split
from surveys.actions.writing import PlanChangedMeanwhileError, take_over
from surveys.followup.actions.blueprint import asked_unit, blueprint
from surveys.platform import database
from surveys.platform.explained import MovedOnError
from surveys.platform.messages import flash_at
from surveys.platform.texts import _


@blueprint.post("/planer/<unit_code>/<int:action_id>/overta")
@requires(Role.LEADER)
def take_over_action(unit_code: str, action_id: int) -> Response:
    """404 for what is not offered: an action of a unit that this one is no part of, or that was taken over already."""
    session = database.session()
    unit = asked_unit(session, unit_code, to_edit=True)
    offered = next((each for each in offered_by_split(session, unit.id) if each.id == action_id), None)
    if offered is None:
        raise MovedOnError(
            _("Tiltaket kan ikke tas over nå"),
            _("Det er tatt over allerede, eller det er ikke fra før enheten ble delt."),
            _("Se planen"),
            url_for("plans.show", unit_code=unit_code),
        )
    try:
        action = take_over(session, unit, offered.version, current_user)
    except PlanChangedMeanwhileError:
        flash(_("Tiltaket er allerede tatt over."))
        return redirect(url_for("plans.show", unit_code=unit_code))
    session.commit()
    said = flash_at(f"tiltak-{action.id}", _("Tiltaket er nå i planen deres."))
    return redirect(url_for("plans.show", unit_code=unit_code, _anchor=said))
