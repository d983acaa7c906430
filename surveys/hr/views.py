"""HR's pages: the surveys, a new one, and where each stands in its life."""

from collections.abc import Sequence

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.models import HR_ROLES
from surveys.access.permissions import granted_units, require_unit, requires
from surveys.campaigns import outbox, reminders
from surveys.campaigns.invitations import uses_roster
from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.campaigns.open_group import promised_group
from surveys.campaigns.planning import change_scope
from surveys.campaigns.reader_groups import kept_steps, undecided_step
from surveys.campaigns.step_details import set_step_details
from surveys.hr import long_steps
from surveys.hr.drafting import draft_from, fill_choices
from surveys.hr.forecast import rates_at_closing
from surveys.hr.forms import NewSurveyForm
from surveys.hr.mailing.texts import text_warnings
from surveys.hr.planning.copying import copy_of, newer_version, scope_for_copy
from surveys.hr.reminder_texts import too_short_warning
from surveys.hr.steps.all_steps import step_named
from surveys.hr.steps.inviting import audience
from surveys.hr.steps.reconciling import roster_findings
from surveys.hr.steps.step import StepRequest, SurveyStep, described
from surveys.hr.survey_page import (
    blueprint,
    left_to_worker,
    share_done,
    survey_for_hr,
    tab,
)
from surveys.hr.turnout import turnout
from surveys.hr.who_sees.step_form import StepDetailsForm, stored_values
from surveys.instruments.in_use import InstrumentChangedError, questionnaire_of
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.mail_server import why_no_mail
from surveys.platform.queue import wake
from surveys.platform.texts import _


@blueprint.get("/undersokelser")
@requires(*HR_ROLES)
def index() -> str:
    """Every survey of the reader's units, the newest first."""
    session = database.session()
    units = granted_units(session, current_user, *HR_ROLES)
    surveys = session.scalars(
        select(Survey).where(Survey.unit_id.in_(units)).order_by(Survey.opens_on.desc(), Survey.id.desc())
    ).all()
    return render_template("hr/index.html", surveys=surveys)


@blueprint.route("/undersokelser/ny", methods=["GET", "POST"])
@requires(*HR_ROLES)
def create() -> str | Response:
    """A new survey, as a draft."""
    session = database.session()
    copied = _copied_survey(session)
    form = NewSurveyForm(data=copy_of(copied, municipal_day()) if copied else {})
    fill_choices(form, session, current_user)
    if form.validate_on_submit():
        require_unit(int(form.unit.data), *HR_ROLES)
        try:
            survey = draft_from(form, session)
            if copied:
                change_scope(session, survey, scope_for_copy(session, copied, survey))
            key = survey.key
            session.commit()
            return redirect(url_for("hr.show", key=key))
        except (SurveyError, InstrumentChangedError) as error:
            form.questionnaire.errors = [str(error)]
    newer = newer_version(copied) if copied else None
    return render_template("hr/create.html", form=form, survey=None, copied=copied, newer=newer)


def _copied_survey(session: Session) -> Survey | None:
    """The survey that the new one is to be like (`?som=…`), None when it is not to be like any."""
    key = request.args.get("som")
    return survey_for_hr(session, key) if key else None


@blueprint.get("/undersokelser/<key>")
@requires(*HR_ROLES)
def show(key: str) -> str:
    """Participation, where the survey stands, and what is next."""
    session = database.session()
    survey = survey_for_hr(session, key)
    rows = turnout(session, survey)
    return tab(
        "show",
        survey,
        rows=rows,
        top=rows[0] if rows else None,
        forecast=rates_at_closing(rows, survey, municipal_day()),
        least=promised_group(session, survey) if rows and rows[0].invited is None else survey.minimum_group,
        people=audience(session, survey),
        uses_roster=uses_roster(survey),
        mail=outbox.outbox_counts(session, survey),
        reminders=reminders.reminder_outlook(session, survey),
        findings=roster_findings(session, survey),
        mail_problem=why_no_mail(),
        warnings=[*text_warnings(survey), *too_short_warning(survey)],
    )


@blueprint.get("/undersokelser/<key>/sporreskjema")
@requires(*HR_ROLES)
def questionnaire(key: str) -> str:
    """What is asked."""
    survey = survey_for_hr(database.session(), key)
    return tab("questionnaire", survey, questionnaire=questionnaire_of(survey.instrument))


@blueprint.route("/undersokelser/<key>/innsyn", methods=["GET", "POST"])
@requires(*HR_ROLES)
def visibility(key: str) -> str | Response:
    """Who sees what, and when; before opening also who answers for it."""
    session = database.session()
    survey = survey_for_hr(session, key)
    is_open_to_change = survey.status == SurveyStatus.DRAFT and bool(survey.visibility)
    form = StepDetailsForm(data=stored_values(survey)) if is_open_to_change else None
    if form is not None and form.validate_on_submit():
        set_step_details(session, survey, form.details())
        session.commit()
        flash(_("Innsynet er lagret."))
        return redirect(url_for("hr.visibility", key=key))
    return tab(
        "visibility", survey, kept_steps=kept_steps(survey), form=form, undecided=undecided_step(survey)
    )


@blueprint.get("/undersokelser/<key>/steg/<name>")
@requires(*HR_ROLES)
def confirm(key: str, name: str) -> str:
    """What a step will do, before it is taken."""
    session = database.session()
    survey = survey_for_hr(session, key)
    return _confirmation(session, survey, _step_for_hr(survey, name))


@blueprint.post("/undersokelser/<key>/steg/<name>")
@requires(*HR_ROLES)
def take(key: str, name: str) -> Response | tuple[str, int]:
    """Takes a step that was confirmed. A step that cannot be taken says why, and nothing is changed."""
    session = database.session()
    survey = survey_for_hr(session, key)
    step = _step_for_hr(survey, name)
    if left_to_worker(session, survey, step):
        return redirect(url_for("hr.show", key=key))
    # Each step is a transaction of its own; on SQLite this session would hold the write lock it needs.
    session.close()
    try:
        messages = request.form.get("messages", type=int)
        done = step.take(StepRequest(database.database(), key, messages, request.form.to_dict()))
    except SurveyError as error:
        session.close()
        findings = getattr(error, "findings", ())
        return _confirmation(session, survey_for_hr(session, key), step, str(error), findings), 409
    if step.wakes:
        wake(step.wakes)
    flash(done)
    return redirect(url_for("hr.show", key=key))


@blueprint.get("/undersokelser/<key>/fremdrift")
@requires(*HR_ROLES)
def progress(key: str) -> Response:
    """How far the survey's long step has come, for the page that waits for it."""
    session = database.session()
    survey = survey_for_hr(session, key)
    found = long_steps.standing(session, survey)
    if found is None or found.problem:
        return jsonify(under_way=False)
    return jsonify(under_way=True, share=share_done(survey))


def _step_for_hr(survey: Survey, name: str) -> SurveyStep:
    """The step, when it has a confirmation page and the reader may take it; else the request ends with 404 or 403."""
    try:
        step = step_named(name)
    except KeyError:
        abort(404)
    if step.describe is None:
        abort(404)
    require_unit(survey.unit_id, *step.roles)
    return step


def _confirmation(
    session: Session, survey: Survey, step: SurveyStep, problem: str = "", findings: Sequence[str] = ()
) -> str:
    shown = described(session, survey, step, request.values)
    return render_template(
        "hr/confirm.html", survey=survey, step=step, described=shown, problem=problem, findings=findings
    )
