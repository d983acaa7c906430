"""The meetings' blueprint, and what every page of it begins with."""

from dataclasses import dataclass

from flask import Blueprint, abort, redirect, url_for
from flask_login import current_user
from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey, SurveyUnit
from surveys.followup.meetings.rights import MeetingRights, meeting_rights
from surveys.platform.clock import municipal_day
from surveys.release.comparisons.references import comparisons
from surveys.release.models import Release
from surveys.results.queries import UnitResult, unit_result
from surveys.results.views import asked_place

blueprint = Blueprint("meetings", __name__)


@dataclass(frozen=True)
class OpenedMeeting:
    """A unit's result that the reader may see today, and what she does with it."""

    survey: Survey
    release: Release
    unit: SurveyUnit
    rights: MeetingRights

    def address(self, endpoint: str) -> str:
        return url_for(f"meetings.{endpoint}", survey_key=self.survey.key, unit_code=self.unit.unit.code)


def opened_meeting(session: Session, survey_key: str, unit_code: str) -> OpenedMeeting:
    """Ends the request where the result is not for this reader, or not yet: then its own page says from which day."""
    asked = asked_place(session, survey_key, unit_code)
    rights = meeting_rights(session, current_user, asked.unit)
    if not rights.reads:
        abort(403)
    if not asked.access.now:
        abort(redirect(url_for("results.unit", survey_key=survey_key, unit_code=unit_code)))
    return OpenedMeeting(asked.survey, asked.release, asked.unit, rights)


def led_meeting(session: Session, survey_key: str, unit_code: str) -> OpenedMeeting:
    """`opened_meeting` for the unit's leader; 403 for everybody else."""
    meeting = opened_meeting(session, survey_key, unit_code)
    if not meeting.rights.leads:
        abort(403)
    return meeting


def released_result(session: Session, meeting: OpenedMeeting) -> UnitResult:
    """The result as its own page shows it first."""
    today = municipal_day()
    beside = comparisons(session, meeting.survey, meeting.release, meeting.unit, "", today)
    return unit_result(session, current_user, today, meeting.release, meeting.unit, beside)
