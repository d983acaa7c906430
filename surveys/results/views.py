"""Result pages: released figures only."""

import datetime as dt
from itertools import groupby

from flask import Blueprint, abort, render_template
from flask_login import current_user

from surveys import database
from surveys.access.models import Role
from surveys.access.permissions import is_granted, requires
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.clock import municipal_day
from surveys.results import wording
from surveys.results.comment_reading import readable_count
from surveys.results.pictures import scale_picture
from surveys.results.reading import find_unit, latest_release, unit_result
from surveys.results.visibility import access_to, entrances

blueprint = Blueprint("results", __name__)


@blueprint.get("/resultater")
@requires(*Role)
def index() -> str:
    """Every released survey with the reader's own units."""
    found = entrances(database.session(), current_user, _today())
    surveys = [
        (survey, list(units)) for survey, units in groupby(found, key=lambda entrance: entrance.survey)
    ]
    return render_template("results/index.html", surveys=surveys)


@blueprint.get("/resultater/<survey_key>/<unit_code>")
@requires(*Role)
def unit(survey_key: str, unit_code: str) -> str:
    """One unit's result, or from which day it can be seen."""
    session = database.session()
    try:
        survey = find_survey(session, survey_key)
    except SurveyError:
        abort(404)
    release, place = latest_release(session, survey), find_unit(session, survey, unit_code)
    if release is None or place is None:
        abort(404)
    access = access_to(session, current_user, survey, release.released_on, place.unit_id, _today())
    if access is None:
        abort(403)
    if not access.now:
        return render_template("results/not_yet.html", survey=survey, unit=place, access=access)
    result = unit_result(session, survey, release, place)
    return render_template(
        "results/unit.html",
        result=result,
        words=wording,
        sentences=wording.summary(result),
        picture=scale_picture,
        may_see_quality=is_granted(session, current_user, survey.unit_id, Role.HR, Role.ADMINISTRATOR),
        comments=readable_count(session, survey, release, place.unit_id),
    )


def _today() -> dt.date:
    return municipal_day()
