"""The page for staff as whoever has the link reads it: no sign-in, no cookie, and nothing before the day."""

from flask import Blueprint, abort, render_template, url_for

from surveys.access.permissions import open_to_everyone
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.release.visibility import staff_access
from surveys.results.open_pages.language import choose_language
from surveys.results.queries import find_unit_by_id, latest_release
from surveys.results.staff.links import find_link
from surveys.results.staff.page import page_values

blueprint = Blueprint("shared_results", __name__)


@blueprint.get("/delt/<token>")
@open_to_everyone
def staff(token: str) -> str:
    """The newest release of the link's own unit, or from which day it can be read."""
    choose_language()
    session, today = database.session(), municipal_day()
    link = find_link(session, token)
    release = latest_release(session, link.survey) if link else None
    unit = find_unit_by_id(session, link.survey, link.unit_id) if link else None
    access = staff_access(release, today) if release else None
    if release is None or unit is None or access is None:
        abort(404)

    def here(code: str) -> str:
        return url_for("shared_results.staff", token=token, sprak=code)

    if not access.now:
        return render_template(
            "results/staff/shared_not_yet.html", survey=release.survey, unit=unit, access=access, here=here
        )
    return render_template(
        "results/staff/shared.html", here=here, **page_values(session, release, unit, today)
    )
