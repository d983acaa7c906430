"""Reports that were decided public, for anybody: no sign-in, no cookies, and nothing that was not decided."""

from flask import abort, render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.permissions import open_to_everyone
from surveys.platform import database
from surveys.platform.localisation import use_language
from surveys.reports.snapshots.models import Report, ReportAudience, ReportState
from surveys.reports.snapshots.publicity import content_of, is_open, public_reports, standing_decision
from surveys.reports.snapshots.texts import report_title
from surveys.reports.snapshots.views import blueprint, workbook_response
from surveys.scorecards.texts import status_words


@blueprint.get("/offentlige-rapporter")
@open_to_everyone
def public_index() -> str:
    reports = public_reports(database.session())
    return render_template("reports/snapshots/public_index.html", reports=reports)


@blueprint.get("/offentlige-rapporter/<int:report_id>")
@open_to_everyone
def public_report(report_id: int) -> str:
    session = database.session()
    report = _opened(session, report_id)
    content = content_of(session, report, ReportAudience.PUBLIC)
    use_language(content.language)
    newer = next((each for each in public_reports(session) if each.replaces_id == report.id), None)
    return render_template(
        "reports/snapshots/public_report.html",
        report=report,
        content=content,
        title=report_title(content),
        correction=newer,
        decision=standing_decision(report, ReportAudience.PUBLIC),
        colours=status_words(),
    )


@blueprint.get("/offentlige-rapporter/<int:report_id>.xlsx")
@open_to_everyone
def public_download(report_id: int) -> Response:
    session = database.session()
    return workbook_response(session, _opened(session, report_id), ReportAudience.PUBLIC)


def _opened(session: Session, report_id: int) -> Report:
    """404 for whatever is not open: that there is such a report is not told either."""
    report = session.get(Report, report_id)
    if report is None or report.state is not ReportState.FROZEN or not is_open(report, ReportAudience.PUBLIC):
        abort(404)
    return report
