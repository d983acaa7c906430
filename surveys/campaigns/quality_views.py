"""HR's page about the quality of a survey's measurement."""

from surveys import database
from surveys.access.permissions import requires
from surveys.campaigns.instruments import questionnaire_of
from surveys.campaigns.quality import factor_qualities, verdict
from surveys.campaigns.survey_page import HR_ROLES, blueprint, survey_for_hr, tab


@blueprint.get("/undersokelser/<key>/kvalitet")
@requires(*HR_ROLES)
def quality(key: str) -> str:
    """Whether the instrument measured what it should."""
    from surveys.results.models import QualityReport

    session = database.session()
    survey = survey_for_hr(session, key)
    report = session.get(QualityReport, survey.id)
    factors = factor_qualities(report.result, questionnaire_of(survey.instrument)) if report else []
    return tab(
        "quality",
        survey,
        factors=factors,
        verdict=verdict(factors) if factors else "",
        warnings=report.result.get("warnings", []) if report else [],
    )
