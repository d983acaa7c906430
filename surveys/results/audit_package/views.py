"""The package as one zip, for the employee representative of the whole survey and for HR."""

from flask import Response, abort
from flask_login import current_user

from surveys.access.permissions import require_unit, requires
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.release.visibility import access_to
from surveys.results.audit_package.contents import package_files
from surveys.results.audit_package.readers import READERS
from surveys.results.audit_package.writing import as_zip
from surveys.results.queries import latest_release
from surveys.results.views import blueprint


@blueprint.get("/resultater/<survey_key>/kontrollpakke.zip")
@requires(*READERS)
def audit_package(survey_key: str) -> Response:
    """From the day the reader may see the results."""
    session = database.session()
    try:
        survey = find_survey(session, survey_key)
    except SurveyError:
        abort(404)
    require_unit(survey.unit_id, *READERS)
    release = latest_release(session, survey)
    if release is None:
        abort(404)
    access = access_to(session, current_user, release, survey.unit_id, municipal_day())
    if access is None or not access.now:
        abort(403)
    try:
        files = package_files(session, survey)
    except SurveyError:
        abort(404)
    name = f"kontrollpakke-{survey.key}"
    return Response(
        as_zip(files, name),
        mimetype="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}.zip"'},
    )
