"""«Forbered møtet»: ten minutes of reading before the leader meets the staff."""

from flask import render_template

from surveys.access.permissions import requires
from surveys.followup.meetings import preparing
from surveys.followup.meetings.blueprint import blueprint, opened_meeting, released_result
from surveys.followup.meetings.rights import MEETING_READERS
from surveys.platform import database
from surveys.results import texts as result_words


@blueprint.get("/resultater/<survey_key>/<unit_code>/forbered")
@requires(*MEETING_READERS)
def prepare(survey_key: str, unit_code: str) -> str:
    """Everybody who may see the result may read it: nothing in it is the leader's secret."""
    session = database.session()
    meeting = opened_meeting(session, survey_key, unit_code)
    result = released_result(session, meeting)
    has_turnout = result.shown and result.delivered is not None
    return render_template(
        "followup/meetings/prepare.html",
        meeting=meeting,
        result=result,
        sentences=result_words.summary(result),
        points=preparing.strong_and_weak(result),
        is_hard=preparing.is_hard(result),
        opening=preparing.opening_words(
            result_words.turnout(result) if has_turnout else "", shown=result.shown
        ),
        preparing=preparing,
        why_nothing="" if result.shown else result_words.why_nothing(result),
    )
