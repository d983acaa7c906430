"""The figures that somebody explores, as JSON. Who may read one may read the page it belongs to, and no more."""

from flask import Response, abort

from surveys.access.models import HR_ROLES
from surveys.access.permissions import requires
from surveys.hr.quality.charts import DotChart, ShareChart
from surveys.hr.quality.figures import figure_json
from surveys.hr.quality.heat_maps import Matrix, correlation_matrix, htmt_matrix, htmt_of_all
from surveys.hr.quality.shown import alphas_of, factor_of, factor_pictures, stored_report
from surveys.hr.survey_page import blueprint, survey_for_hr
from surveys.instruments.in_use import questionnaire_of
from surveys.platform import database


@blueprint.get("/undersokelser/<key>/kvalitet/tema/<factor>/figur/<name>")
@requires(*HR_ROLES)
def quality_factor_figure(key: str, factor: str, name: str) -> Response:
    """«pastander»: each statement's correlation with the rest. «svar»: how the answers are distributed."""
    session = database.session()
    survey = survey_for_hr(session, key)
    pictures = factor_pictures(session, survey, factor_of(survey, factor))
    return _json(getattr(pictures, {"pastander": "statements", "svar": "answers"}.get(name, ""), None))


@blueprint.get("/undersokelser/<key>/kvalitet/struktur/figur/<name>")
@requires(*HR_ROLES)
def quality_structure_figure(key: str, name: str) -> Response:
    """«htmt», «htmt-alle» or «korrelasjoner», as a heat map."""
    session = database.session()
    survey = survey_for_hr(session, key)
    result = stored_report(session, survey)
    matrices = {"htmt": htmt_matrix, "htmt-alle": htmt_of_all, "korrelasjoner": correlation_matrix}
    if not result or name not in matrices:
        abort(404)
    return _json(matrices[name](result, questionnaire_of(survey.instrument)))


@blueprint.get("/undersokelser/<key>/kvalitet/over-tid/figur")
@requires(*HR_ROLES)
def quality_years_figure(key: str) -> Response:
    """Alpha of every factor, year by year."""
    session = database.session()
    return _json(alphas_of(session, survey_for_hr(session, key)).chart)


def _json(chart: DotChart | ShareChart | Matrix | None) -> Response:
    if chart is None:
        abort(404)
    return Response(figure_json(chart), mimetype="application/json")
