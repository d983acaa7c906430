"""«Slett en som har sluttet»: those who have left, what erasing one means, and doing it."""

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.models import HR_ROLES
from surveys.access.permissions import granted_units, require_unit, requires
from surveys.campaigns.erasing_people import ErasureError, erase_person, what_erasing_means
from surveys.hr.organisation.views import blueprint
from surveys.organisation.models import Person
from surveys.platform import database
from surveys.platform.explained import MovedOnError
from surveys.platform.localisation import alphabetical
from surveys.platform.texts import _

Page = Response | tuple[str, int]


@blueprint.get("/organisasjon/sluttet")
@requires(*HR_ROLES)
def leavers() -> str:
    """Those of the reader's units who have left and are still known by name."""
    session = database.session()
    units = granted_units(session, current_user, *HR_ROLES)
    found = session.scalars(select(Person).where(Person.active.is_(False), Person.unit_id.in_(units)))
    return render_template(
        "hr/organisation/leavers.html",
        people=sorted(found, key=lambda person: alphabetical(person.name)),
    )


@blueprint.route("/organisasjon/sluttet/<int:person_id>", methods=["GET", "POST"])
@requires(*HR_ROLES)
def erase_leaver(person_id: int) -> Page:
    """What erasing means first; she is erased when HR presses the button."""
    session = database.session()
    person = session.get(Person, person_id)
    if person is None:
        raise MovedOnError(
            _("Personen er ikke i Medvirk lenger"),
            _("Opplysningene er slettet."),
            _("Se dem som har sluttet"),
            url_for("organisation.leavers"),
        )
    require_unit(person.unit_id, *HR_ROLES)
    form = FlaskForm()
    if not form.validate_on_submit():
        return _page(session, person), 200
    try:
        erase_person(session, current_user.account, person)
    except ErasureError as problem:
        session.rollback()
        return _page(session, session.get_one(Person, person_id), str(problem)), 409
    session.commit()
    flash(_("Personen er slettet."))
    return redirect(url_for("organisation.leavers"))


def _page(session: Session, person: Person, problem: str = "") -> str:
    return render_template(
        "hr/organisation/erase_leaver.html",
        person=person,
        means=what_erasing_means(session, person),
        problem=problem,
    )
