"""«Hvem har åpnet resultatet»: for HR, and for leaders with units below."""

from flask import abort, render_template
from flask_login import current_user

from surveys.access.models import HR_ROLES, Role
from surveys.access.permissions import requires
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.release.visibility import accesses
from surveys.results.opened import opened_units
from surveys.results.queries import latest_release
from surveys.results.views import blueprint


@blueprint.get("/resultater/<survey_key>/apnet")
@requires(*HR_ROLES, Role.LEADER)
def opened(survey_key: str) -> str:
    """The reader's units, and the day each unit's own leader first opened its result."""
    session, today = database.session(), municipal_day()
    try:
        survey = find_survey(session, survey_key)
    except SurveyError:
        abort(404)
    release = latest_release(session, survey)
    if release is None:
        abort(404)
    if not accesses(session, current_user, [release], today):
        abort(403)
    units = opened_units(session, current_user, release, today)
    return render_template(
        "results/opened.html",
        survey=survey,
        units=units,
        count=sum(unit.opened_on is not None for unit in units),
    )
