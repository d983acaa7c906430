"""Reports that were decided public, for anybody: no sign-in, no cookies, and nothing that was not decided."""

from flask import abort, render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.permissions import open_to_everyone
from surveys.platform import database
from surveys.platform.localisation import use_language
from surveys.reports.snapshots.models import Report, ReportAudience, ReportState
from surveys.reports.snapshots.publicity import (
    is_open,
    public_correction,
    public_reports,
    standing_decision,
    version_of,
)
from surveys.reports.snapshots.texts import report_title
from surveys.reports.snapshots.views import blueprint, file_response
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
    newer = public_correction(session, report)
    version = version_of(session, report, ReportAudience.PUBLIC, newer)
    content = version.content
    use_language(content.language)
    return render_template(
        "reports/snapshots/public_report.html",
        report=report,
        version=version,
        content=content,
        title=report_title(content),
        correction=newer,
        decision=standing_decision(report, ReportAudience.PUBLIC),
        colours=status_words(),
    )


@blueprint.get("/offentlige-rapporter/<int:report_id>.<any(pdf, xlsx):file_kind>")
@open_to_everyone
def public_download(report_id: int, file_kind: str) -> Response:
    session = database.session()
    report = _opened(session, report_id)
    newer = public_correction(session, report)
    return file_response(report, version_of(session, report, ReportAudience.PUBLIC, newer), file_kind)


def _opened(session: Session, report_id: int) -> Report:
    """404 for whatever is not open: that there is such a report is not told either."""
    report = session.get(Report, report_id)
    if report is None or report.state is not ReportState.FROZEN or not is_open(report, ReportAudience.PUBLIC):
        abort(404)
    return report
