"""The meeting: a page for the room, the vote, and what the staff chose."""

from flask import current_app, flash, redirect, render_template, request
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.models import Role
from surveys.access.permissions import requires
from surveys.followup.meetings import meeting_words
from surveys.followup.meetings.blueprint import (
    OpenedMeeting,
    blueprint,
    led_meeting,
    opened_meeting,
    released_result,
)
from surveys.followup.meetings.choosing import (
    ChosenMeanwhileError,
    TypedFocus,
    offered_focus,
    read_focus,
    read_skipping,
    save_focus,
)
from surveys.followup.meetings.meeting_page import MeetingState, meeting_state
from surveys.followup.meetings.models import (
    MOST_PEOPLE,
    MOST_PRACTICE,
    MOST_REASON,
    FocusChoice,
    RoomBallot,
    RoomVoteStatus,
)
from surveys.followup.meetings.rights import MEETING_READERS
from surveys.followup.meetings.room_size import room_size
from surveys.followup.meetings.voting import (
    RoomPlan,
    RoomSizeDoubtError,
    RoomVoteError,
    close_room,
    least_votes,
    open_room,
    votes_of,
)
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.texts import _
from surveys.results import texts as result_words


@blueprint.get("/resultater/<survey_key>/<unit_code>/mote")
@requires(*MEETING_READERS)
def room(survey_key: str, unit_code: str) -> str:
    """What is shown on the wall."""
    session = database.session()
    return _room_page(session, opened_meeting(session, survey_key, unit_code))


def _room_page(session: Session, meeting: OpenedMeeting, problem: str = "", *, is_doubt: bool = False) -> str:
    """is_doubt: the leader is asked whether the number she typed is right."""
    return render_template(
        "followup/meetings/room.html",
        meeting=meeting,
        state=meeting_state(session, meeting),
        result=released_result(session, meeting),
        result_words=result_words,
        words=meeting_words,
        problem=problem,
        is_doubt=is_doubt,
        typed_people=request.form.get("antall", ""),
        uses_messages=True,
    )


@blueprint.post("/resultater/<survey_key>/<unit_code>/mote/avstemning")
@requires(Role.LEADER)
def open_vote(survey_key: str, unit_code: str) -> Response | tuple[str, int]:
    """Opens a vote on themes, or the check a month later when `sjekk` is sent."""
    session = database.session()
    meeting = led_meeting(session, survey_key, unit_code)
    try:
        least = least_votes(meeting.release.minimum_group)
        people = _typed_people()
        choice = _choice_to_check(session, meeting)
        size = room_size(session, meeting.unit)
        plan = RoomPlan(people, least, choice, size, is_sure=request.form.get("sikker") == str(people))
        open_room(session, _secret(), meeting.survey, meeting.unit, plan)
    except RoomVoteError as error:
        meeting = led_meeting(session, survey_key, unit_code)
        is_doubt = isinstance(error, RoomSizeDoubtError)
        return _room_page(session, meeting, str(error), is_doubt=is_doubt), 422
    session.commit()
    return redirect(meeting.address("room") + "#avstemning")


def _choice_to_check(session: Session, meeting: OpenedMeeting) -> FocusChoice | None:
    if "sjekk" not in request.form:
        return None
    choice = meeting_state(session, meeting).choice
    if choice is None or choice.keep is None:
        raise RoomVoteError(_("Dere må velge noe før dere kan sjekke om det hjelper."))
    return choice


def _typed_people() -> int:
    typed = request.form.get("antall", "").strip()
    if not typed.isdecimal() or len(typed) > len(str(MOST_PEOPLE)):
        raise RoomVoteError(_("Skriv hvor mange som er i rommet, med tall."))
    return int(typed)


@blueprint.post("/resultater/<survey_key>/<unit_code>/mote/avstemning/avslutt")
@requires(Role.LEADER)
def close_vote(survey_key: str, unit_code: str) -> Response:
    """Counts the open vote and deletes what it was counted from. Closing one that is closed changes nothing."""
    session = database.session()
    meeting = led_meeting(session, survey_key, unit_code)
    for vote in votes_of(session, meeting.survey.id, meeting.unit.unit_id):
        if vote.status is RoomVoteStatus.OPEN:
            close_room(session, _secret(), vote, meeting.unit.unit.code, meeting.survey.key)
    address = meeting.address("room") + "#avstemning"
    session.commit()
    database.database().forget_deleted(RoomBallot.__tablename__)
    return redirect(address)


@blueprint.get("/resultater/<survey_key>/<unit_code>/mote/valg")
@requires(Role.LEADER)
def choose(survey_key: str, unit_code: str) -> str:
    """Where the leader writes down what the group chose."""
    session = database.session()
    meeting = led_meeting(session, survey_key, unit_code)
    state = meeting_state(session, meeting)
    return _choice_page(meeting, state, offered_focus(state.choice, state.told, municipal_day()))


@blueprint.post("/resultater/<survey_key>/<unit_code>/mote/valg")
@requires(Role.LEADER)
def save_choice(survey_key: str, unit_code: str) -> Response | tuple[str, int]:
    session = database.session()
    meeting = led_meeting(session, survey_key, unit_code)
    state = meeting_state(session, meeting)
    changes = state.choice is not None
    typed = read_focus(request.form, state.themes, state.told, municipal_day(), changes=changes)
    return _saved(session, meeting, state, typed)


@blueprint.post("/resultater/<survey_key>/<unit_code>/mote/hopp-over")
@requires(Role.LEADER)
def skip_choice(survey_key: str, unit_code: str) -> Response | tuple[str, int]:
    """The step is skipped, and everybody who sees the choice sees that and why."""
    session = database.session()
    meeting = led_meeting(session, survey_key, unit_code)
    return _saved(
        session, meeting, meeting_state(session, meeting), read_skipping(request.form, municipal_day())
    )


def _saved(
    session: Session, meeting: OpenedMeeting, state: MeetingState, typed: TypedFocus
) -> Response | tuple[str, int]:
    if typed.text is None:
        return _choice_page(meeting, state, typed), 422
    survey_key, unit_code = meeting.survey.key, meeting.unit.unit.code
    if _number_of_page() != (state.choice.number if state.choice else 0):
        return _choice_page(meeting, state, typed, overtaken=True), 409
    try:
        save_focus(session, meeting.survey, meeting.unit, typed.text, current_user, _number_of_page() + 1)
    except ChosenMeanwhileError:
        meeting = led_meeting(session, survey_key, unit_code)
        return _choice_page(meeting, meeting_state(session, meeting), typed, overtaken=True), 409
    session.commit()
    flash(_("Valget er lagret."))
    return redirect(meeting.address("room"))


def _number_of_page() -> int:
    typed = request.form.get("versjon", "")
    return int(typed) if typed.isdecimal() and len(typed) < 7 else 0


def _choice_page(
    meeting: OpenedMeeting, state: MeetingState, typed: TypedFocus, *, overtaken: bool = False
) -> str:
    begun = offered_focus(state.choice, state.told, municipal_day()).fields
    return render_template(
        "followup/meetings/choice.html",
        meeting=meeting,
        state=state,
        fields={**begun, "hopp": "", **typed.fields},
        faults=list(typed.faults.items()),
        overtaken=overtaken,
        words=meeting_words,
        most_practice=MOST_PRACTICE,
        most_reason=MOST_REASON,
    )


def _secret() -> bytes:
    secret: bytes = current_app.config["SECRETS"].codes
    return secret
