"""HR's pages about the quality of a survey's measurement, and the drøfting that completes them."""

from flask import abort, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.models import HR_ROLES
from surveys.access.permissions import requires
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.hr.quality.discussing import LONGEST, DiscussionForm, NotTheAuthorError, discuss, withdraw
from surveys.hr.quality.estimators import estimated_fits
from surveys.hr.quality.factors import factor_qualities
from surveys.hr.quality.heat_maps import correlation_matrix, htmt_matrix, htmt_of_all
from surveys.hr.quality.items import scale_findings
from surveys.hr.quality.loadings import loadings_of_all, loadings_of_complete
from surveys.hr.quality.model_details import hints
from surveys.hr.quality.shown import alphas_of, factor_of, factor_pictures, stored_report
from surveys.hr.quality.structure import fit_findings, structure_heading, structure_verdict
from surveys.hr.quality.summary import report_of
from surveys.hr.quality.years import waves
from surveys.hr.survey_page import blueprint, survey_for_hr, tab
from surveys.instruments.in_use import questionnaire_of
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.messages import flash_at
from surveys.platform.texts import _


@blueprint.get("/undersokelser/<key>/kvalitet")
@requires(*HR_ROLES)
def quality(key: str) -> str:
    """Whether the instrument measured what it should: six questions, and the drøfting."""
    session = database.session()
    return _first_page(session, survey_for_hr(session, key), DiscussionForm())


def _first_page(session: Session, survey: Survey, form: DiscussionForm) -> str:
    result = stored_report(session, survey)
    questionnaire = questionnaire_of(survey.instrument)
    return tab(
        "quality",
        survey,
        report=report_of(session, survey, questionnaire, result) if result else None,
        questionnaire=questionnaire,
        structure_heading=structure_heading(questionnaire),
        is_released=survey.status == SurveyStatus.RELEASED,
        form=form,
        longest=LONGEST,
    )


@blueprint.get("/undersokelser/<key>/kvalitet/tema/<factor>")
@requires(*HR_ROLES)
def quality_factor(key: str, factor: str) -> str:
    """One factor: every measure of consistency, and its statements."""
    session = database.session()
    survey = survey_for_hr(session, key)
    result = stored_report(session, survey)
    chosen = factor_of(survey, factor)
    if not result:
        abort(404)
    pictures = factor_pictures(session, survey, chosen)
    found = factor_qualities(result, questionnaire_of(survey.instrument))
    return render_template(
        "hr/quality/factor.html",
        survey=survey,
        factor=chosen,
        quality=next((one for one in found if one.key == factor), None),
        findings_rows=scale_findings(result, chosen),
        rows=pictures.rows,
        item_chart=pictures.statements,
        answers=pictures.answers,
        reports_items=questionnaire_of(survey.instrument).reporting.items,
    )


@blueprint.get("/undersokelser/<key>/kvalitet/struktur")
@requires(*HR_ROLES)
def quality_structure(key: str) -> str:
    """The structure found in the answers beside the intended one."""
    session = database.session()
    survey = survey_for_hr(session, key)
    questionnaire = questionnaire_of(survey.instrument)
    result = stored_report(session, survey)
    if not result:
        abort(404)
    return render_template(
        "hr/quality/structure.html",
        survey=survey,
        heading=structure_heading(questionnaire),
        verdict=structure_verdict(result, questionnaire),
        fit=fit_findings(result, questionnaire),
        loadings=loadings_of_complete(result, questionnaire),
        loadings_of_all=loadings_of_all(result, questionnaire),
        htmt=htmt_matrix(result, questionnaire),
        htmt_of_all=htmt_of_all(result, questionnaire),
        estimated=estimated_fits(result),
        correlations=correlation_matrix(result, questionnaire),
        hints=hints(result, questionnaire),
    )


@blueprint.get("/undersokelser/<key>/kvalitet/over-tid")
@requires(*HR_ROLES)
def quality_years(key: str) -> str:
    """Reliability, comparability and stability from year to year."""
    session = database.session()
    survey = survey_for_hr(session, key)
    questionnaire = questionnaire_of(survey.instrument)
    found = alphas_of(session, survey)
    return render_template(
        "hr/quality/years.html",
        survey=survey,
        factor_titles=found.titles,
        waves=waves(session, survey, questionnaire),
        alphas=found.alphas,
        years=sorted({one.year for waves_of in found.alphas.values() for one in waves_of}),
        alpha_chart=found.chart,
    )


@blueprint.post("/undersokelser/<key>/kvalitet/drofting")
@requires(*HR_ROLES)
def discuss_quality(key: str) -> Response | tuple[str, int]:
    """Writes a drøfting; a faulty one is shown again with what is wrong."""
    session = database.session()
    survey = survey_for_hr(session, key)
    form = DiscussionForm()
    if not stored_report(session, survey):
        abort(404)
    if not form.validate_on_submit():
        return _first_page(session, survey, form), 422
    discuss(session, survey, current_user, str(form.said.data), municipal_day())
    session.commit()
    return redirect(url_for("hr.quality", key=key, _anchor=flash_at("drofting", _("Drøftingen er lagret."))))


@blueprint.post("/undersokelser/<key>/kvalitet/drofting/<int:number>/trekk")
@requires(*HR_ROLES)
def withdraw_discussion(key: str, number: int) -> Response:
    """Marks one's own drøfting as withdrawn; its text stays."""
    session = database.session()
    survey = survey_for_hr(session, key)
    try:
        withdraw(session, survey, number, current_user, municipal_day())
    except KeyError:
        abort(404)
    except NotTheAuthorError:
        abort(403)
    session.commit()
    said = flash_at("drofting", _("Drøftingen er trukket. Teksten står fortsatt, merket som trukket."))
    return redirect(url_for("hr.quality", key=key, _anchor=said))
