"""«Alle enheter og temaer»: the heat map, for whoever sees more than one unit, and her own row for others."""

from flask import Response, abort, render_template, request
from flask_login import current_user
from sqlalchemy.orm import Session

from surveys.access.models import Role
from surveys.access.permissions import requires
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.instruments.in_use import questionnaire_of
from surveys.platform import database
from surveys.release.models import Release
from surveys.release.visibility import Access
from surveys.results import texts as wording
from surveys.results import views
from surveys.results.heat_map.figure import figure_json
from surveys.results.heat_map.queries import heat_map
from surveys.results.meanings import theme_meanings
from surveys.results.queries import latest_release
from surveys.results.screening.queries import Reach, reach_of
from surveys.results.views import blueprint


@blueprint.get("/resultater/<survey_key>/varmekart")
@requires(*Role)
def all_themes(survey_key: str) -> str:
    """The units that the reader may see today; «?type=» for those of a type."""
    session = database.session()
    survey, release, reach = _asked(session, survey_key)
    if not reach.units:
        top = session.get_one(SurveyUnit, (survey.id, survey.unit_id))
        return render_template(
            "results/not_yet.html", survey=survey, unit=top, access=Access(now=False, from_day=reach.from_day)
        )
    wanted = request.args.get("type", "")
    found = heat_map(session, survey, release, reach, wanted)
    return render_template(
        "results/heat_map.html",
        survey=survey,
        release=release,
        everything=reach.everything,
        found=found,
        meanings=theme_meanings(questionnaire_of(survey.instrument), {each.key for each in found.themes}),
        wanted=wanted,
        words=wording,
    )


@blueprint.get("/resultater/<survey_key>/varmekart/figur")
@requires(*Role)
def all_themes_figure(survey_key: str) -> Response:
    """The same cells as Plotly's figure, for the reader who explores."""
    session = database.session()
    survey, release, reach = _asked(session, survey_key)
    if not reach.units:
        # The page says from which day it is there.
        abort(404)
    found = heat_map(session, survey, release, reach, request.args.get("type", ""))
    return Response(figure_json(found, release), mimetype="application/json")


def _asked(session: Session, survey_key: str) -> tuple[Survey, Release, Reach]:
    """Ends the request when the survey is not there, or never for this reader."""
    try:
        survey = find_survey(session, survey_key)
    except SurveyError:
        abort(404)
    release = latest_release(session, survey)
    if release is None:
        abort(404)
    reach = reach_of(session, current_user, release, views._today())
    if reach is None:
        abort(403)
    return survey, release, reach
