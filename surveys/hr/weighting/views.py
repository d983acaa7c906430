"""HR states the population of a citizen survey, so that the municipality's means are shown weighted too."""

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.models import HR_ROLES
from surveys.access.permissions import requires
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.hr.file_columns import FieldFault
from surveys.hr.survey_page import blueprint, survey_for_hr, tab
from surveys.hr.weighting.forms import form_of, people_of
from surveys.instruments.in_use import questionnaire_of
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.texts import _
from surveys.release.weighting.margins import (
    WeightingRefusedError,
    margin_of,
    may_be_weighted,
    remove_margin,
    state_margin,
)


@blueprint.route("/undersokelser/<key>/vekting", methods=["GET", "POST"])
@requires(*HR_ROLES)
def weighting(key: str) -> str | Response | tuple[str, int]:
    """The population by each background question; one of them may be stated."""
    session = database.session()
    survey = survey_for_hr(session, key)
    if request.method == "GET":
        return _page(session, survey)
    if not may_be_weighted(survey):
        return _page(session, survey), 409
    background = {one.key: one for one in questionnaire_of(survey.instrument).background}
    question = background.get(request.form.get("question", ""))
    if question is None:
        return _page(session, survey), 422
    form = form_of(question, None, request.form)
    people, faults = people_of(form)
    if faults:
        return _page(session, survey, faults), 422
    try:
        state_margin(session, survey, question.key, people, form.source.strip(), municipal_day())
    except WeightingRefusedError as refusal:
        session.rollback()
        fault = FieldFault(form.groups[0].field, str(refusal))
        return _page(session, survey_for_hr(session, key), [fault]), 422
    session.commit()
    flash(_("Befolkningen er ført inn."))
    return redirect(url_for("hr.weighting", key=key))


@blueprint.post("/undersokelser/<key>/vekting/slutt")
@requires(*HR_ROLES)
def stop_weighting(key: str) -> Response:
    """Weighted means are shown no more."""
    session = database.session()
    remove_margin(session, survey_for_hr(session, key))
    session.commit()
    flash(_("Ingen tall er vektet lenger."))
    return redirect(url_for("hr.weighting", key=key))


def _page(session: Session, survey: Survey, faults: list[FieldFault] | None = None) -> str:
    margin = margin_of(session, survey)
    questions = questionnaire_of(survey.instrument).background
    return tab(
        "weighting",
        survey,
        forms=[form_of(question, margin, request.form) for question in questions],
        margin=margin,
        faults=faults or [],
        fault_of={fault.field: fault.message for fault in faults or []},
        released=survey.status == SurveyStatus.RELEASED,
    )
