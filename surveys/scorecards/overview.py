"""The colours of many units' cards at once, for lists of units."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload

from analysis.scorecards import IndicatorStatus, RollUp, is_old, roll_up, status
from surveys.access.models import Account
from surveys.campaigns.models import Survey
from surveys.organisation.models import Unit
from surveys.release.models import Release
from surveys.release.visibility import accesses
from surveys.scorecards.cards import (
    AllAmbitions,
    CardsInUse,
    all_ambitions,
    cards_in_use,
    is_corrected,
    is_on_card,
)
from surveys.scorecards.models import Indicator, Measurement, ScorecardLine


class _SeenValue(NamedTuple):
    """A tuple, since a list of units has thousands."""

    year: int
    part: int
    value: float
    survey_id: int | None


@dataclass(frozen=True)
class SeenColour:
    """What an indicator of a unit's newest card counts as for a reader; value_key: of its value, when she sees one."""

    indicator: Indicator
    colour: IndicatorStatus
    value_key: tuple[int, int, int | None] | None = None


def card_counts(
    session: Session, account: Account, units: Collection[Unit], today: dt.date
) -> dict[int, RollUp]:
    """Unit id → the counts of its newest card, as the account may read it. As many queries whatever the number.

    A unit's own rows that are not reported upward are not counted in a list of units.
    """
    return counts_of(seen_colours(session, account, units, today))


def counts_of(colours: Mapping[int, Sequence[SeenColour]]) -> dict[int, RollUp]:
    return {unit_id: roll_up(each.colour for each in found) for unit_id, found in colours.items()}


def seen_colours(
    session: Session,
    account: Account,
    units: Collection[Unit],
    today: dt.date,
    with_own_rows: Collection[int] = (),
) -> dict[int, list[SeenColour]]:
    """Unit id → the colours of its newest card, in no order. As many queries whatever the number.

    with_own_rows: the units whose own rows count too, those that are not reported upward.
    """
    ambitions = all_ambitions(session)
    lines = lines_by_unit(session)
    values, years = _seen_values(session, account, [unit.id for unit in units], today)
    found: dict[int, list[SeenColour]] = {}
    for unit in units:
        year = years.get(unit.id, today.year)
        reported_only = unit.id not in with_own_rows
        shown = card_indicators(unit, lines, ambitions, year, reported_only=reported_only)
        line = ambitions.line_with_own(unit.id)
        found[unit.id] = [
            _colour(indicator, line, values.get((unit.id, indicator_id)), year, ambitions)
            for indicator_id, indicator in shown.items()
        ]
    return found


@dataclass(frozen=True)
class CardRows:
    """The lines of every card. by_unit: those of a unit's own cards."""

    by_unit: Mapping[int, Sequence[ScorecardLine]]
    in_use: CardsInUse
    # Most units of a type share their cards.
    _known: dict[tuple[tuple[int, ...], str, int, bool], Mapping[int, Indicator]] = field(
        default_factory=dict
    )

    def indicators(
        self, units: tuple[int, ...], unit_type: str, year: int, *, reported_only: bool
    ) -> Mapping[int, Indicator]:
        """The indicators by id that these units' cards of the year have for the type."""
        asked = (units, unit_type, year, reported_only)
        if asked not in self._known:
            self._known[asked] = {
                line.indicator_id: line.indicator
                for unit_id in units
                for line in self.by_unit.get(unit_id, ())
                if line.unit_type in {"", unit_type} and is_on_card(line, year)
                if line.reported or not reported_only
            }
        return self._known[asked]


def lines_by_unit(session: Session) -> CardRows:
    """Every card's lines with their indicators, in two queries."""
    in_use = cards_in_use(session)
    unit_of = {card.id: card.unit_id for card in in_use.cards}
    found: dict[int, list[ScorecardLine]] = {}
    for line in session.scalars(select(ScorecardLine).options(joinedload(ScorecardLine.indicator))):
        found.setdefault(unit_of[line.scorecard_id], []).append(line)
    return CardRows(found, in_use)


def card_indicators(
    unit: Unit, rows: CardRows, ambitions: AllAmbitions, year: int, *, reported_only: bool = False
) -> Mapping[int, Indicator]:
    """The indicators by id on the unit's cards of the year that are for its type."""
    units = rows.in_use.units(ambitions.line(unit.id), year)
    return rows.indicators(units, unit.type, year, reported_only=reported_only)


def _colour(
    indicator: Indicator, line: tuple[int, ...], seen: _SeenValue | None, year: int, ambitions: AllAmbitions
) -> SeenColour:
    """The colour of the newest value she may see; none for an old one."""
    if seen is None or is_old(seen.year, year, indicator.years_valid):
        return SeenColour(indicator, IndicatorStatus.NOT_MEASURED)
    colour = status(seen.value, indicator.direction, ambitions.of_line(indicator, line, seen.year))
    return SeenColour(indicator, colour, (seen.year, seen.part, seen.survey_id))


def _seen_values(
    session: Session, account: Account, unit_ids: list[int], today: dt.date
) -> tuple[dict[tuple[int, int], _SeenValue], dict[int, int]]:
    """(unit id, indicator id) → the newest value the account may see, and each unit's last year with anything."""
    rows = session.execute(_measurements(unit_ids, today)).all()
    released = {release_id for *_value, release_id in rows if release_id is not None}
    releases = session.scalars(select(Release).where(Release.id.in_(released))).all() if released else ()
    allowed = accesses(session, account, releases, today, unit_ids) if releases else {}
    values: dict[tuple[int, int], _SeenValue] = {}
    for unit_id, indicator_id, year, part, value, survey_id, release_id in rows:
        access = allowed.get((release_id, unit_id)) if release_id is not None else None
        if release_id is None or (access is not None and access.now):
            values[unit_id, indicator_id] = _SeenValue(year, part, value, survey_id)
    years = {row[0]: row[1] for row in session.execute(_last_years(unit_ids, today))}
    return values, years


def shown_somewhere(unit_ids: list[int], today: dt.date) -> tuple[ColumnElement[bool], ...]:
    """Current values, and what an earlier survey of the same year gave."""
    return (
        Measurement.unit_id.in_(unit_ids),
        Measurement.year <= today.year,
        Measurement.current | (Measurement.release_id.is_not(None) & ~is_corrected()),
    )


def _last_years(unit_ids: list[int], today: dt.date) -> Select[int, int]:
    """The last year with anything of each unit, a hidden value too."""
    return (
        select(Measurement.unit_id, func.max(Measurement.year))
        .outerjoin(Release, Release.id == Measurement.release_id)
        .where(*shown_somewhere(unit_ids, today))
        .group_by(Measurement.unit_id)
    )


def _measurements(unit_ids: list[int], today: dt.date) -> Select[Any]:
    """Every value of a survey, and the newest of what was entered, oldest first: everybody may see what was entered."""
    is_entered = Measurement.release_id.is_(None)
    ranked = (
        select(
            Measurement.id,
            Measurement.unit_id,
            Measurement.indicator_id,
            Measurement.year,
            Measurement.part,
            Measurement.value,
            Measurement.release_id,
            Release.survey_id,
            Survey.closes_on,
            func.row_number()
            .over(
                partition_by=(Measurement.unit_id, Measurement.indicator_id, is_entered),
                order_by=(Measurement.year.desc(), Measurement.part.desc()),
            )
            .label("age"),
        )
        .outerjoin(Release, Release.id == Measurement.release_id)
        .outerjoin(Survey, Survey.id == Release.survey_id)
        .where(*shown_somewhere(unit_ids, today), Measurement.value.is_not(None))
        .subquery()
    )
    found = ranked.c
    return (
        select(
            found.unit_id,
            found.indicator_id,
            found.year,
            found.part,
            found.value,
            found.survey_id,
            found.release_id,
        )
        .where((found.age == 1) | found.release_id.is_not(None))
        .order_by(found.year, found.part, found.closes_on, found.id)
    )
