"""The page of comments for those who may read a unit's results."""

from flask import render_template

from surveys.access.models import Role
from surveys.access.permissions import requires
from surveys.platform import database
from surveys.results.comments.queries import readable_comments
from surveys.results.views import asked_place, blueprint


@blueprint.get("/resultater/<survey_key>/<unit_code>/kommentarer")
@requires(*Role)
def comments(survey_key: str, unit_code: str) -> str:
    """The approved comments that are kept at the unit, for whoever may read its result, from the same day."""
    session = database.session()
    asked = asked_place(session, survey_key, unit_code)
    if not asked.access.now:
        return render_template(
            "results/not_yet.html", survey=asked.survey, unit=asked.unit, access=asked.access
        )
    answered = readable_comments(session, asked.survey, asked.release, asked.unit.unit_id)
    return render_template("results/comments.html", survey=asked.survey, unit=asked.unit, answered=answered)
