"""What the result page shows of the meeting: the choice in one line, who has seen the result, and what was answered.

The page is made a storey below, so it asks for this by the name `followup_of` that templates know.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask
from flask_login import current_user

from surveys.followup.meetings.choosing import choices_of
from surveys.followup.meetings.focus import asked_for, theme_titles
from surveys.followup.meetings.meeting_words import choice_sentence
from surveys.followup.meetings.models import ResultAnswer, ResultSeen
from surveys.followup.meetings.responses import answers_to, seen_by
from surveys.followup.meetings.rights import MeetingRights, meeting_rights
from surveys.platform import database


@dataclass(frozen=True)
class MeetingOnResult:
    """ticked: the reader's own tick is among `seen`."""

    rights: MeetingRights
    choice_line: str
    is_skipped: bool
    seen: Sequence[ResultSeen]
    ticked: bool
    answers: Sequence[ResultAnswer]


def followup_of(survey_key: str, unit_code: str) -> MeetingOnResult | None:
    """None for whoever sees the result and not the meeting. The page has judged that she may see the result."""
    session = database.session()
    found = asked_for(session, survey_key, unit_code)
    if found is None:
        return None
    survey, unit = found
    rights = meeting_rights(session, current_user, unit)
    if not rights.reads:
        return None
    choices = choices_of(session, survey.id, unit.unit_id)
    seen = seen_by(session, survey.id, unit.unit_id)
    return MeetingOnResult(
        rights=rights,
        choice_line=choice_sentence(choices[0], theme_titles(survey)) if choices else "",
        is_skipped=bool(choices) and choices[0].keep is None,
        seen=seen,
        ticked=any(each.account_id == current_user.id for each in seen),
        answers=answers_to(session, survey.id, unit.unit_id),
    )


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(followup_of=followup_of)
