"""«Sett» for AMU or samarbeidsutvalg, and the answer of the leader above or fagseksjon."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from surveys.access.models import Role
from surveys.access.permissions import requires
from surveys.followup.meetings.blueprint import OpenedMeeting, blueprint, opened_meeting
from surveys.followup.meetings.models import MOST_ANSWER
from surveys.followup.meetings.responses import AnswerTextError, answers_to, save_answer, tick, untick
from surveys.platform import database
from surveys.platform.texts import _


@blueprint.post("/resultater/<survey_key>/<unit_code>/sett")
@requires(Role.REPRESENTATIVE)
def mark_seen(survey_key: str, unit_code: str) -> Response:
    """Ticks, or takes the tick back when `angre` is sent."""
    session = database.session()
    meeting = opened_meeting(session, survey_key, unit_code)
    if not meeting.rights.ticks:
        abort(403)
    mark = untick if "angre" in request.form else tick
    mark(session, meeting.survey, meeting.unit, current_user.account)
    session.commit()
    return redirect(_result(survey_key, unit_code))


@blueprint.get("/resultater/<survey_key>/<unit_code>/svar-ovenfra")
@requires(Role.LEADER, Role.CONTROLLER)
def answer(survey_key: str, unit_code: str) -> str:
    """Where the leader above, or a controller, writes."""
    return _answer_page(_answered_meeting(survey_key, unit_code))


@blueprint.post("/resultater/<survey_key>/<unit_code>/svar-ovenfra")
@requires(Role.LEADER, Role.CONTROLLER)
def give_answer(survey_key: str, unit_code: str) -> Response | tuple[str, int]:
    session = database.session()
    meeting = _answered_meeting(survey_key, unit_code)
    words = request.form.get("svar", "").replace("\r\n", "\n").strip()
    try:
        save_answer(session, meeting.survey, meeting.unit, words, current_user.account)
    except AnswerTextError as error:
        return _answer_page(_answered_meeting(survey_key, unit_code), words, str(error)), 422
    session.commit()
    flash(_("Svaret er lagret. Enhetens leder ser det på resultatsiden."))
    return redirect(url_for("meetings.answer", survey_key=survey_key, unit_code=unit_code))


def _answered_meeting(survey_key: str, unit_code: str) -> OpenedMeeting:
    meeting = opened_meeting(database.session(), survey_key, unit_code)
    if not meeting.rights.answers:
        abort(403)
    return meeting


def _answer_page(meeting: OpenedMeeting, words: str = "", fault: str = "") -> str:
    return render_template(
        "followup/meetings/answer.html",
        meeting=meeting,
        answers=answers_to(database.session(), meeting.survey.id, meeting.unit.unit_id),
        words=words,
        faults=[("svar", fault)] if fault else [],
        most=MOST_ANSWER,
        uses_messages=True,
    )


def _result(survey_key: str, unit_code: str) -> str:
    return url_for("results.unit", survey_key=survey_key, unit_code=unit_code, _anchor="oppfolging")
