"""The page for staff as people with an account read it, and the leader's link to it."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from surveys.access.models import Role
from surveys.access.permissions import requires
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.explained import MovedOnError
from surveys.platform.qr import qr_svg
from surveys.platform.texts import _
from surveys.release.visibility import staff_access
from surveys.results.staff.links import address_of, link_of, make_link, remove_link
from surveys.results.staff.page import page_values
from surveys.results.staff_places import asked_of_staff, asked_to_share, may_share
from surveys.results.views import blueprint


@blueprint.get("/resultater/<survey_key>/<unit_code>/ansatte")
@requires(*Role)
def staff(survey_key: str, unit_code: str) -> str:
    """The unit's result in the form its staff talk about, or from which day it can be read."""
    session = database.session()
    asked = asked_of_staff(session, survey_key, unit_code)
    if not asked.access.now:
        return render_template(
            "results/not_yet.html", survey=asked.survey, unit=asked.unit, access=asked.access
        )
    return render_template(
        "results/staff/signed_in.html",
        step=staff_access(asked.release, municipal_day()),
        may_share=may_share(session, asked),
        link=link_of(session, asked.survey, asked.unit.unit_id),
        address_of=address_of,
        **page_values(session, asked.release, asked.unit, municipal_day()),
    )


@blueprint.post("/resultater/<survey_key>/<unit_code>/ansatte/lenke")
@requires(*Role)
def share_with_staff(survey_key: str, unit_code: str) -> Response:
    """Makes the link, or takes it away («fjern»)."""
    session = database.session()
    asked = asked_to_share(session, survey_key, unit_code)
    if "fjern" in request.form:
        remove_link(session, asked.survey, asked.unit)
    elif staff_access(asked.release, municipal_day()) is not None:
        make_link(session, asked.survey, asked.unit)
    session.commit()
    return redirect(url_for("results.staff", survey_key=survey_key, unit_code=unit_code, _anchor="lenke"))


@blueprint.get("/resultater/<survey_key>/<unit_code>/ansatte/plakat")
@requires(*Role)
def staff_poster(survey_key: str, unit_code: str) -> str:
    """The link as a QR code, on a sheet for the staff room."""
    session = database.session()
    asked = asked_to_share(session, survey_key, unit_code)
    link = link_of(session, asked.survey, asked.unit.unit_id)
    if link is None:
        raise MovedOnError(
            _("Det er ingen lenke til de ansatte nå"),
            _("Lenken er fjernet, så det er ingenting å skrive ut."),
            _("Se siden for de ansatte"),
            url_for("results.staff", survey_key=survey_key, unit_code=unit_code),
        )
    address = address_of(link)
    return render_template(
        "results/staff/poster.html",
        survey=asked.survey,
        unit=asked.unit,
        step=staff_access(asked.release, municipal_day()),
        address=address,
        qr=qr_svg(address, _("QR-kode til resultatet")),
    )
