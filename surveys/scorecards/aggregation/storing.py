"""Computed values are brought in step with what was entered, as measurements of their own kind.

Called wherever a value is entered, imported, withdrawn or a rule is changed. A computed value never takes the place of
one that somebody entered for the unit; that one takes the place of the computed one, and when it is withdrawn, the
value is computed again.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from surveys.organisation.models import Unit
from surveys.platform.clock import municipal_day
from surveys.scorecards.aggregation.amounts import IMPOSSIBLE, ComputedValue, InputValue, PeriodInputs
from surveys.scorecards.aggregation.models import IndicatorAggregation
from surveys.scorecards.cards import all_ambitions
from surveys.scorecards.doubts import impossible_words
from surveys.scorecards.frequencies import Frequency, periods_of
from surveys.scorecards.models import Indicator, Measurement, MeasurementStatus
from surveys.scorecards.overview import card_indicators, lines_by_unit

COMPUTED_SOURCE: Final = "Regnet ut"
"""The source of a computed value, as the database has it."""

IndicatorPeriod = tuple[int, int, int]
"""Indicator id, year and part."""

_Standing = tuple[int, MeasurementStatus, float | None, str, int | None, int | None, dt.date]


def aggregate(session: Session, changed: Iterable[IndicatorPeriod]) -> int:
    """Computes what follows from the changed periods, in the caller's transaction. Returns how many values are new."""
    rules = session.scalars(select(IndicatorAggregation)).all()
    if not rules:
        return 0
    return _bring_in_step(session, rules, _affected(session, rules, set(changed)))


def aggregate_indicators(session: Session, indicator_ids: Collection[int], from_year: int = 0) -> int:
    """The periods of these indicators from the year on: their rule was changed, or is gone."""
    rules = session.scalars(select(IndicatorAggregation)).all()
    parts = {id_: {id_} for id_ in indicator_ids}
    for rule in rules:
        if rule.indicator_id in parts:
            parts[rule.indicator_id] |= set(rule.parts)
    periods = select(Measurement.indicator_id, Measurement.year, Measurement.part).where(
        Measurement.current, Measurement.indicator_id.in_({each for of in parts.values() for each in of})
    )
    found = {(id_, year, part) for id_, year, part in session.execute(periods.distinct())}
    known = {rule.indicator_id for rule in rules}
    own = {period for period in found if period[0] in indicator_ids}
    wanted = {period for period in own if period[0] not in known} | _affected(session, rules, found)
    return _bring_in_step(
        session, rules, {each for each in wanted if each[0] in indicator_ids and each[1] >= from_year}
    )


def _affected(
    session: Session, rules: Sequence[IndicatorAggregation], changed: Collection[IndicatorPeriod]
) -> set[IndicatorPeriod]:
    """The periods of computed indicators that the changed values are part of."""
    users: dict[int, list[IndicatorAggregation]] = {}
    for rule in rules:
        for part_of in {*rule.parts, rule.indicator_id}:
            users.setdefault(part_of, []).append(rule)
    found: set[IndicatorPeriod] = set()
    for indicator_id, year, part in changed:
        for rule in users.get(indicator_id, ()):
            parts = periods_of(session.get_one(Indicator, rule.indicator_id).frequency).parts
            # A year's weight is that of every period in it.
            whole = part == 0 and parts > 1
            found |= {(rule.indicator_id, year, each) for each in (range(1, parts + 1) if whole else [part])}
    return found


@dataclass(frozen=True)
class _Surroundings:
    """Every unit and every card's rows, read once."""

    units: Sequence[Unit]
    on_cards: Mapping[int, Mapping[int, frozenset[int]]]

    def children(self, last_day: dt.date) -> dict[int, list[int]]:
        """The tree as it is now, of the units that existed on the day."""
        found: dict[int, list[int]] = {}
        for unit in self.units:
            begun = unit.valid_from is None or unit.valid_from <= last_day
            if begun and (unit.valid_to is None or unit.valid_to >= last_day) and unit.parent_id is not None:
                found.setdefault(unit.parent_id, []).append(unit.id)
        return found


def _surroundings(session: Session, years: Collection[int]) -> _Surroundings:
    """on_cards: year → indicator id → the units with it on their card."""
    units = session.scalars(select(Unit)).all()
    ambitions, lines = all_ambitions(session), lines_by_unit(session)
    on_cards: dict[int, dict[int, frozenset[int]]] = {}
    for year in years:
        found: dict[int, set[int]] = {}
        for unit in units:
            for indicator_id in card_indicators(unit, lines, ambitions, year):
                found.setdefault(indicator_id, set()).add(unit.id)
        on_cards[year] = {id_: frozenset(of) for id_, of in found.items()}
    return _Surroundings(units, on_cards)


def _bring_in_step(
    session: Session, rules: Sequence[IndicatorAggregation], periods: Collection[IndicatorPeriod]
) -> int:
    if not periods:
        return 0
    years = {year for _id, year, _part in periods}
    around = _surroundings(session, years)
    by_indicator = {rule.indicator_id: rule for rule in rules}
    parts = {
        each
        for id_, _year, _part in periods
        for each in (by_indicator[id_].parts if id_ in by_indicator else ())
    }
    entered = _entered(session, parts | {id_ for id_, _year, _part in periods}, years)
    standing = _computed(session, {id_ for id_, _year, _part in periods}, years)
    rows: list[dict[str, Any]] = []
    retired: list[int] = []
    for indicator_id, year, part in sorted(periods):
        rule = by_indicator.get(indicator_id)
        own = {unit for (id_, unit, *when) in entered if id_ == indicator_id and tuple(when) == (year, part)}
        wanted = {} if rule is None else _wanted(session, rule, (year, part), around, entered, own)
        known = {
            unit: row
            for (id_, unit, *when), row in standing.items()
            if (id_, *when) == (indicator_id, year, part)
        }
        for unit_id in sorted({*wanted, *known}):
            new, old = wanted.get(unit_id), known.get(unit_id)
            if new is not None and old is not None and old[1:] == _comparable(new):
                continue
            retired += [old[0]] if old is not None else []
            rows += [_row((indicator_id, year, part), unit_id, new)] if new is not None else []
    if retired:
        session.execute(update(Measurement), [{"id": id_, "current": False} for id_ in retired])
    if rows:
        session.execute(insert(Measurement), rows)
    session.expire_all()
    return len(rows)


_EnteredKey = tuple[int, int, int, int]


def _wanted(
    session: Session,
    rule: IndicatorAggregation,
    period: tuple[int, int],
    around: _Surroundings,
    entered: Mapping[_EnteredKey, InputValue],
    own: Collection[int],
) -> dict[int, ComputedValue]:
    """Unit id → what it should have, for units with the indicator on their card and no entered value of their own."""
    indicator = session.get_one(Indicator, rule.indicator_id)
    year, part = period
    weight = session.get(Indicator, rule.weight_id) if rule.weight_id is not None else None
    weight_part = 0 if weight is not None and weight.frequency is Frequency.YEAR else part
    in_period = {
        (id_, unit): value
        for (id_, unit, of_year, of_part), value in entered.items()
        if of_year == year and of_part == (weight_part if id_ == rule.weight_id else part)
    }
    inputs = PeriodInputs(
        rule.rule,
        rule.indicator_id,
        rule.weight_id,
        rule.numerator_id,
        rule.denominator_id,
        rule.allows_missing,
        indicator.unit_of_measure.startswith("%"),
        around.children(periods_of(indicator.frequency).last_day(year, part)),
        around.on_cards[year],
        in_period,
    )
    found = {}
    for unit_id in around.on_cards[year].get(indicator.id, frozenset()) - set(own):
        computed = inputs.value_of(unit_id)
        if computed is not None:
            found[unit_id] = _checked(indicator, computed)
    return found


def _checked(indicator: Indicator, computed: ComputedValue) -> ComputedValue:
    """A value that nobody could have entered is not told."""
    if computed.value is None or not impossible_words(indicator, computed.value):
        return computed
    return ComputedValue(MeasurementStatus.NOT_MEASURED, None, computed.units, computed.missing, IMPOSSIBLE)


def _entered(
    session: Session, indicator_ids: Collection[int], years: Collection[int]
) -> dict[_EnteredKey, InputValue]:
    """What somebody entered or imported. A survey's figure is no input: not everybody may see it."""
    found = session.execute(
        select(
            Measurement.indicator_id,
            Measurement.unit_id,
            Measurement.year,
            Measurement.part,
            Measurement.value,
            Measurement.release_id,
            Measurement.measured_on,
        ).where(
            Measurement.current,
            Measurement.computed_from.is_(None),
            Measurement.indicator_id.in_(indicator_ids),
            Measurement.year.in_(years),
        )
    )
    return {
        (indicator, unit, year, part): InputValue(value if release is None else None, day)
        for indicator, unit, year, part, value, release, day in found
    }


def _computed(
    session: Session, indicator_ids: Collection[int], years: Collection[int]
) -> dict[_EnteredKey, _Standing]:
    found = session.execute(
        select(
            Measurement.indicator_id,
            Measurement.unit_id,
            Measurement.year,
            Measurement.part,
            Measurement.id,
            Measurement.status,
            Measurement.value,
            Measurement.reason,
            Measurement.computed_from,
            Measurement.computed_missing,
            Measurement.measured_on,
        ).where(
            Measurement.current,
            Measurement.computed_from.is_not(None),
            Measurement.indicator_id.in_(indicator_ids),
            Measurement.year.in_(years),
        )
    )
    return {(indicator, unit, year, part): tuple(rest) for indicator, unit, year, part, *rest in found}


def _comparable(new: ComputedValue) -> tuple[object, ...]:
    return new.status, new.value, new.reason, new.units, new.missing, _day(new)


def _day(new: ComputedValue) -> dt.date:
    return new.measured_on or municipal_day()


def _row(period: IndicatorPeriod, unit_id: int, new: ComputedValue) -> dict[str, Any]:
    indicator_id, year, part = period
    return {
        "indicator_id": indicator_id,
        "unit_id": unit_id,
        "year": year,
        "part": part,
        "status": new.status,
        "value": new.value,
        "reason": new.reason,
        "source": COMPUTED_SOURCE,
        "measured_on": _day(new),
        "current": True,
        "computed_from": new.units,
        "computed_missing": new.missing,
    }
