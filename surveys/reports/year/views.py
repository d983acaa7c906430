"""The page of the year: dates, what waits for whom, reports, and which surveys were run."""

from flask import abort, current_app, flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.card_rights import CARD_EDITORS, CARD_ROLES
from surveys.access.permissions import granted_units, requires, roles_of
from surveys.organisation.models import Unit
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.texts import _, ngettext
from surveys.reports.rounds import due_after, last_round, phases
from surveys.reports.snapshots.models import Report, ReportKind, ReportState
from surveys.reports.snapshots.publicity import report_rights
from surveys.reports.snapshots.views import blueprint
from surveys.reports.year.coverage import coverage
from surveys.reports.year.reminders import queue_reminders
from surveys.scorecards.entering import entry_tasks
from surveys.scorecards.frequencies import periods_of
from surveys.scorecards.replies.waiting import waiting_for


@blueprint.get("/rapporter/arshjul")
@requires(*CARD_ROLES)
def year() -> str:
    """The year of the cards that the reader has anything to do with."""
    session = database.session()
    today = municipal_day()
    units = granted_units(session, current_user, *CARD_ROLES)
    waiting = waiting_for(session, current_user, today)
    tasks = [
        (task, due_after(periods_of(task.indicator.frequency).last_day(task.year, task.part)))
        for task in entry_tasks(session, current_user, today)
        if task.entered < task.units
    ]
    return render_template(
        "reports/year/year.html",
        today=today,
        phases=list(phases(today.year)),
        last=last_round(today),
        tasks=tasks,
        waiting=waiting,
        reports=_reports_of_year(session, today.year),
        coverage=coverage(session, units),
        has_mail_server=bool(current_app.config["SETTINGS"].smtp_host),
        may_begin=bool(roles_of(current_user) & set(CARD_EDITORS)),
        uses_messages=True,
    )


@blueprint.post("/rapporter/arshjul/paminn")
@requires(*CARD_EDITORS)
def remind_owners() -> Response:
    """Puts reminders in the outbox for those who enter and reply in the reader's units."""
    session = database.session()
    units = granted_units(session, current_user, *CARD_EDITORS)
    top = session.scalars(select(Unit).where(Unit.id.in_(units)).order_by(Unit.id)).first()
    if top is None:
        abort(403)
    queued = queue_reminders(session, top, units, municipal_day())
    session.commit()
    flash(
        ngettext(
            "%(num)s person får en påminnelse hvis noe venter på henne.",
            "%(num)s personer får en påminnelse hvis noe venter på dem.",
            queued,
        )
        if queued
        else _("Alle som har en e-postadresse, har fått påminnelsen for dette tertialet.")
    )
    return redirect(url_for("reports.year"))


def _reports_of_year(session: Session, year: int) -> dict[int, list[Report]]:
    """Tertial → the frozen tertial reports of the reader's units; 0 → the annual reports on the year before."""
    units = report_rights(session, current_user).internal
    found: dict[int, list[Report]] = {}
    made = select(Report).where(Report.unit_id.in_(units), Report.state == ReportState.FROZEN)
    for report in session.scalars(made.order_by(Report.id)):
        if report.kind is ReportKind.TERTIAL and report.year == year:
            found.setdefault(report.part, []).append(report)
        if report.kind is ReportKind.YEAR and report.year == year - 1:
            found.setdefault(0, []).append(report)
    return found
