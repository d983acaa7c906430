"""The pages where values are entered by hand for one period, and taken back."""

import datetime as dt

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.permissions import requires
from surveys.audit import trail as audit
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import short_date
from surveys.platform.texts import _, ngettext
from surveys.scorecards.doubts import period_doubts
from surveys.scorecards.entered_grid import GridJudgement, TypedGrid, judge, store_grid
from surveys.scorecards.entering import ENTERING_ROLES, EntryGrid, entry_tasks, entry_units, read_grid
from surveys.scorecards.frequencies import periods_of
from surveys.scorecards.measuring import MeasurementError, check_period
from surveys.scorecards.models import Indicator, Measurement
from surveys.scorecards.texts import limits_words, reason_words, scale_words, target_words, value_words
from surveys.scorecards.views import blueprint
from surveys.scorecards.withdrawing import withdraw_values


@blueprint.get("/verdier")
@requires(*ENTERING_ROLES)
def values_index() -> str:
    """What the reader enters values of, and how far the last period has come."""
    return render_template(
        "scorecards/values_index.html",
        tasks=entry_tasks(database.session(), current_user, _today()),
        uses_messages=True,
    )


@blueprint.route("/verdier/<int:indicator_id>/<int:year>/<int:part>", methods=["GET", "POST"])
@requires(*ENTERING_ROLES)
def enter_values(indicator_id: int, year: int, part: int) -> str | Response | tuple[str, int]:
    """One indicator's values for one period."""
    session = database.session()
    grid = _grid(session, indicator_id, year, part)
    if request.method == "GET":
        typed = TypedGrid({}, grid.indicator.source, short_date(_today()))
        return _page(grid, typed, GridJudgement())
    typed = _typed(grid)
    found = judge(grid, typed, _today())
    if not found.may_be_stored or request.form.get("handling") == "se":
        return _page(grid, typed, found, checked=True), (200 if found.may_be_stored else 422)
    stored = store_grid(session, grid, typed, found, current_user)
    session.commit()
    flash(
        ngettext(
            "%(num)s verdi er lagret for %(period)s.",
            "%(num)s verdier er lagret for %(period)s.",
            stored,
            period=grid.period,
        )
    )
    return redirect(url_for("scorecards.enter_values", indicator_id=indicator_id, year=year, part=part))


@blueprint.post("/verdier/maling/<int:measurement_id>/trekk")
@requires(*ENTERING_ROLES)
def withdraw_value(measurement_id: int) -> Response:
    """Takes one value back: the one before it stands again."""
    session = database.session()
    measurement = session.get(Measurement, measurement_id)
    if measurement is None or measurement.release_id is not None or measurement.computed_from is not None:
        abort(404)
    indicator = measurement.indicator
    if measurement.unit_id not in {
        unit.id for unit in entry_units(session, current_user, indicator, _today(), measurement.year)
    }:
        abort(403)
    year, part = measurement.year, measurement.part
    if measurement.current:
        withdraw_values(session, [measurement_id], current_user.name)
        audit.record(session, "measurements.withdrawn", indicator.code, measurements=1)
        session.commit()
        flash(_("Verdien er trukket tilbake."))
    else:
        flash(_("Verdien gjaldt ikke lenger. Ingenting er endret."))
    return redirect(url_for("scorecards.enter_values", indicator_id=indicator.id, year=year, part=part))


def _today() -> dt.date:
    return municipal_day()


def _grid(session: Session, indicator_id: int, year: int, part: int) -> EntryGrid:
    indicator = session.get(Indicator, indicator_id)
    if indicator is None:
        abort(404)
    try:
        check_period(indicator.frequency, year, part)
    except MeasurementError:
        abort(404)
    grid = read_grid(session, current_user, indicator, year, part, _today())
    if not grid.rows:
        abort(403)
    return grid


def _typed(grid: EntryGrid) -> TypedGrid:
    return TypedGrid(
        texts={row.unit.id: request.form.get(f"verdi-{row.unit.id}", "") for row in grid.rows},
        source=request.form.get("kilde", ""),
        measured_on=request.form.get("malt", ""),
        pasted=request.form.get("lim", ""),
        period_confirmed=request.form.get("periode") == "ja",
        confirmed={row.unit.id for row in grid.rows if request.form.get(f"stemmer-{row.unit.id}") == "ja"},
    )


def _page(grid: EntryGrid, typed: TypedGrid, found: GridJudgement, *, checked: bool = False) -> str:
    indicator, periods = grid.indicator, periods_of(grid.indicator.frequency)
    everybody = grid.ambitions.of(indicator, grid.rows[0].unit.id, grid.year)
    after = periods.after(grid.year, grid.part)
    return render_template(
        "scorecards/values.html",
        grid=grid,
        typed=typed,
        found=found,
        uses_messages=True,
        period_doubts=list(period_doubts(indicator.frequency, grid.year, grid.part, _today())),
        checked=checked,
        failed=checked and not found.may_be_stored,
        shown={row.unit.id: _words(grid, row.standing) for row in grid.rows},
        last={row.unit.id: _words(grid, row.last) for row in grid.rows},
        computed={row.unit.id: _computed_words(grid, row.computed) for row in grid.rows},
        withdrawn={row.unit.id: _words(grid, row.withdrawn) for row in grid.rows},
        period_of_last={
            row.unit.id: periods.words(row.last.year, row.last.part) for row in grid.rows if row.last
        },
        first_day=periods.first_day(grid.year, grid.part),
        last_day=periods.last_day(grid.year, grid.part),
        before=periods.before(grid.year, grid.part),
        before_words=periods.words(*periods.before(grid.year, grid.part)),
        after=after if periods.first_day(*after) <= _today() else None,
        after_words=periods.words(*after),
        scale=scale_words(indicator) or indicator.unit_of_measure,
        limits=[target_words(everybody, indicator, development=False), limits_words(everybody, indicator)]
        if everybody
        else [],
    )


def _computed_words(grid: EntryGrid, measurement: Measurement | None) -> str:
    if measurement is None:
        return ""
    value = _words(grid, measurement)
    return _("Regnet ut: %(value)s.", value=value) if value else reason_words(measurement)


def _words(grid: EntryGrid, measurement: Measurement | None) -> str:
    if measurement is None or measurement.value is None:
        return ""
    target = grid.ambitions.of(grid.indicator, measurement.unit_id, measurement.year)
    return value_words(measurement.value, grid.indicator, target)
