"""Making, renaming, moving, ending and reopening a unit in the browser: filled in, explained, and then saved."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.models import HR_ROLES
from surveys.access.permissions import requires
from surveys.hr.organisation import consequences
from surveys.hr.organisation.tree_queries import chosen_unit, may_restructure, own_units
from surveys.hr.organisation.tree_views import unit_for_hr
from surveys.hr.organisation.unit_forms import (
    CreateForm,
    EndForm,
    MoveForm,
    RenameForm,
    ReopenForm,
    choices_beside,
)
from surveys.hr.organisation.views import blueprint
from surveys.organisation import changing_units
from surveys.organisation.changing_units import UnitChangeError
from surveys.organisation.models import Unit
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.texts import _

Page = Response | tuple[str, int]


@dataclass(frozen=True)
class UnitChangePage:
    """A change of a unit, on its page. consequences: read before `do`, which gives a new unit or raises."""

    heading: str
    button: str
    said: str
    unit: Unit
    consequences: Callable[[], list[str]]
    do: Callable[[], Unit | None]


@blueprint.route("/organisasjon/enhet/<unit_code>/ny", methods=["GET", "POST"])
@requires(*HR_ROLES)
def create_unit(unit_code: str) -> Page:
    """A new unit under this one."""
    session = database.session()
    parent = unit_for_hr(session, unit_code)
    form = CreateForm()
    if not form.is_submitted():
        form.day.data = municipal_day()
    return _page(
        session,
        form,
        UnitChangePage(
            heading=_("Ny enhet under %(unit)s", unit=parent.name),
            button=_("Lag enheten"),
            said=_("Enheten er laget."),
            unit=parent,
            consequences=lambda: consequences.of_creating(session, parent, form.name.data, form.day.data),
            do=lambda: changing_units.create_unit(
                session, parent, form.code.data, form.name.data, form.type.data or "", form.day.data
            ),
        ),
    )


@blueprint.route("/organisasjon/enhet/<unit_code>/navn", methods=["GET", "POST"])
@requires(*HR_ROLES)
def rename_unit(unit_code: str) -> Page:
    session = database.session()
    unit = unit_for_hr(session, unit_code)
    form = RenameForm()
    if not form.is_submitted():
        form.name.data = request.args.get("navn", unit.name)
        form.type.data = request.args.get("type", unit.type)
        form.from_day.data = _day(request.args.get("fra", "")) or municipal_day()
    return _page(
        session,
        form,
        UnitChangePage(
            heading=_("Endre navn eller type på %(unit)s", unit=unit.name),
            button=_("Lagre endringen"),
            said=_("Navnet og typen er lagret."),
            unit=unit,
            consequences=lambda: consequences.of_renaming(
                session, unit, form.name.data, (form.type.data or "").strip(), form.from_day.data
            ),
            do=lambda: changing_units.rename_unit(
                session, unit, form.name.data, form.type.data or "", form.from_day.data
            ),
        ),
    )


@blueprint.route("/organisasjon/enhet/<unit_code>/flytt", methods=["GET", "POST"])
@requires(*HR_ROLES)
def move_unit(unit_code: str) -> Page:
    session = database.session()
    unit = _restructurable(session, unit_code)
    form = MoveForm()
    today = municipal_day()
    form.parent.choices = choices_beside(own_units(session, current_user.account, today), unit)
    if not form.is_submitted():
        form.parent.data = request.args.get("under", "")
        form.from_day.data = _day(request.args.get("fra", "")) or today

    def parent() -> Unit:
        found = chosen_unit(session, current_user.account, form.parent.data)
        if found is None:
            raise UnitChangeError(_("Velg en av enhetene i listen."))
        return found

    return _page(
        session,
        form,
        UnitChangePage(
            heading=_("Flytt %(unit)s", unit=unit.name),
            button=_("Flytt enheten"),
            said=_("Enheten er flyttet."),
            unit=unit,
            consequences=lambda: consequences.of_moving(session, unit, parent(), form.from_day.data),
            do=lambda: changing_units.move_unit(session, unit, parent(), form.from_day.data),
        ),
    )


@blueprint.route("/organisasjon/enhet/<unit_code>/avslutt", methods=["GET", "POST"])
@requires(*HR_ROLES)
def end_unit(unit_code: str) -> Page:
    session = database.session()
    unit = _restructurable(session, unit_code)
    form = EndForm()
    if not form.is_submitted():
        form.day.data = _day(request.args.get("dag", "")) or municipal_day()
    return _page(
        session,
        form,
        UnitChangePage(
            heading=_("Avslutt %(unit)s", unit=unit.name),
            button=_("Avslutt enheten"),
            said=_("Enheten er avsluttet."),
            unit=unit,
            consequences=lambda: consequences.of_ending(session, unit, form.day.data),
            do=lambda: changing_units.end_unit(session, unit, form.day.data),
        ),
    )


@blueprint.route("/organisasjon/enhet/<unit_code>/gjenapne", methods=["GET", "POST"])
@requires(*HR_ROLES)
def reopen_unit(unit_code: str) -> Page:
    session = database.session()
    unit = _restructurable(session, unit_code)
    return _page(
        session,
        ReopenForm(),
        UnitChangePage(
            heading=_("Gjenåpne %(unit)s", unit=unit.name),
            button=_("Gjenåpne enheten"),
            said=_("Enheten er åpen igjen."),
            unit=unit,
            consequences=lambda: consequences.of_reopening(session, unit),
            do=lambda: changing_units.reopen_unit(session, unit, municipal_day()),
        ),
    )


def _page(session: Session, form: FlaskForm, change: UnitChangePage) -> Page:
    """The form; what it means, after the first press; and the change, after the second."""
    if not form.is_submitted():
        return _form_page(form, change), 200
    if not form.validate():
        return _form_page(form, change), 422
    try:
        means = change.consequences()
        made = change.do()
    except UnitChangeError as problem:
        session.rollback()
        return _form_page(form, change, problem=str(problem)), 422
    if request.form.get("confirmed") != "y":
        session.rollback()
        return _form_page(form, change, means=means), 200
    session.commit()
    flash(change.said + " " + _("Du kan angre nederst på siden."))
    return redirect(url_for("organisation.unit", unit_code=(made or change.unit).code))


def _form_page(
    form: FlaskForm, change: UnitChangePage, problem: str = "", means: list[str] | None = None
) -> str:
    fields = [field for field in form if field.type not in {"CSRFTokenField", "HiddenField"}]
    return render_template(
        "hr/organisation/unit_change.html",
        form=form,
        fields=fields,
        heading=change.heading,
        button=change.button,
        unit=change.unit,
        problem=problem,
        means=means,
    )


def _restructurable(session: Session, unit_code: str) -> Unit:
    """The unit, when the reader is HR for the unit above it too."""
    unit = unit_for_hr(session, unit_code)
    if not may_restructure(session, current_user.account, unit):
        abort(403)
    return unit


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
