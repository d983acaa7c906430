"""The page of the yearly review: what is asked of whom, and the record of what was decided about it."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.card_rights import CARD_EDITORS, CARD_ROLES, may_edit_card
from surveys.access.permissions import granted_units, requires, roles_of
from surveys.organisation.models import Unit
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.free_texts import MOST_CHARACTERS
from surveys.platform.texts import _
from surveys.reports.snapshots.views import blueprint
from surveys.reports.year.demands import (
    MINUTES_PER_VALUE,
    entry_demands,
    group_minutes,
    survey_demands,
    time_words,
)
from surveys.reports.year.models import MOST_IN_DECISION
from surveys.reports.year.reviews import (
    ReviewedMeanwhileError,
    ReviewText,
    TypedReview,
    decision_names,
    offered_review,
    read_review,
    review_versions,
    reviewed_unit,
    shown_reviews,
    store_review,
    text_of,
)

FIRST_YEAR = 2000


@blueprint.get("/rapporter/gjennomgang/<int:year>")
@requires(*CARD_ROLES)
def year_review(year: int) -> str:
    """What is asked in the reader's units, and the record, which whoever edits the top unit's card writes."""
    session = database.session()
    unit = _reviewed(session, year)
    versions = review_versions(session, unit, year)
    return _page(session, unit, year, offered_review(versions[0] if versions else None, municipal_day()))


@blueprint.post("/rapporter/gjennomgang/<int:year>")
@requires(*CARD_EDITORS)
def save_year_review(year: int) -> str | Response | tuple[str, int]:
    session = database.session()
    unit = _written(session, year)
    typed = read_review(request.form, municipal_day())
    if typed.text is None:
        return _page(session, unit, year, typed), 422
    return _store(session, unit, year, typed, typed.text)


@blueprint.post("/rapporter/gjennomgang/<int:year>/versjon/<int:number>")
@requires(*CARD_EDITORS)
def restore_year_review(year: int, number: int) -> str | Response | tuple[str, int]:
    """An earlier version is stored once more, as the newest."""
    session = database.session()
    unit = _written(session, year)
    version = next((each for each in review_versions(session, unit, year) if each.number == number), None)
    if version is None:
        abort(404)
    return _store(session, unit, year, offered_review(version, municipal_day()), text_of(version))


def _store(
    session: Session, unit: Unit, year: int, typed: TypedReview, text: ReviewText
) -> str | Response | tuple[str, int]:
    """As the version after the one that the page knew of, unless somebody came between."""
    versions = review_versions(session, unit, year)
    newest = versions[0].number if versions else 0
    if request.form.get("versjon", "0") != str(newest):
        return _page(session, unit, year, typed, overtaken=True), 409
    try:
        store_review(session, unit, year, text, current_user, newest + 1)
    except ReviewedMeanwhileError:
        return _page(session, _reviewed(session, year), year, typed, overtaken=True), 409
    session.commit()
    flash(_("Referatet for %(year)s er lagret.", year=year))
    return redirect(url_for("reports.year_review", year=year))


def _reviewed(session: Session, year: int) -> Unit:
    unit = reviewed_unit(session)
    if unit is None or not FIRST_YEAR <= year <= municipal_day().year:
        abort(404)
    return unit


def _written(session: Session, year: int) -> Unit:
    unit = _reviewed(session, year)
    if not may_edit_card(session, current_user, unit.id):
        abort(403)
    return unit


def _page(session: Session, unit: Unit, year: int, typed: TypedReview, *, overtaken: bool = False) -> str:
    today = municipal_day()
    units = granted_units(session, current_user, *CARD_ROLES)
    asked = survey_demands(session, units, year)
    entered = entry_demands(session, units, year, today)
    versions = shown_reviews(review_versions(session, unit, year))
    return render_template(
        "reports/year/review.html",
        uses_messages=True,
        year=year,
        today=today,
        unit=unit,
        asked=asked,
        entered=entered,
        groups=group_minutes([*asked, *entered]),
        time_words=time_words,
        minutes_per_value=MINUTES_PER_VALUE,
        versions=versions,
        typed=typed,
        overtaken=overtaken,
        may_write=may_edit_card(session, current_user, unit.id),
        sets_up=bool(roles_of(current_user) & set(CARD_EDITORS)),
        labels=decision_names(),
        most=MOST_IN_DECISION,
        most_participants=MOST_CHARACTERS,
        first_year=FIRST_YEAR,
    )
