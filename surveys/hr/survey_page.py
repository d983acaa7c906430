"""The frame of HR's pages about one survey: who may read them, and the tabs."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, url_for
from flask_login import current_user
from sqlalchemy.orm import Session

from surveys.access.models import HR_ROLES
from surveys.access.permissions import require_unit
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.campaigns.models import ReaderGroup, Survey, SurveyStatus
from surveys.campaigns.reader_groups import day_waited_for
from surveys.hr import long_steps
from surveys.hr.steps.all_steps import next_step
from surveys.hr.steps.step import SurveyStep
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.explained import MovedOnError
from surveys.platform.queue import current_jobs, wake
from surveys.platform.texts import _
from surveys.release.weighting.margins import may_be_weighted

blueprint = Blueprint("hr", __name__)

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
        raise MovedOnError(
            _("Undersøkelsen finnes ikke"),
            _("Er det en kladd du leter etter, er den slettet."),
            _("Se undersøkelsene"),
            url_for("hr.index"),
        ) from None
    require_unit(survey.unit_id, *HR_ROLES)
    return survey


def tab(name: str, survey: Survey, **values: Any) -> str:
    """A tab of the survey's page, with where it stands in its life and what is next."""
    session = database.session()
    following = next_step(session, survey)
    long_step = long_steps.standing(session, survey)
    return render_template(
        f"hr/{name}.html",
        here=name,
        survey=survey,
        life=_LIFE,
        place=_LIFE.index(survey.status),
        next_step=following,
        invitation=following.invitation(survey) if following and following.invitation else "",
        long_step=long_step,
        share_done=share_done(survey) if long_step and not long_step.problem else 0.0,
        is_of_citizens=may_be_weighted(survey),
        leaders_wait_until=day_waited_for(survey, ReaderGroup.LEADERS, municipal_day()),
        **values,
    )


def left_to_worker(
    session: Session, survey: Survey, step: SurveyStep, details: Mapping[str, Any] | None = None
) -> bool:
    """Has the job worker take the step when the survey is large, and ends the session then; False when it is not."""
    if not long_steps.is_long(session, survey, step):
        return False
    long_steps.ask(session, survey, step, current_user.id, details)
    session.commit()
    session.close()
    wake("steps")
    return True


def share_done(survey: Survey) -> float:
    """How much of the survey's long step is done, 0–1."""
    return current_jobs().share_done(survey.id) or 0.0
