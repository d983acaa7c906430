"""Moving chosen people from a unit to another: chosen, explained, and then saved; and undone."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.models import HR_ROLES
from surveys.access.permissions import requires
from surveys.access.roster import update_leader_roles
from surveys.audit.models import AuditEntry
from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.moving_invitations import (
    groups_going_along,
    invited_people,
    is_whole,
    move_group_back,
    move_groups_along,
)
from surveys.hr.organisation.people_consequences import of_moving_back, of_moving_people
from surveys.hr.organisation.tree_queries import chosen_unit, known_unit, own_units
from surveys.hr.organisation.tree_views import unit_for_hr
from surveys.hr.organisation.unit_forms import MovePeopleForm, choices_beside
from surveys.hr.organisation.views import blueprint
from surveys.organisation import moving_people
from surveys.organisation.models import Person, Unit
from surveys.organisation.moving_people import PeopleMoveError, chosen_people, still_there
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.texts import _

Page = Response | tuple[str, int]


@blueprint.route("/organisasjon/enhet/<unit_code>/flytt-ansatte", methods=["GET", "POST"])
@requires(*HR_ROLES)
def move_people(unit_code: str) -> Page:
    """The unit's people with a box each; what it means, after the first press; saved, after the second."""
    session = database.session()
    unit = unit_for_hr(session, unit_code)
    form = MovePeopleForm()
    form.to.choices = choices_beside(own_units(session, current_user.account, municipal_day()), unit)
    if not form.is_submitted():
        return _page(session, unit, form), 200
    if not form.validate():
        return _page(session, unit, form), 422
    try:
        people = chosen_people(session, unit, _chosen(session, unit))
        to = _own_unit(session, form.to.data)
        invited = invited_people(session, people, to)
        means = of_moving_people(session, people, unit, to, invited, along=form.along.data)
        going_along = invited if form.along.data else ()
        moving_people.move_people(session, people, unit, to, groups_going_along(session, going_along))
        move_groups_along(session, going_along)
        update_leader_roles(session)
    except (PeopleMoveError, SurveyError) as problem:
        session.rollback()
        return _page(session, unit, form, problem=str(problem)), 422
    if request.form.get("confirmed") != "y":
        session.rollback()
        return _page(session, unit, form, means=means), 200
    session.commit()
    flash(_("De ansatte er flyttet.") + " " + _("Du kan angre nederst på siden."))
    return redirect(url_for("organisation.unit", unit_code=unit_code))


@blueprint.route("/organisasjon/flyttede-ansatte/<int:move_number>/angre", methods=["GET", "POST"])
@requires(*HR_ROLES)
def undo_people_move(move_number: int) -> Page:
    """What undoing means, and then the undoing. Those who have been moved on since stay where they are."""
    session = database.session()
    entry = session.get(AuditEntry, move_number)
    if entry is None or entry.action != moving_people.MOVED:
        abort(404)
    unit, to = unit_for_hr(session, entry.subject), unit_for_hr(session, entry.detail["to_unit"])
    groups = moving_people.groups_along(entry)
    means = of_moving_back(session, still_there(session, entry), to, unit, groups)
    if not FlaskForm().validate_on_submit():
        return _undo_page(unit, means), 200
    try:
        people = moving_people.move_back(session, entry, unit)
        for group in groups:
            if is_whole(group, people):
                move_group_back(session, group, to)
        update_leader_roles(session)
    except (PeopleMoveError, SurveyError) as problem:
        session.rollback()
        return _undo_page(unit, means, str(problem)), 409
    session.commit()
    flash(_("Flyttingen er angret."))
    return redirect(url_for("organisation.unit", unit_code=unit.code))


def _chosen(session: Session, unit: Unit) -> set[int]:
    if "everybody" in request.form:
        return set(session.scalars(select(Person.id).where(Person.unit_id == unit.id, Person.active)))
    return set(request.form.getlist("person", type=int))


def _own_unit(session: Session, code: str) -> Unit:
    found = chosen_unit(session, current_user.account, code)
    if found is None:
        raise PeopleMoveError(_("Velg en av enhetene i listen."))
    return found


def _page(
    session: Session, unit: Unit, form: MovePeopleForm, problem: str = "", means: list[str] | None = None
) -> str:
    return render_template(
        "hr/organisation/move_people.html",
        unit=unit,
        people=known_unit(session, unit, municipal_day()).people,
        chosen=_chosen(session, unit),
        form=form,
        problem=problem,
        means=means,
    )


def _undo_page(unit: Unit, means: list[str], problem: str = "") -> str:
    return render_template("hr/organisation/undo_people_move.html", unit=unit, means=means, problem=problem)
