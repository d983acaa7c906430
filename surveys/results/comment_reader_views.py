"""The page of comments for those who may read a unit's results."""

from flask import abort, render_template
from flask_login import current_user

from surveys import database
from surveys.access.models import Role
from surveys.access.permissions import requires
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.results import views
from surveys.results.comment_reading import readable_comments
from surveys.results.reading import find_unit, latest_release
from surveys.results.views import blueprint
from surveys.results.visibility import access_to


@blueprint.get("/resultater/<survey_key>/<unit_code>/kommentarer")
@requires(*Role)
def comments(survey_key: str, unit_code: str) -> str:
    """The approved comments that are kept at the unit, for whoever may read its result, from the same day."""
    session = database.session()
    try:
        survey = find_survey(session, survey_key)
    except SurveyError:
        abort(404)
    release, place = latest_release(session, survey), find_unit(session, survey, unit_code)
    if release is None or place is None:
        abort(404)
    access = access_to(session, current_user, survey, release.released_on, place.unit_id, views._today())
    if access is None:
        abort(403)
    if not access.now:
        return render_template("results/not_yet.html", survey=survey, unit=place, access=access)
    answered = readable_comments(session, survey, release, place.unit_id)
    return render_template("results/comments.html", survey=survey, unit=place, answered=answered)
