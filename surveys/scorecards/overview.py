"""How many indicators stand at each colour on many units' cards at once, for lists of units."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.scorecards import IndicatorStatus, RollUp, is_old, roll_up, status
from surveys.access.models import Account
from surveys.campaigns.models import Survey
from surveys.organisation.models import Unit
from surveys.release.models import Release
from surveys.release.visibility import accesses
from surveys.scorecards.cards import AllAmbitions, all_ambitions, is_corrected
from surveys.scorecards.models import Indicator, Measurement, Scorecard, ScorecardLine


@dataclass(frozen=True)
class _SeenValue:
    year: int
    value: float


def card_counts(
    session: Session, account: Account, units: Collection[Unit], today: dt.date
) -> dict[int, RollUp]:
    """Unit id → the counts of its newest card, as the account may read it. As many queries whatever the number."""
    ambitions = all_ambitions(session)
    lines = lines_by_unit(session)
    values, years = _seen_values(session, account, [unit.id for unit in units], today)
    return {
        unit.id: roll_up(
            _counted(
                indicator,
                unit.id,
                values.get((unit.id, indicator.id)),
                years.get(unit.id, today.year),
                ambitions,
            )
            for indicator in card_indicators(unit, lines, ambitions)
        )
        for unit in units
    }


def lines_by_unit(session: Session) -> Mapping[int, list[tuple[Indicator, str]]]:
    """Unit id → the indicators on its own cards, each with the type of unit it is for."""
    found: dict[int, list[tuple[Indicator, str]]] = {}
    query = (
        select(Scorecard.unit_id, Indicator, ScorecardLine.unit_type)
        .join(ScorecardLine, ScorecardLine.scorecard_id == Scorecard.id)
        .join(Indicator, Indicator.id == ScorecardLine.indicator_id)
    )
    for unit_id, indicator, unit_type in session.execute(query):
        found.setdefault(unit_id, []).append((indicator, unit_type))
    return found


def card_indicators(
    unit: Unit, lines: Mapping[int, list[tuple[Indicator, str]]], ambitions: AllAmbitions
) -> Iterator[Indicator]:
    """The indicators on the unit's nearest card that are for its type."""
    nearest = next((lines[above] for above in ambitions.line(unit.id) if above in lines), ())
    seen: set[int] = set()
    for indicator, unit_type in nearest:
        if unit_type in {"", unit.type} and indicator.id not in seen:
            seen.add(indicator.id)
            yield indicator


def _counted(
    indicator: Indicator, unit_id: int, seen: _SeenValue | None, year: int, ambitions: AllAmbitions
) -> IndicatorStatus:
    """The colour of the newest value she may see; none for an old one."""
    if seen is None or is_old(seen.year, year, indicator.years_valid):
        return IndicatorStatus.NOT_MEASURED
    return status(seen.value, indicator.direction, ambitions.of(indicator, unit_id, seen.year))


def _seen_values(
    session: Session, account: Account, unit_ids: list[int], today: dt.date
) -> tuple[dict[tuple[int, int], _SeenValue], dict[int, int]]:
    """(unit id, indicator id) → the newest value the account may see, and each unit's last year with anything."""
    rows = session.execute(_measurements(unit_ids, today)).all()
    releases = session.scalars(
        select(Release).where(Release.id.in_({row.release_id for row in rows if row.release_id is not None}))
    ).all()
    allowed = accesses(session, account, releases, today, unit_ids) if releases else {}
    values: dict[tuple[int, int], _SeenValue] = {}
    years: dict[int, int] = {}
    for row in rows:
        years[row.unit_id] = max(row.year, years.get(row.unit_id, row.year))
        access = allowed.get((row.release_id, row.unit_id)) if row.release_id is not None else None
        if row.value is not None and (row.release_id is None or (access is not None and access.now)):
            values[row.unit_id, row.indicator_id] = _SeenValue(row.year, row.value)
    return values, years


def _measurements(unit_ids: list[int], today: dt.date) -> Any:
    """Current values, and what an earlier survey of the same year gave, oldest first."""
    return (
        select(
            Measurement.unit_id,
            Measurement.indicator_id,
            Measurement.year,
            Measurement.value,
            Measurement.release_id,
        )
        .outerjoin(Release, Release.id == Measurement.release_id)
        .outerjoin(Survey, Survey.id == Release.survey_id)
        .where(
            Measurement.unit_id.in_(unit_ids),
            Measurement.year <= today.year,
            Measurement.current | (Measurement.release_id.is_not(None) & ~is_corrected()),
        )
        .order_by(Measurement.year, Measurement.part, Survey.closes_on, Measurement.id)
    )
