"""The figure of a unit's directions, for the reader who explores. The page is the unit's own."""

from flask import Response, abort

from surveys.access.models import Role
from surveys.access.permissions import requires
from surveys.platform import database
from surveys.results.trends.figure import figure_json
from surveys.results.trends.queries import earlier_surveys, unit_trends
from surveys.results.views import asked_place, blueprint


@blueprint.get("/resultater/<survey_key>/<unit_code>/retning/figur")
@requires(*Role)
def unit_trends_figure(survey_key: str, unit_code: str) -> Response:
    """The same means as the table of the page, which may be read by the same people from the same day."""
    session = database.session()
    asked = asked_place(session, survey_key, unit_code)
    # The page says from which day it is there.
    earlier = earlier_surveys(session, asked.survey) if asked.access.now else []
    table = (
        unit_trends(session, asked.survey, asked.release, asked.unit.unit_id, earlier) if earlier else None
    )
    if table is None:
        abort(404)
    return Response(figure_json(table), mimetype="application/json")
