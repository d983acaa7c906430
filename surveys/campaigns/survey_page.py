"""The frame of HR's pages about one survey: who may read them, and the tabs."""

from typing import Any

from flask import Blueprint, abort, render_template
from sqlalchemy.orm import Session

from surveys import database
from surveys.access.models import Role
from surveys.access.permissions import require_unit
from surveys.campaigns import steps
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.clock import municipal_day

blueprint = Blueprint("campaigns", __name__)

HR_ROLES = (Role.HR, Role.ADMINISTRATOR)
_LIFE = tuple(SurveyStatus)


@blueprint.context_processor
def messages() -> dict[str, bool]:
    """These pages show what the last step did."""
    return {"uses_messages": True}


def survey_for_hr(session: Session, key: str) -> Survey:
    """The survey, when the reader is HR for its unit; else the request ends with 404 or 403."""
    try:
        survey = find_survey(session, key)
    except SurveyError:
        abort(404)
    require_unit(survey.unit_id, *HR_ROLES)
    return survey


def tab(name: str, survey: Survey, **values: Any) -> str:
    """A tab of the survey's page, with where it stands in its life and what is next."""
    following = steps.next_step(database.session(), survey)
    today = municipal_day()
    return render_template(
        f"campaigns/{name}.html",
        here=name,
        survey=survey,
        life=_LIFE,
        place=_LIFE.index(survey.status),
        next_step=following,
        next_label=steps.label(following) if following else "",
        days_left=(survey.closes_on - today).days,
        **values,
    )
