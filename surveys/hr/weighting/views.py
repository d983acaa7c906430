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
from surveys.release.weighting import texts as wording
from surveys.release.weighting.margins import (
    WeightingRefusedError,
    declare_margin,
    declared_margins,
    margin_of,
    margins_may_be_declared,
    may_be_weighted,
    remove_margin,
    state_margin,
    withdraw_margin,
)
from surveys.release.weighting.models import SurveyWeighting
from surveys.release.weighting.texts import weighted_by_text


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
    form = form_of(question, None, None, request.form)
    people, faults = people_of(form)
    if faults:
        return _page(session, survey, faults), 422
    is_at_counting = request.form.get("when") == "counting"
    state = declare_margin if is_at_counting else state_margin
    try:
        state(session, survey, question.key, people, form.source.strip(), municipal_day())
    except WeightingRefusedError as refusal:
        session.rollback()
        fault = FieldFault(form.groups[0].field, str(refusal))
        return _page(session, survey_for_hr(session, key), [fault]), 422
    session.commit()
    flash(
        _("Befolkningen er ført inn. Svarene blir vektet når de telles opp.")
        if is_at_counting
        else _("Befolkningen er ført inn.")
    )
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


@blueprint.post("/undersokelser/<key>/vekting/ta-bort")
@requires(*HR_ROLES)
def withdraw_declared_margin(key: str) -> Response:
    """The answers are not weighted by a question when they are counted."""
    session = database.session()
    survey = survey_for_hr(session, key)
    try:
        withdraw_margin(session, survey, request.form.get("question", ""))
    except WeightingRefusedError as refusal:
        session.rollback()
        flash(str(refusal), "error")
        return redirect(url_for("hr.weighting", key=key))
    session.commit()
    flash(_("Befolkningen er tatt bort. Svarene blir ikke vektet etter spørsmålet."))
    return redirect(url_for("hr.weighting", key=key))


def _page(session: Session, survey: Survey, faults: list[FieldFault] | None = None) -> str:
    margin = margin_of(session, survey)
    declared = {one.question: one for one in declared_margins(session, survey)}
    questions = questionnaire_of(survey.instrument).background
    about = session.get(SurveyWeighting, survey.id)
    return tab(
        "weighting",
        survey,
        forms=[form_of(question, margin, declared.get(question.key), request.form) for question in questions],
        margin=margin,
        declared=declared,
        about=about,
        weighted_by=weighted_by_text(survey, about) if about else "",
        weighting_words=wording,
        may_declare=margins_may_be_declared(survey),
        faults=faults or [],
        fault_of={fault.field: fault.message for fault in faults or []},
        released=survey.status == SurveyStatus.RELEASED,
    )
