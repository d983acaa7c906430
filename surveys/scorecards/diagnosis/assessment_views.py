"""The pages of a unit's self-assessment: its own years, its form, and the units below it side by side."""

import datetime as dt

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.card_rights import may_reply
from surveys.access.permissions import signed_in
from surveys.organisation.models import Unit
from surveys.organisation.subtrees import ids_below
from surveys.organisation.tree import in_order
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.texts import _
from surveys.release.visibility import readable_cards
from surveys.scorecards.diagnosis.criteria import criteria, criterion_groups, level_words
from surveys.scorecards.diagnosis.models import LEVELS, MOST_CHARACTERS
from surveys.scorecards.diagnosis.queries import assessed_units, assessed_years
from surveys.scorecards.diagnosis.typed_assessment import (
    AssessedMeanwhileError,
    TypedAssessment,
    field_names,
    offered_assessment,
    read_assessment,
    store_assessment,
)
from surveys.scorecards.views import blueprint

YEARS_SHOWN = 5


@blueprint.get("/styringskort/<unit_code>/egenvurdering")
@signed_in
def assessment(unit_code: str) -> str:
    """What the unit has said of itself, year by year; its leader has the form for this year below."""
    session = database.session()
    unit = _readable_unit(session, unit_code)
    year = municipal_day().year
    typed = offered_assessment(assessed_years(session, unit.id).get(year))
    return _page(session, unit, typed)


@blueprint.post("/styringskort/<unit_code>/egenvurdering")
@signed_in
def save_assessment(unit_code: str) -> str | Response | tuple[str, int]:
    session = database.session()
    unit = _readable_unit(session, unit_code)
    if not may_reply(session, current_user, unit.id):
        abort(403)
    typed = read_assessment(request.form)
    if typed.faults:
        return _page(session, unit, typed), 422
    year = municipal_day().year
    newest = assessed_years(session, unit.id).get(year)
    if request.form.get("versjon", "0") != str(newest.number if newest else 0):
        return _page(session, unit, typed, overtaken=True), 409
    try:
        store_assessment(session, unit, year, typed.scores, current_user, newest.number + 1 if newest else 1)
    except AssessedMeanwhileError:
        return _page(session, _readable_unit(session, unit_code), typed, overtaken=True), 409
    session.commit()
    flash(_("Egenvurderingen for %(year)s er lagret.", year=year))
    return redirect(url_for("scorecards.assessment", unit_code=unit_code))


@blueprint.get("/styringskort/<unit_code>/egenvurdering/<int:year>/enheter")
@signed_in
def assessments_below(unit_code: str, year: int) -> str:
    """The unit and those below it, in the organisation's order, never ranked."""
    session = database.session()
    unit = _readable_unit(session, unit_code)
    if not 2000 <= year <= municipal_day().year:
        abort(404)
    below = _living_below(session, unit, municipal_day())
    readable = readable_cards(session, current_user, list(below))
    tree = in_order(
        (each.id, each.parent_id, each.name, each.type) for each in below.values() if each.id in readable
    )
    found = assessed_units(session, readable, year)
    return render_template(
        "scorecards/diagnosis/units.html",
        unit=unit,
        year=year,
        nodes=[node for node in tree if node.unit_id in found],
        without=sum(node.unit_id not in found for node in tree),
        found=found,
        codes={each.id: each.code for each in below.values()},
        criteria=criteria(),
        levels=level_words(),
    )


def _readable_unit(session: Session, unit_code: str) -> Unit:
    unit = session.scalar(select(Unit).where(Unit.code == unit_code))
    if unit is None:
        abort(404)
    if unit.id not in readable_cards(session, current_user, [unit.id]):
        abort(403)
    return unit


def _living_below(session: Session, unit: Unit, today: dt.date) -> dict[int, Unit]:
    living = Unit.valid_to.is_(None) | (Unit.valid_to >= today)
    units = session.scalars(select(Unit).where(Unit.id.in_(ids_below([unit.id])), living))
    return {each.id: each for each in units}


def _page(session: Session, unit: Unit, typed: TypedAssessment, *, overtaken: bool = False) -> str:
    years = assessed_years(session, unit.id)
    this_year = municipal_day().year
    newest = years.get(this_year)
    return render_template(
        "scorecards/diagnosis/assessment.html",
        uses_messages=True,
        unit=unit,
        years=sorted(years)[-YEARS_SHOWN:],
        assessed=years,
        newest=newest,
        this_year=this_year,
        typed=typed,
        overtaken=overtaken,
        may_write=may_reply(session, current_user, unit.id),
        groups=criterion_groups(),
        names={criterion.key: field_names(criterion.key) for criterion in criteria()},
        levels=level_words(),
        scale=LEVELS,
        most=MOST_CHARACTERS,
        last=years[max(years)] if years else None,
    )
