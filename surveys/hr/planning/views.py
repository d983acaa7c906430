"""Planning a survey: the draft is changed, narrowed down, checked and deleted; the deadline is moved."""

import datetime as dt
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.models import HR_ROLES
from surveys.access.permissions import require_unit, requires
from surveys.campaigns.checklist import ChecklistItem, tick, untick
from surveys.campaigns.deadline import extend_deadline
from surveys.campaigns.keystore import key_store
from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.campaigns.planned_reminders import offered_plan, reminders_left_time_for
from surveys.campaigns.planning import (
    change_draft,
    change_scope,
    delete_draft,
    number_invited,
    require_draft,
)
from surveys.campaigns.reminder_plan import MOST_REMINDERS
from surveys.campaigns.scope import Scope, units_to_choose
from surveys.campaigns.survey_texts import title_in
from surveys.campaigns.year_minutes import minutes_in_year, told
from surveys.hr.drafting import fill_choices, plan_from
from surveys.hr.forms import NewSurveyForm
from surveys.hr.planning.checklist_texts import checklist_lines, people_said
from surveys.hr.planning.copying import form_values
from surveys.hr.planning.forms import DeadlineForm, ScopeForm
from surveys.hr.survey_page import blueprint, survey_for_hr
from surveys.instruments.in_use import InstrumentChangedError, questionnaire_of
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import language, long_date
from surveys.platform.messages import flash_at
from surveys.platform.texts import _

_A_DAY: Final = dt.timedelta(days=1)


@blueprint.route("/undersokelser/<key>/endre", methods=["GET", "POST"])
@requires(*HR_ROLES)
def edit(key: str) -> str | Response:
    """The form of a draft."""
    session = database.session()
    survey = survey_for_hr(session, key)
    if refusal := _refusal(survey):
        return refusal
    form = NewSurveyForm(data=form_values(survey))
    fill_choices(form, session, current_user)
    _offer_own_questionnaire(form, survey)
    if form.validate_on_submit():
        require_unit(int(form.unit.data), *HR_ROLES)
        try:
            change_draft(session, survey, plan_from(form, session, survey.key, survey.instrument))
            session.commit()
            flash(_("Kladden er lagret."))
            return redirect(url_for("hr.show", key=key))
        except (SurveyError, InstrumentChangedError) as error:
            session.rollback()
            form.questionnaire.errors = [str(error)]
    return render_template("hr/create.html", form=form, survey=survey, copied=None)


@blueprint.route("/undersokelser/<key>/slett", methods=["GET", "POST"])
@requires(*HR_ROLES)
def delete(key: str) -> str | Response:
    """What is lost with a draft, and deleting it."""
    session = database.session()
    survey = survey_for_hr(session, key)
    if refusal := _refusal(survey):
        return refusal
    title = title_in(survey)
    if request.method == "POST":
        survey_id = survey.id
        delete_draft(session, survey)
        session.commit()
        # A key that was shared out before the draft was given up opens nothing any more.
        key_store().destroy(survey_id)
        flash(_("Kladden «%(title)s» er slettet.", title=title))
        return redirect(url_for("hr.index"))
    return render_template("hr/planning/delete.html", survey=survey, invited=number_invited(session, survey))


@blueprint.route("/undersokelser/<key>/frist", methods=["GET", "POST"])
@requires(*HR_ROLES)
def deadline(key: str) -> str | Response:
    """A later deadline for an open survey."""
    session = database.session()
    survey = survey_for_hr(session, key)
    if survey.status != SurveyStatus.OPEN:
        flash(_("Fristen kan flyttes mens undersøkelsen er åpen."))
        return redirect(url_for("hr.show", key=key))
    form = DeadlineForm(survey.opens_on)
    if form.validate_on_submit():
        try:
            extend_deadline(session, survey, form.closes_on.data)
            session.commit()
            return _moved(session, survey)
        except SurveyError as error:
            form.closes_on.errors = [str(error)]
    return render_template(
        "hr/planning/deadline.html",
        survey=survey,
        form=form,
        earliest=max(survey.closes_on + _A_DAY, municipal_day()),
        asks_later=reminders_left_time_for(session, survey, municipal_day()) < MOST_REMINDERS,
    )


def _moved(session: Session, survey: Survey) -> Response:
    """Back to the survey, or to its reminders when the new deadline leaves time for more of them."""
    said = _("Siste svardag er nå %(day)s.", day=long_date(survey.closes_on))
    if offered_plan(session, survey, municipal_day()) is None:
        flash(said)
        return redirect(url_for("hr.show", key=survey.key))
    return redirect(url_for("hr.mailing", key=survey.key, _anchor=flash_at("paminnelser", said)))


@blueprint.get("/undersokelser/<key>/sjekkliste")
@requires(*HR_ROLES)
def checklist(key: str) -> str:
    """What is to be seen to before the survey opens: what the machine sees, and who has ticked the rest."""
    session = database.session()
    survey = survey_for_hr(session, key)
    return render_template(
        "hr/planning/checklist.html",
        survey=survey,
        lines=checklist_lines(session, survey),
        can_tick=survey.status == SurveyStatus.DRAFT,
    )


@blueprint.post("/undersokelser/<key>/sjekkliste")
@requires(*HR_ROLES)
def tick_checklist(key: str) -> Response:
    """Ticks an item, or takes the tick back."""
    session = database.session()
    survey = survey_for_hr(session, key)
    if refusal := _refusal(survey):
        return refusal
    try:
        item = ChecklistItem(request.form.get("punkt", ""))
    except ValueError:
        return redirect(url_for("hr.checklist", key=key))
    if "angre" in request.form:
        untick(session, survey, item)
    else:
        tick(session, survey, item, current_user.id)
    session.commit()
    return redirect(url_for("hr.checklist", key=key, _anchor=item.value))


@blueprint.route("/undersokelser/<key>/utvalg", methods=["GET", "POST"])
@requires(*HR_ROLES)
def scope(key: str) -> str | Response:
    """Whom the survey asks within its unit."""
    session = database.session()
    survey = survey_for_hr(session, key)
    if request.method == "POST" and (refusal := _refusal(survey)):
        return refusal
    form = ScopeForm()
    units = units_to_choose(session, survey)
    form.fill(units, Scope.of(survey), filled_in=request.method == "POST")
    if form.validate_on_submit():
        change_scope(session, survey, form.scope)
        session.commit()
        flash(people_said(session, survey))
        return redirect(url_for("hr.scope", key=key))
    return render_template(
        "hr/planning/scope.html",
        survey=survey,
        form=form,
        people=people_said(session, survey),
        minutes=told(minutes_in_year(session, survey)),
        can_change=survey.status == SurveyStatus.DRAFT,
    )


@blueprint.get("/undersokelser/<key>/prov")
@requires(*HR_ROLES)
def try_answering(key: str) -> Response:
    """The preview of the survey's pages: answers given there are never stored."""
    survey = survey_for_hr(database.session(), key)
    questionnaire = questionnaire_of(survey.instrument)
    wanted = language()
    return redirect(
        url_for(
            "previews.start_in",
            instrument=questionnaire.key,
            version=questionnaire.version,
            language=wanted if wanted in questionnaire.languages else questionnaire.languages[0],
            undersokelse=survey.key,
        )
    )


def _refusal(survey: Survey) -> Response | None:
    """The way back for a survey that is no draft any more, None for a draft."""
    try:
        require_draft(survey)
    except SurveyError as error:
        flash(str(error))
        return redirect(url_for("hr.show", key=survey.key))
    return None


def _offer_own_questionnaire(form: NewSurveyForm, survey: Survey) -> None:
    """A draft of an older version, or of a questionnaire that is not on offer any more, may keep it."""
    value = f"{survey.instrument.key}:{survey.instrument.version}"
    if value not in {each for each, _text in form.questionnaire.choices}:
        name = _("%(key)s, versjon %(version)s", key=survey.instrument.key, version=survey.instrument.version)
        form.questionnaire.choices = [(value, name), *form.questionnaire.choices]
