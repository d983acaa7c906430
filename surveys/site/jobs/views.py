"""«Drift»: background jobs for whoever administers the installation, and a second try for those that stopped."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from surveys.access.models import Role
from surveys.access.permissions import require_unit, requires
from surveys.campaigns.failed_mails import retry_failed
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.campaigns.models import Survey
from surveys.hr.long_steps import ask_again
from surveys.platform import database
from surveys.platform.clock import now
from surveys.platform.heartbeats import heartbeats
from surveys.platform.mail_server import why_no_mail
from surveys.platform.queue import current_jobs, wake
from surveys.platform.texts import _
from surveys.site.jobs import queries
from surveys.site.jobs.account_mails import waiting_account_mails

blueprint = Blueprint("jobs", __name__, url_prefix="/drift")


@blueprint.get("")
@requires(Role.ADMINISTRATOR)
def index() -> str:
    return _page()


@blueprint.post("/<key>/steg")
@requires(Role.ADMINISTRATOR)
def retry_step(key: str) -> Response:
    """Has the worker take a step that stopped once more, as it was asked for."""
    session = database.session()
    asked = ask_again(session, _own_survey(key), current_user.id)
    session.commit()
    if asked:
        wake("steps")
        flash(_("Bakgrunnsjobben prøver igjen."))
    return redirect(url_for("jobs.index"))


@blueprint.post("/<key>/epost")
@requires(Role.ADMINISTRATOR)
def retry_mails(key: str) -> Response | tuple[str, int]:
    """Sends invitations that failed once more."""
    session = database.session()
    try:
        retry_failed(session, _own_survey(key))
    except SurveyError as error:
        session.rollback()
        return _page(problem=str(error)), 409
    session.commit()
    wake("outbox")
    flash(_("Invitasjonene som ikke kom fram, blir sendt på nytt."))
    return redirect(url_for("jobs.index"))


def _own_survey(key: str) -> Survey:
    try:
        survey = find_survey(database.session(), key)
    except SurveyError:
        abort(404)
    require_unit(survey.unit_id, Role.ADMINISTRATOR)
    return survey


def _page(problem: str = "") -> str:
    session = database.session()
    surveys = queries.own_surveys(session, current_user.account)
    jobs = current_jobs()
    seen = heartbeats(session)
    return render_template(
        "site/jobs.html",
        uses_messages=True,
        problem=problem,
        is_late=seen.is_late,
        workers=queries.workers_seen(seen),
        steps=queries.steps(session, surveys, jobs.share_done),
        mails=queries.mails(session, surveys),
        account_mails=waiting_account_mails(session),
        planned=queries.planned(session, surveys, now()),
        mail_problem=why_no_mail(),
    )
