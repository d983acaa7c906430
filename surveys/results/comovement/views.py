"""The page «Samvariasjon»: which themes move together with an outcome in the whole survey."""

from flask import abort, render_template, request
from flask_login import current_user

from surveys.access.models import Role
from surveys.access.permissions import requires
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.release.comovement.computing import co_movement_of
from surveys.release.visibility import access_to
from surveys.results.comovement import texts as comovement_words
from surveys.results.queries import find_unit, latest_release
from surveys.results.views import blueprint


@blueprint.get("/resultater/<survey_key>/samvariasjon")
@requires(*Role)
def co_movement(survey_key: str) -> str:
    """For those who may read the top unit's results, from the same day."""
    session = database.session()
    try:
        survey = find_survey(session, survey_key)
    except SurveyError:
        abort(404)
    release, top = latest_release(session, survey), find_unit(session, survey, survey.unit.code)
    if release is None or top is None:
        abort(404)
    access = access_to(session, current_user, release, survey.unit_id, municipal_day())
    if access is None:
        abort(403)
    if not access.now:
        return render_template("results/not_yet.html", survey=survey, unit=top, access=access)
    return render_template(
        "results/comovement.html",
        survey=survey,
        top=top,
        view=co_movement_of(session, survey, request.args.get("utfall", "")),
        words=comovement_words,
    )
