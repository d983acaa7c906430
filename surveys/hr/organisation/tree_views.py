"""«Organisasjon»: the tree, and a page for each unit."""

from flask import abort, render_template, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import HR_ROLES
from surveys.access.permissions import require_unit, requires
from surveys.hr.organisation.tree_queries import (
    history,
    known_unit,
    may_bring_in_files,
    may_restructure,
    tree_rows,
)
from surveys.hr.organisation.undoing import opposite
from surveys.hr.organisation.views import blueprint
from surveys.hr.trail.rows import rows
from surveys.organisation.models import Unit
from surveys.platform import database
from surveys.platform.clock import municipal_day


@blueprint.get("/organisasjon")
@requires(*HR_ROLES)
def tree() -> str:
    """The reader's units, indented; or those a search finds."""
    session = database.session()
    search, ended = request.args.get("sok", ""), "avsluttet" in request.args
    return render_template(
        "hr/organisation/tree.html",
        rows=tree_rows(session, current_user.account, municipal_day(), search=search, ended=ended),
        search=search.strip(),
        ended=ended,
        may_bring_in_files=may_bring_in_files(session, current_user.account),
    )


@blueprint.get("/organisasjon/enhet/<unit_code>")
@requires(*HR_ROLES)
def unit(unit_code: str) -> str:
    """All that is known about a unit, what has been done with it, and what can be done."""
    session = database.session()
    found = unit_for_hr(session, unit_code)
    may = may_restructure(session, current_user.account, found)
    entries = history(session, found)
    deeds = [
        (row, opposite(session, found, entry, may_restructure=may))
        for row, entry in zip(rows(session, entries), entries, strict=True)
    ]
    return render_template(
        "hr/organisation/unit.html",
        known=known_unit(session, found, municipal_day()),
        may_restructure=may,
        deeds=deeds,
    )


def unit_for_hr(session: Session, unit_code: str) -> Unit:
    """The unit, when the reader is HR there; else the request ends with 404 or 403."""
    found = session.scalar(select(Unit).where(Unit.code == unit_code))
    if found is None:
        abort(404)
    require_unit(found.id, *HR_ROLES)
    return found
