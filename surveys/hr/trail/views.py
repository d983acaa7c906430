"""«Hendelseslogg»: a page to find out what was done, by whom and when, and the same as a file."""

import datetime as dt
from math import ceil

from flask import Blueprint, Response, render_template, request
from flask_login import current_user

from surveys.access.models import HR_ROLES
from surveys.access.permissions import requires
from surveys.audit.actions import About
from surveys.hr.trail.file import as_csv
from surveys.hr.trail.queries import PAGE_LENGTH, TrailFilter, entries, how_many
from surveys.hr.trail.rows import rows
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.days import typed_day
from surveys.platform.fault_links import naming
from surveys.platform.texts import _

blueprint = Blueprint("trail", __name__)


@blueprint.get("/hendelseslogg")
@requires(*HR_ROLES)
def index() -> str:
    """What was done, the newest first, a hundred on a page."""
    session = database.session()
    wanted = _wanted()
    query = entries(session, current_user.account, wanted)
    total = how_many(session, query)
    pages = max(ceil(total / PAGE_LENGTH), 1)
    page = min(max(request.args.get("side", 1, type=int), 1), pages)
    found = session.scalars(query.limit(PAGE_LENGTH).offset((page - 1) * PAGE_LENGTH))
    return render_template(
        "hr/trail/index.html",
        rows=rows(session, found),
        total=total,
        page=page,
        pages=pages,
        wanted=wanted,
        faults=_faults(wanted),
        topics=_topics(),
        chosen={name: value for name, value in request.args.items() if name != "side" and value},
    )


@blueprint.get("/hendelseslogg.csv")
@requires(*HR_ROLES)
def download() -> Response:
    """Everything that the page's filter lets through."""
    session = database.session()
    wanted = _wanted()
    content = as_csv(rows(session, session.scalars(entries(session, current_user.account, wanted))))
    name = f"hendelseslogg-{municipal_day().isoformat()}.csv"
    return Response(
        content,
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _wanted() -> TrailFilter:
    """What the address asks for. A day that cannot be read limits nothing."""
    about = request.args.get("om", "")
    days = {name: _day(request.args.get(name, "")) for name in ("fra", "til")}
    return TrailFilter(
        search=request.args.get("sok", ""),
        about=About(about) if about in list(About) else None,
        from_day=days["fra"],
        to_day=days["til"],
    )


def _faults(wanted: TrailFilter) -> list[tuple[str, str]]:
    """(id of the field, message) for each day that could not be read."""
    fields = (("fra", wanted.from_day, _("Fra og med dag")), ("til", wanted.to_day, _("Til og med dag")))
    refusal = _("Skriv datoen slik: 20.03.2026. Den er ikke tatt med i søket.")
    return [
        (name, naming(refusal, label))
        for name, day, label in fields
        if day is None and request.args.get(name)
    ]


def _day(text: str) -> dt.date | None:
    found = typed_day(text)
    return found if found and 1900 < found.year < 9999 else None


def _topics() -> list[tuple[str, str]]:
    return [
        ("", _("Alt")),
        (About.SURVEY, _("Undersøkelser")),
        (About.ACCOUNT, _("Brukere og tilganger")),
        (About.UNIT, _("Enheter")),
        (About.SERIES, _("Tidligere resultater")),
        (About.MUNICIPALITY, _("Hele kommunen")),
    ]
