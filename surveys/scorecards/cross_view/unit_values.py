"""The values of two indicators at many units, as one reader may see them on the units' cards."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.campaigns.models import Survey
from surveys.organisation.models import Unit
from surveys.release.models import Release
from surveys.release.visibility import accesses
from surveys.scorecards.cards import AllAmbitions, all_ambitions
from surveys.scorecards.models import Measurement
from surveys.scorecards.overview import CardRows, card_indicators, lines_by_unit, shown_somewhere

Period = tuple[int, int]
"""A year and its part; 0: the whole year."""

SeenValues = Mapping[int, Mapping[Period, Mapping[int, float]]]
"""Indicator id → period → unit id → value."""


def seen_values(
    session: Session,
    account: Account,
    indicator_ids: Collection[int],
    unit_ids: Sequence[int],
    today: dt.date,
) -> SeenValues:
    """Every value that the account may see, the newest survey of a year first. unit_ids: cards that she may open.

    What was entered is for everybody who may open the card; a survey's value is subject to `accesses`. Four queries.
    """
    rows = session.execute(
        select(
            Measurement.unit_id,
            Measurement.indicator_id,
            Measurement.year,
            Measurement.part,
            Measurement.value,
            Measurement.release_id,
        )
        .outerjoin(Release, Release.id == Measurement.release_id)
        .outerjoin(Survey, Survey.id == Release.survey_id)
        .where(
            *shown_somewhere(list(unit_ids), today),
            Measurement.indicator_id.in_(indicator_ids),
            Measurement.value.is_not(None),
        )
        .order_by(Measurement.year, Measurement.part, Survey.closes_on, Measurement.id)
    ).all()
    releases = session.scalars(
        select(Release).where(Release.id.in_({row.release_id for row in rows if row.release_id is not None}))
    ).all()
    allowed = accesses(session, account, releases, today, unit_ids) if releases else {}
    found: dict[int, dict[Period, dict[int, float]]] = {each: {} for each in indicator_ids}
    for row in rows:
        access = allowed.get((row.release_id, row.unit_id)) if row.release_id is not None else None
        if row.release_id is None or (access is not None and access.now):
            of_period = found[row.indicator_id].setdefault((row.year, row.part), {})
            of_period[row.unit_id] = row.value
    return found


def shared_periods(one: Collection[Period], other: Collection[Period]) -> Iterator[tuple[Period, Period]]:
    """Periods of the two that may be read together, the newest first: the same, or within the same year.

    A survey of a whole year is read with each tertial of it; a tertial never with another tertial.
    """
    for first in sorted(one, reverse=True):
        for second in sorted(other, reverse=True):
            if first[0] == second[0] and (first[1] == second[1] or 0 in {first[1], second[1]}):
                yield first, second


@dataclass(frozen=True)
class CardsOfUnits:
    """Which units have some indicators on their card of a year, and which units are above which.

    rows: the cards' rows of these indicators alone.
    """

    indicator_ids: frozenset[int]
    units: Mapping[int, Unit]
    rows: CardRows
    ambitions: AllAmbitions

    def lowest_with_all(self, unit_ids: Collection[int], year: int) -> list[int]:
        """Those of the units that have all of them on the card: one above another has its people in it too."""
        having = [each for each in unit_ids if self.indicator_ids <= self._on_card(each, year)]
        above = {higher for each in having for higher in self.ambitions.line(each)[1:]}
        return [each for each in having if each not in above]

    def _on_card(self, unit_id: int, year: int) -> set[int]:
        unit = self.units[unit_id]
        found = card_indicators(unit, self.rows, self.ambitions, year, reported_only=True)
        return {indicator.id for indicator in found}


def cards_of_units(session: Session, indicator_ids: Collection[int], units: Collection[Unit]) -> CardsOfUnits:
    wanted, rows = frozenset(indicator_ids), lines_by_unit(session)
    of_these = {
        unit_id: [line for line in lines if line.indicator_id in wanted]
        for unit_id, lines in rows.by_unit.items()
    }
    return CardsOfUnits(
        wanted, {unit.id: unit for unit in units}, CardRows(of_these, rows.in_use), all_ambitions(session)
    )
