"""«Hendelseslogg»: a page to find out what was done, by whom and when, and the same as a file."""

import datetime as dt
from typing import Final

from flask import Blueprint, Response, render_template, request
from flask_login import current_user

from surveys.access.models import HR_ROLES
from surveys.access.permissions import requires
from surveys.audit.actions import About
from surveys.hr.trail.file import as_csv
from surveys.hr.trail.queries import TrailEntries, TrailFilter
from surveys.hr.trail.rows import rows
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.days import typed_day
from surveys.platform.fault_links import naming
from surveys.platform.texts import _

_LONGEST_SEARCH: Final = 200  # characters

blueprint = Blueprint("trail", __name__)


@blueprint.get("/hendelseslogg")
@requires(*HR_ROLES)
def index() -> str:
    """What was done, the newest first, a page at a time."""
    session = database.session()
    wanted = _wanted()
    found = TrailEntries(session, current_user.account, wanted)
    pages = found.pages
    page = min(max(request.args.get("side", 1, type=int), 1), pages)
    return render_template(
        "hr/trail/index.html",
        rows=rows(session, found.page(page), wanted.search),
        total=found.total,
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
    found = TrailEntries(session, current_user.account, wanted)
    content = as_csv(rows(session, found.every()))
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
        search=request.args.get("sok", "")[:_LONGEST_SEARCH],
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
