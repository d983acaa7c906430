"""HR's page about what has been released, and when."""

from sqlalchemy import select

from surveys import database
from surveys.access.permissions import requires
from surveys.campaigns.survey_page import HR_ROLES, blueprint, survey_for_hr, tab


@blueprint.get("/undersokelser/<key>/frigivelse")
@requires(*HR_ROLES)
def publication(key: str) -> str:
    """What has been released, and when."""
    from surveys.results.models import Release

    session = database.session()
    survey = survey_for_hr(session, key)
    releases = session.scalars(
        select(Release).where(Release.survey_id == survey.id).order_by(Release.number)
    ).all()
    return tab("publication", survey, releases=releases)
