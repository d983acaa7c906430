"""Correcting a release: HR fills in the form, sees what the correction does, and confirms it."""

from dataclasses import asdict

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.models import HR_ROLES
from surveys.access.permissions import requires
from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.hr.long_steps import standing
from surveys.hr.publication.correction_texts import told_of
from surveys.hr.publication.forms import CorrectionForm
from surveys.hr.publication.raised_minimum import highest_minimum
from surveys.hr.publication.views import publication_page
from surveys.hr.steps.correcting import (
    CORRECT,
    PREVIEW_CORRECTION,
    AskedCorrection,
    PreviewedCorrection,
    kept_preview,
)
from surveys.hr.steps.step import StepRequest
from surveys.hr.survey_page import blueprint, left_to_worker, share_done, survey_for_hr
from surveys.instruments.in_use import questionnaire_of
from surveys.platform import database
from surveys.platform.texts import _
from surveys.publishing.correcting import CorrectionNotAgreedError, preview_correction


@blueprint.get("/undersokelser/<key>/frigivelse/rett")
@requires(*HR_ROLES)
def correction(key: str) -> str | Response:
    """What the correction of a large survey does, or that it is being worked out."""
    session = database.session()
    survey = survey_for_hr(session, key)
    step = standing(session, survey)
    is_under_way = step is not None and not step.problem
    if step is not None and is_under_way and step.name == PREVIEW_CORRECTION.name:
        return render_template(
            "hr/publication/correction.html", survey=survey, long_step=step, share_done=share_done(survey)
        )
    previewed = kept_preview(session, survey)
    if previewed is None or is_under_way:
        return redirect(url_for("hr.publication", key=key))
    return _preview_page(survey, previewed)


@blueprint.post("/undersokelser/<key>/frigivelse/rett")
@requires(*HR_ROLES)
def correct_publication(key: str) -> str | Response | tuple[str, int]:
    """Shows what the correction does, or makes it when that has been seen; what was typed is kept."""
    from surveys.results.queries import latest_release

    session = database.session()
    survey = survey_for_hr(session, key)
    form = CorrectionForm()
    latest = latest_release(session, survey)
    if latest is None or survey.status != SurveyStatus.RELEASED:
        why = _("Ingenting er frigitt, så det er ingenting å rette.")
        return publication_page(session, survey, problem=why), 409
    if "change" in request.form:
        return publication_page(session, survey, form)
    if form.number.data and form.number.data != str(latest.number) and form.is_made_by(latest):
        flash(_("Tallene er rettet."))
        return redirect(url_for("hr.publication", key=key))
    if not form.validate_on_submit() or form.hides_all(highest_minimum(session, latest)):
        return publication_page(session, survey, form), 422
    asked = form.correction(latest.number)
    return _confirmed(session, survey, form, asked) if asked.agreed else _shown(session, survey, form, asked)


def _shown(
    session: Session, survey: Survey, form: CorrectionForm, asked: AskedCorrection
) -> str | Response | tuple[str, int]:
    """What the correction does. Writes nothing but what the job worker is asked for."""
    key = survey.key
    if left_to_worker(session, survey, PREVIEW_CORRECTION, asdict(asked)):
        return redirect(url_for("hr.correction", key=key))
    # As the correction itself, a transaction of its own; on SQLite this session would hold the write lock it needs.
    session.close()
    try:
        found = preview_correction(database.database(), key, asked)
    except SurveyError as problem:
        session.close()
        return publication_page(session, survey_for_hr(session, key), form, str(problem)), 409
    return _preview_page(survey_for_hr(session, key), PreviewedCorrection(asked, found))


def _confirmed(
    session: Session, survey: Survey, form: CorrectionForm, asked: AskedCorrection
) -> Response | tuple[str, int]:
    """Makes the correction that was shown, or shows what it has become."""
    key = survey.key
    if left_to_worker(session, survey, CORRECT, asdict(asked)):
        return redirect(url_for("hr.publication", key=key))
    session.close()
    try:
        done = CORRECT.take(StepRequest(database.database(), key, details=asdict(asked)))
    except CorrectionNotAgreedError as changed:
        session.close()
        found = PreviewedCorrection(asked, changed.preview)
        return _preview_page(survey_for_hr(session, key), found, str(changed)), 409
    except SurveyError as problem:
        session.close()
        return publication_page(session, survey_for_hr(session, key), form, str(problem)), 409
    flash(done)
    return redirect(url_for("hr.publication", key=key))


def _preview_page(survey: Survey, previewed: PreviewedCorrection, problem: str = "") -> str:
    return render_template(
        "hr/publication/correction.html",
        survey=survey,
        asked=previewed.asked,
        preview=previewed.preview,
        told=told_of(previewed.preview, questionnaire_of(survey.instrument)),
        problem=problem,
    )
