"""HR has every unit's files of a survey packed as one zip, sees how far it has come, and takes it."""

from dataclasses import dataclass

from flask import (
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as WerkzeugResponse

from surveys.access.models import HR_ROLES
from surveys.access.permissions import require_unit, requires
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.campaigns.models import Survey
from surveys.campaigns.survey_texts import titles
from surveys.platform import database
from surveys.platform.explained import MovedOnError
from surveys.platform.localisation import LANGUAGES, language, localised
from surveys.platform.queue import wake
from surveys.platform.texts import _
from surveys.release.models import Release
from surveys.reports.material.kinds import FileKind
from surveys.reports.material.packages import KEPT_DAYS, UnitPackage, UnitPackages, unit_packages
from surveys.reports.material.views import as_download, blueprint
from surveys.results.queries import latest_release


@dataclass(frozen=True)
class ReleasedSurvey:
    """A released survey that the reader administers as a whole, and its package if there is one."""

    survey: Survey
    release: Release
    package: UnitPackage | None


def _packages() -> UnitPackages:
    return unit_packages(current_app.config["SETTINGS"].instance)


def _asked(survey_key: str) -> ReleasedSurvey:
    """Ends the request when the survey is not there, not released, or not the reader's."""
    session = database.session()
    try:
        survey = find_survey(session, survey_key)
    except SurveyError:
        abort(404)
    require_unit(survey.unit_id, *HR_ROLES)
    release = latest_release(session, survey)
    if release is None:
        abort(404)
    return ReleasedSurvey(survey, release, _packages().find(survey.id, release.id))


@blueprint.get("/resultater/<survey_key>/alle-enhetene")
@requires(*HR_ROLES)
def all_units(survey_key: str) -> str:
    return _page(_asked(survey_key))


@blueprint.post("/resultater/<survey_key>/alle-enhetene")
@requires(*HR_ROLES)
def ask_all_units(survey_key: str) -> WerkzeugResponse | tuple[str, int]:
    """Has the worker make the package."""
    asked = _asked(survey_key)
    kinds = [kind for kind in FileKind if kind in request.form.getlist("kinds")]
    if not kinds:
        return _page(asked, problem=_("Velg minst én filtype.")), 422
    wanted = request.form.get("language", "")
    _packages().ask(
        asked.survey.id,
        asked.release.id,
        wanted if wanted in LANGUAGES else language(),
        kinds,
    )
    wake("steps")
    return redirect(url_for("material.all_units", survey_key=survey_key))


@blueprint.get("/resultater/<survey_key>/alle-enhetene/framdrift")
@requires(*HR_ROLES)
def all_units_progress(survey_key: str) -> Response:
    package = _asked(survey_key).package
    if package is None or not package.under_way:
        return jsonify(under_way=False)
    return jsonify(under_way=True, share=package.progress.share)


@blueprint.get("/resultater/<survey_key>/alle-enhetene.zip")
@requires(*HR_ROLES)
def all_units_file(survey_key: str) -> Response:
    asked = _asked(survey_key)
    if asked.package is None or not asked.package.ready:
        raise MovedOnError(
            _("Filene er ikke her lenger"),
            _("De er slettet, eller de er ikke laget ennå. Du kan be om dem på nytt."),
            _("Gå til filene"),
            url_for("material.all_units", survey_key=survey_key),
        )
    name = _("%(survey)s – alle enhetene", survey=localised(titles(asked.survey))) + ".zip"
    return as_download(asked.package.file, "application/zip", name)


def _page(asked: ReleasedSurvey, problem: str = "") -> str:
    return render_template(
        "reports/all_units.html",
        survey=asked.survey,
        title=titles(asked.survey),
        package=asked.package,
        names={FileKind.PDF: "PDF", FileKind.SLIDES: "PowerPoint", FileKind.WORKBOOK: "Excel"},
        kept_days=KEPT_DAYS,
        problem=problem,
    )
