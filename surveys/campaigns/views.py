"""HR's pages: the surveys, a new one, and where each stands in its life."""

import datetime as dt
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys import database
from surveys.access.models import Role
from surveys.access.permissions import granted_units, require_unit, requires
from surveys.campaigns import outbox, steps
from surveys.campaigns.drafting import draft_from, fill_choices
from surveys.campaigns.forms import NewSurveyForm
from surveys.campaigns.instruments import InstrumentChangedError, questionnaire_of
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.campaigns.quality import factor_qualities, verdict
from surveys.campaigns.turnout import turnout

blueprint = Blueprint("campaigns", __name__)

_HR = (Role.HR, Role.ADMINISTRATOR)
_LIFE = tuple(SurveyStatus)


@blueprint.context_processor
def messages() -> dict[str, bool]:
    """These pages show what the last step did."""
    return {"uses_messages": True}


@blueprint.get("/undersokelser")
@requires(*_HR)
def index() -> str:
    """Every survey of the reader's units, the newest first."""
    session = database.session()
    units = granted_units(session, current_user, *_HR)
    surveys = session.scalars(
        select(Survey).where(Survey.unit_id.in_(units)).order_by(Survey.opens_on.desc(), Survey.id.desc())
    ).all()
    return render_template("campaigns/index.html", surveys=surveys)


@blueprint.route("/undersokelser/ny", methods=["GET", "POST"])
@requires(*_HR)
def create() -> str | Response:
    """A new survey, as a draft."""
    session = database.session()
    form = NewSurveyForm()
    fill_choices(form, session, current_user)
    if form.validate_on_submit():
        require_unit(int(form.unit.data), *_HR)
        try:
            key = draft_from(form, session).key
            session.commit()
            return redirect(url_for("campaigns.show", key=key))
        except (SurveyError, InstrumentChangedError) as error:
            form.questionnaire.errors = [str(error)]
    return render_template("campaigns/create.html", form=form)


@blueprint.get("/undersokelser/<key>")
@requires(*_HR)
def show(key: str) -> str:
    """Participation, where the survey stands, and what is next."""
    session = database.session()
    survey = _survey(session, key)
    rows = turnout(session, survey)
    return _page(
        "show",
        survey,
        rows=rows,
        top=rows[0] if rows else None,
        people=steps.audience(session, survey),
        uses_roster=steps.uses_roster(survey),
        mail=outbox.outbox_counts(session, survey),
        reminders_due=outbox.reminders_due(session, survey),
    )


@blueprint.get("/undersokelser/<key>/sporreskjema")
@requires(*_HR)
def questionnaire(key: str) -> str:
    """What is asked."""
    survey = _survey(database.session(), key)
    return _page("questionnaire", survey, questionnaire=questionnaire_of(survey.instrument))


@blueprint.get("/undersokelser/<key>/innsyn")
@requires(*_HR)
def visibility(key: str) -> str:
    """Who sees what, and when."""
    return _page("visibility", _survey(database.session(), key))


@blueprint.get("/undersokelser/<key>/kvalitet")
@requires(*_HR)
def quality(key: str) -> str:
    """Whether the instrument measured what it should."""
    from surveys.results.models import QualityReport

    session = database.session()
    survey = _survey(session, key)
    report = session.get(QualityReport, survey.id)
    factors = factor_qualities(report.result, questionnaire_of(survey.instrument)) if report else []
    return _page(
        "quality",
        survey,
        factors=factors,
        verdict=verdict(factors) if factors else "",
        warnings=report.result.get("warnings", []) if report else [],
    )


@blueprint.get("/undersokelser/<key>/frigivelse")
@requires(*_HR)
def publication(key: str) -> str:
    """What has been released, and when."""
    from surveys.results.models import Release

    session = database.session()
    survey = _survey(session, key)
    releases = session.scalars(
        select(Release).where(Release.survey_id == survey.id).order_by(Release.number)
    ).all()
    return _page("publication", survey, releases=releases)


@blueprint.get("/undersokelser/<key>/steg/<name>")
@requires(*_HR)
def confirm(key: str, name: str) -> str:
    """What a step will do, before it is taken."""
    session = database.session()
    survey = _survey(session, key)
    return _confirmation(session, survey, name)


@blueprint.post("/undersokelser/<key>/steg/<name>")
@requires(*_HR)
def take(key: str, name: str) -> Response | tuple[str, int]:
    """Takes a step that was confirmed. A step that cannot be taken says why, and nothing is changed."""
    session = database.session()
    _survey(session, key)
    # Each step is a transaction of its own; on SQLite this session would hold the write lock it needs.
    session.close()
    try:
        done = steps.take(database.database(), key, name, request.form.get("reminder", type=int))
    except KeyError:
        abort(404)
    except SurveyError as error:
        session.close()
        return _confirmation(session, _survey(session, key), name, problem=str(error)), 409
    if name in {"invite", "remind"}:
        from surveys.jobs import jobs_of

        jobs_of(current_app._get_current_object()).work_outbox()  # type: ignore[attr-defined]
    flash(done)
    return redirect(url_for("campaigns.show", key=key))


def _survey(session: Session, key: str) -> Survey:
    """The survey, when the reader is HR for its unit; else the request ends with 404 or 403."""
    try:
        survey = find_survey(session, key)
    except SurveyError:
        abort(404)
    require_unit(survey.unit_id, *_HR)
    return survey


def _page(name: str, survey: Survey, **values: Any) -> str:
    """A tab of the survey's page, with where it stands in its life and what is next."""
    following = steps.next_step(database.session(), survey)
    today = dt.datetime.now(dt.UTC).date()
    return render_template(
        f"campaigns/{name}.html",
        survey=survey,
        life=_LIFE,
        place=_LIFE.index(survey.status),
        next_step=following,
        next_label=steps.label(following) if following else "",
        days_left=(survey.closes_on - today).days,
        **values,
    )


def _confirmation(session: Session, survey: Survey, name: str, problem: str = "") -> str:
    try:
        step = steps.described(session, survey, name)
    except KeyError:
        abort(404)
    reminder = outbox.next_reminder(session, survey) if name == "remind" else None
    return render_template(
        "campaigns/confirm.html", survey=survey, step=step, problem=problem, reminder=reminder
    )
