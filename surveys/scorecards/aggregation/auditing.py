"""The independent audit of the cards: is anything on them that a survey's release hides?

It trusts nothing that feeding or computing believed. Values from a survey are held against the release's own figures,
and a computed value may have nothing hidden, and nothing from a survey, anywhere below it: then no subtraction of the
values of units that one sees gives the one that one does not see.
"""

from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.organisation.models import Unit
from surveys.release.models import Figure, FigureKind, FigureStatus
from surveys.scorecards.aggregation.models import IndicatorAggregation
from surveys.scorecards.frequencies import periods_of
from surveys.scorecards.item_values import untold_findings
from surveys.scorecards.models import Indicator, Measurement, MeasurementStatus


def card_findings(session: Session) -> list[str]:
    """What the cards give away, in words; none when all is well."""
    return [*_told_past_release(session), *_item_not_told(session), *_computed_past_hidden(session)]


def _told_past_release(session: Session) -> Iterator[str]:
    """Values on a card whose figure the release does not show."""
    found = session.execute(
        select(Measurement, Indicator, Unit.code)
        .join(Indicator, Indicator.id == Measurement.indicator_id)
        .join(Unit, Unit.id == Measurement.unit_id)
        .join(
            Figure,
            (Figure.release_id == Measurement.release_id)
            & (Figure.unit_id == Measurement.unit_id)
            & (Figure.measure == Indicator.measure),
        )
        .where(
            Figure.kind == FigureKind.UNIT,
            Figure.status != FigureStatus.SHOWN,
            Measurement.value.is_not(None),
        )
    )
    for measurement, indicator, code in found:
        yield f"{_where(measurement, indicator, code)}: verdien er skjult i det som er frigitt"


def _item_not_told(session: Session) -> Iterator[str]:
    """Values of a single statement that the release does not tell."""
    units = dict(session.execute(select(Unit.id, Unit.code)).all())
    for measurement, indicator in untold_findings(session):
        where = _where(measurement, indicator, units[measurement.unit_id])
        yield f"{where}: verdien er ikke i det som er frigitt"


def _computed_past_hidden(session: Session) -> Iterator[str]:
    rules = {rule.indicator_id: rule for rule in session.scalars(select(IndicatorAggregation))}
    units = {unit.id: unit for unit in session.scalars(select(Unit))}
    parents = {unit.id: unit.parent_id for unit in units.values()}
    covered = _never_passed_on(session, rules, parents)
    computed = session.execute(
        select(Measurement, Indicator)
        .join(Indicator, Indicator.id == Measurement.indicator_id)
        .where(Measurement.current, Measurement.computed_from.is_not(None), Measurement.value.is_not(None))
        .order_by(Measurement.id)
    )
    for measurement, indicator in computed:
        rule = rules.get(indicator.id)
        for part_of in rule.parts if rule else ():
            # A year's weight is also that of the periods in it.
            if any(
                (part_of, measurement.unit_id, measurement.year, part) in covered
                for part in (measurement.part, 0)
            ):
                where = _where(measurement, indicator, units[measurement.unit_id].code)
                yield f"{where}: verdien er regnet ut av noe som er skjult eller kommer fra en undersøkelse"
                break


def _never_passed_on(
    session: Session, rules: Mapping[int, IndicatorAggregation], parents: Mapping[int, int | None]
) -> set[tuple[int, int, int, int]]:
    """(Indicator, unit, year, part) of every such value, and of all units above its own."""
    parts = {part for rule in rules.values() for part in rule.parts}
    secret = Measurement.release_id.is_not(None) | (
        (Measurement.status == MeasurementStatus.HIDDEN) & Measurement.computed_from.is_(None)
    )
    found = session.execute(
        select(Measurement.indicator_id, Measurement.unit_id, Measurement.year, Measurement.part).where(
            Measurement.current, Measurement.indicator_id.in_(parts), secret
        )
    )
    covered: set[tuple[int, int, int, int]] = set()
    for indicator_id, unit_id, year, part in found:
        above: int | None = unit_id
        while above is not None:
            covered.add((indicator_id, above, year, part))
            above = parents.get(above)
    return covered


def _where(measurement: Measurement, indicator: Indicator, unit: str) -> str:
    period = periods_of(indicator.frequency).words(measurement.year, measurement.part)
    return f"{indicator.code}, {unit}, {period}"
