"""«Gjorde vi det? Hjalp det?»: the evaluation of one action."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.models import Role
from surveys.access.permissions import requires
from surveys.actions.models import MOST_CHARACTERS
from surveys.actions.queries import StandingAction
from surveys.actions.texts import done_words, status_words
from surveys.actions.writing import PlanChangedMeanwhileError, evaluate_action, withdraw_evaluation
from surveys.followup.actions.blueprint import asked_standing, asked_unit, blueprint, number_of_page
from surveys.followup.actions.plan_page import shown_actions
from surveys.followup.actions.typed_action import TypedEvaluation, read_evaluation
from surveys.organisation.models import Unit
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.messages import flash_at
from surveys.platform.texts import _


@blueprint.get("/planer/<unit_code>/<int:action_id>/vurder")
@requires(Role.LEADER)
def evaluate(unit_code: str, action_id: int) -> str:
    session = database.session()
    unit = asked_unit(session, unit_code, to_edit=True)
    standing = asked_standing(session, unit, action_id)
    return _page(session, unit, standing, TypedEvaluation(_fields_of(standing), {}))


@blueprint.post("/planer/<unit_code>/<int:action_id>/vurder")
@requires(Role.LEADER)
def give_evaluation(unit_code: str, action_id: int) -> str | Response | tuple[str, int]:
    session = database.session()
    unit = asked_unit(session, unit_code, to_edit=True)
    standing = asked_standing(session, unit, action_id)
    typed = read_evaluation(request.form)
    if typed.was_done is None:
        return _page(session, unit, standing, typed), 422
    if number_of_page() != standing.newest_evaluation:
        return _page(session, unit, standing, typed, overtaken=True), 409
    number = standing.newest_evaluation + 1
    try:
        evaluate_action(session, standing.action, typed.was_done, typed.fields["hjalp"], current_user, number)
    except PlanChangedMeanwhileError:
        again = asked_unit(session, unit_code, to_edit=True)
        return _page(session, again, asked_standing(session, again, action_id), typed, overtaken=True), 409
    session.commit()
    said = flash_at(f"tiltak-{action_id}", _("Vurderingen er lagret."))
    return redirect(url_for("plans.show", unit_code=unit_code, _anchor=said))


@blueprint.post("/planer/<unit_code>/<int:action_id>/vurder/trekk")
@requires(Role.LEADER)
def take_evaluation_back(unit_code: str, action_id: int) -> Response:
    session = database.session()
    unit = asked_unit(session, unit_code, to_edit=True)
    standing = asked_standing(session, unit, action_id)
    asked = request.form.get("vurdering", "")
    found = next((each for each in standing.action.evaluations if str(each.id) == asked), None)
    if found is None:
        abort(404)
    if withdraw_evaluation(session, standing.action, found.id, current_user.name):
        session.commit()
        flash(_("Vurderingen er trukket tilbake."))
    return redirect(url_for("plans.history", unit_code=unit_code, action_id=action_id))


def _fields_of(standing: StandingAction) -> dict[str, str]:
    given = standing.evaluation
    if given is None:
        return {"gjort": "", "hjalp": ""}
    return {"gjort": given.was_done.value, "hjalp": given.words}


def _page(
    session: Session, unit: Unit, standing: StandingAction, typed: TypedEvaluation, *, overtaken: bool = False
) -> str:
    return render_template(
        "followup/actions/evaluate.html",
        unit=unit,
        action=shown_actions(session, current_user, unit, [standing], municipal_day())[0],
        typed=typed,
        overtaken=overtaken,
        words=status_words(),
        done=done_words(),
        most=MOST_CHARACTERS,
    )
