"""Result pages: released figures only."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import groupby

from flask import Blueprint, abort, render_template, request
from flask_login import current_user
from sqlalchemy.orm import Session

from surveys.access.models import HR_ROLES, Account, Role
from surveys.access.permissions import is_granted, requires, roles_of
from surveys.actions.chain import ChainState, chain_state
from surveys.actions.rights import may_read_plan
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.instruments.in_use import questionnaire_of
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.release.comparisons.references import Against, comparisons
from surveys.release.entrances import entrances
from surveys.release.models import Release
from surveys.release.visibility import Access, access_to
from surveys.results import score_details
from surveys.results import texts as wording
from surveys.results.audit_package.readers import surveys_with_package
from surveys.results.comments.queries import readable_count
from surveys.results.comparisons import reference_texts as reference_words
from surveys.results.comparisons import succession_texts as succession_words
from surveys.results.comparisons.finite_population import InvitedLine, invited_reading
from surveys.results.corrections import texts as corrected_words
from surveys.results.corrections.queries import corrections_for
from surveys.results.filled_columns import filled_columns
from surveys.results.history import texts as history_wording
from surveys.results.history.queries import history_of
from surveys.results.meanings import line_meanings
from surveys.results.opened import note_opening
from surveys.results.pictures import scale_picture
from surveys.results.queries import UnitResult, find_unit, latest_release, unit_result
from surveys.results.screening.queries import screened_surveys
from surveys.results.trends import texts as trend_wording
from surveys.results.trends.queries import earlier_surveys, type_trends, unit_trends
from surveys.results.weighting import texts as weighted_wording
from surveys.results.weighting.queries import weighted_table

blueprint = Blueprint("results", __name__)


@dataclass(frozen=True)
class AskedPlace:
    """A released survey and a unit in it that the reader may see, now or later."""

    survey: Survey
    release: Release
    unit: SurveyUnit
    access: Access


AccessRule = Callable[[Session, Account, Release, int, dt.date], Access | None]


def asked_place(
    session: Session, survey_key: str, unit_code: str, rule: AccessRule = access_to
) -> AskedPlace:
    """What the address asks for. Ends the request when it is not there, or by the rule not for this reader."""
    try:
        survey = find_survey(session, survey_key)
    except SurveyError:
        abort(404)
    release, place = latest_release(session, survey), find_unit(session, survey, unit_code)
    if release is None or place is None:
        abort(404)
    access = rule(session, current_user, release, place.unit_id, _today())
    if access is None:
        abort(403)
    return AskedPlace(survey, release, place, access)


@blueprint.get("/resultater")
@requires(*Role)
def index() -> str:
    """Every released survey with the reader's own units."""
    found = entrances(database.session(), current_user, _today())
    surveys = [
        (survey, list(units)) for survey, units in groupby(found, key=lambda entrance: entrance.survey)
    ]
    screened = screened_surveys(database.session(), [entrance.unit for entrance in found])
    packaged = surveys_with_package(database.session(), current_user, found)
    return render_template("results/index.html", surveys=surveys, screened=screened, packaged=packaged)


@blueprint.get("/resultater/<survey_key>/<unit_code>")
@requires(*Role)
def unit(survey_key: str, unit_code: str) -> str:
    """One unit's result, or from which day it can be seen."""
    session = database.session()
    asked = asked_place(session, survey_key, unit_code)
    survey, release, place = asked.survey, asked.release, asked.unit
    if not asked.access.now:
        return render_template("results/not_yet.html", survey=survey, unit=place, access=asked.access)
    noted = note_opening(session, current_user, place, _today())
    beside = comparisons(session, survey, release, place, request.args.get("med", ""), _today())
    result = unit_result(session, current_user, _today(), release, place, beside)
    earlier = earlier_surveys(session, survey) if result.shown or result.is_top else []
    return render_template(
        "results/unit.html",
        result=result,
        words=wording,
        beside=reference_words,
        details=score_details,
        filled_columns=filled_columns,
        meanings=line_meanings(questionnaire_of(survey.instrument), result.lines),
        succession=succession_words,
        invited=_invited_reading(session, release, place.unit_id, result),
        chosen=beside.chosen.choice.key or None,
        compared=beside.chosen.choice.against != Against.NOTHING,
        sentences=wording.summary(result),
        picture=scale_picture,
        may_see_opened=bool(roles_of(current_user) & {Role.LEADER, *HR_ROLES}),
        may_see_quality=is_granted(session, current_user, survey.unit_id, *HR_ROLES),
        comments=readable_count(session, survey, release, place.unit_id),
        past=history_of(session, survey, place.unit_id, result.lines),
        past_words=history_wording,
        trends=unit_trends(session, survey, release, place.unit_id, earlier) if result.shown else None,
        type_trends=type_trends(session, current_user, _today(), survey, release, earlier)
        if result.is_top
        else [],
        trend_words=trend_wording,
        weighted=weighted_table(session, survey, release, result),
        weighted_words=weighted_wording,
        chain=_chain(session, survey, place.unit_id, noted),
        corrected=corrections_for(session, current_user, release, place.unit_id),
        corrected_words=corrected_words,
    )


def _invited_reading(
    session: Session, release: Release, unit_id: int, result: UnitResult
) -> list[InvitedLine]:
    """Only when it is asked for: nothing remembers it."""
    if request.args.get("regn") != "inviterte" or not result.shown:
        return []
    return invited_reading(session, release, unit_id, result)


def _chain(session: Session, survey: Survey, unit_id: int, noted: dt.date | None) -> ChainState | None:
    """What has been done after the survey; None for whoever does not read the unit's plan. noted: opened just now."""
    if not may_read_plan(session, current_user, unit_id):
        return None
    state = chain_state(session, survey, unit_id)
    return replace(state, opened_on=noted) if noted else state


def _today() -> dt.date:
    return municipal_day()
