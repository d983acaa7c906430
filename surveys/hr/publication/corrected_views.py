"""What a correction changed, unit by unit: for HR, who answers for it."""

from flask import abort, render_template
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from surveys.access.models import HR_ROLES
from surveys.access.permissions import requires
from surveys.campaigns.models import SurveyUnit
from surveys.hr.survey_page import blueprint, survey_for_hr
from surveys.platform import database
from surveys.platform.localisation import alphabetical


@blueprint.get("/undersokelser/<key>/frigivelse/<int:number>/endret")
@requires(*HR_ROLES)
def corrected_figures(key: str, number: int) -> str:
    """Every unit whose own figures the correction changed. Without a correction of that number: 404."""
    from surveys.results.corrections import texts as words
    from surveys.results.corrections.queries import figures_corrected
    from surveys.results.queries import releases_of

    session = database.session()
    survey = survey_for_hr(session, key)
    releases = {release.number: release for release in releases_of(session, survey)}
    if not {number - 1, number} <= releases.keys():
        abort(404)
    made = releases[number]
    found = figures_corrected(session, releases[number - 1], made, releases[max(releases)])
    placed = session.scalars(
        select(SurveyUnit)
        .where(SurveyUnit.survey_id == survey.id, SurveyUnit.unit_id.in_(found))
        .options(joinedload(SurveyUnit.unit))
    )
    in_order = sorted(placed, key=lambda unit: (unit.unit_id != survey.unit_id, alphabetical(unit.name)))
    changed = [(unit, found[unit.unit_id]) for unit in in_order]
    return render_template(
        "hr/publication/corrected.html", survey=survey, made=made, changed=changed, words=words
    )
