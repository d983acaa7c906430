"""Which card, which indicators and which ambition levels belong to a unit: its own, or the nearest above it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload, selectinload

from analysis.scorecards import TargetLimits as Ambition
from surveys.organisation.models import Unit
from surveys.release.models import Release
from surveys.scorecards.models import (
    Goal,
    Indicator,
    IndicatorKind,
    InterimTarget,
    Scorecard,
    ScorecardLine,
    SuccessFactor,
    Target,
)


@dataclass(frozen=True)
class CardInUse:
    """A card that has rows. spans: the first and the last year of its rows; None: no bound."""

    id: int
    unit_id: int
    extends: bool
    spans: frozenset[tuple[int | None, int | None]]

    def is_of(self, year: int) -> bool:
        return any(_is_within(span, year) for span in self.spans)


@dataclass(frozen=True)
class CardsInUse:
    """Which cards are a unit's card in a year: a card for a later year replaces nothing before it."""

    cards: Sequence[CardInUse] = ()
    _extending: dict[int, Mapping[int, bool]] = field(default_factory=dict)

    def units(self, line: Sequence[int], year: int) -> tuple[int, ...]:
        """The units whose cards are a unit's card in the year, the nearest first.

        line: the unit and everything above it. The nearest unit's cards, and as long as all of a unit's cards extend,
        those of the next unit above that has any.
        """
        extending = self._extending_in(year)
        found: list[int] = []
        for unit_id in line:
            if unit_id in extending:
                found.append(unit_id)
                if not extending[unit_id]:
                    break
        return tuple(found)

    def _extending_in(self, year: int) -> Mapping[int, bool]:
        """Unit id → whether all of its cards of the year extend the card above."""
        if year not in self._extending:
            found: dict[int, bool] = {}
            for card in self.cards:
                if card.is_of(year):
                    found[card.unit_id] = found.get(card.unit_id, True) and card.extends
            self._extending[year] = found
        return self._extending[year]

    def units_ever(self, line: Sequence[int]) -> tuple[int, ...]:
        """The units of `line` whose cards are the unit's card in any year."""
        starts = {
            from_year for card in self.cards for from_year, _until in card.spans if from_year is not None
        }
        starts |= {until + 1 for card in self.cards for _from, until in card.spans if until is not None}
        years = {min(starts, default=1) - 1, *starts}
        ever = {unit_id for year in years for unit_id in self.units(line, year)}
        return tuple(unit_id for unit_id in line if unit_id in ever)


def cards_in_use(session: Session, unit_ids: Sequence[int] | None = None) -> CardsInUse:
    """Every card with rows, or those of these units, in one query."""
    spans: dict[tuple[int, int, bool], set[tuple[int | None, int | None]]] = {}
    query = (
        select(Scorecard.id, Scorecard.unit_id, Scorecard.extends)
        .add_columns(ScorecardLine.from_year, ScorecardLine.until_year)
        .join(Scorecard.lines)
        .distinct()
        .order_by(Scorecard.id)
    )
    if unit_ids is not None:
        query = query.where(Scorecard.unit_id.in_(unit_ids))
    for id_, unit_id, extends, from_year, until_year in session.execute(query):
        spans.setdefault((id_, unit_id, extends), set()).add((from_year, until_year))
    return CardsInUse([CardInUse(*card, frozenset(found)) for card, found in spans.items()])


@dataclass(frozen=True)
class UnitLines:
    """The lines for a unit's type on its cards, of every year. line: the unit and everything above it."""

    line: tuple[int, ...]
    cards: CardsInUse
    lines: Sequence[ScorecardLine] = ()

    def of_year(self, year: int) -> list[ScorecardLine]:
        """Those on the card of the year, in its order. The rows of a card that extends another come after the other's.

        An indicator is there once.
        """
        units = self.cards.units(self.line, year)
        found = [each for each in self.lines if each.scorecard.unit_id in units and is_on_card(each, year)]
        found.sort(key=lambda each: (-units.index(each.scorecard.unit_id), each.scorecard_id))
        return list({each.indicator_id: each for each in reversed(found)}.values())[::-1]


def card_lines(session: Session, unit: Unit, line: tuple[int, ...]) -> UnitLines:
    """Its lines, with their chain loaded."""
    in_use = cards_in_use(session, line)
    units = in_use.units_ever(line)
    if not units:
        return UnitLines(line, in_use)
    lines = session.scalars(
        select(ScorecardLine)
        .join(ScorecardLine.indicator)
        .join(Indicator.success_factor)
        .join(SuccessFactor.goal)
        .join(Goal.perspective)
        .where(
            ScorecardLine.scorecard_id.in_([card.id for card in in_use.cards if card.unit_id in units]),
            ScorecardLine.unit_type.in_(["", unit.type]),
        )
        .options(
            contains_eager(ScorecardLine.indicator)
            .contains_eager(Indicator.success_factor)
            .contains_eager(SuccessFactor.goal)
            .contains_eager(Goal.perspective),
            joinedload(ScorecardLine.scorecard),
        )
        .order_by(ScorecardLine.position, Indicator.code)
    ).all()
    return UnitLines(line, in_use, lines)


def is_on_card(line: ScorecardLine, year: int) -> bool:
    """Whether the row is on the card of the year: rows come and go, and an old card keeps those it had."""
    return _is_within((line.from_year, line.until_year), year)


def _is_within(span: tuple[int | None, int | None], year: int) -> bool:
    return (span[0] or year) <= year <= (span[1] or year)


@cache
def is_corrected() -> ColumnElement[bool]:
    """In a query of releases: there is a later one of the same survey."""
    later = aliased(Release)
    return exists().where(later.survey_id == Release.survey_id, later.number > Release.number)


@dataclass(frozen=True)
class Ambitions:
    """Every ambition level that may apply to a unit, by indicator."""

    line: tuple[int, ...]
    targets: Mapping[int, Sequence[Target]]
    _found: dict[tuple[int, int], Ambition | None] = field(default_factory=dict, compare=False)

    def of(self, indicator_id: int, year: int) -> Ambition | None:
        """The level of the nearest unit, else everybody's, as it was in the year; None when there is none."""
        asked = (indicator_id, year)
        if asked not in self._found:
            self._found[asked] = self._nearest(indicator_id, year)
        return self._found[asked]

    def _nearest(self, indicator_id: int, year: int) -> Ambition | None:
        known = [
            target
            for target in self.targets.get(indicator_id, ())
            if target.from_year <= year and (target.unit_id is None or target.unit_id in self.line)
        ]
        if not known:
            return None
        best = min(known, key=lambda target: (self._distance(target.unit_id), -target.from_year))
        return Ambition(best.green, best.yellow, best.green_to, best.yellow_to)

    def _distance(self, unit_id: int | None) -> int:
        return len(self.line) if unit_id is None else self.line.index(unit_id)


def ambitions(session: Session, line: tuple[int, ...], indicator_ids: Iterable[int]) -> Ambitions:
    found: dict[int, list[Target]] = {}
    for target in session.scalars(
        select(Target).where(
            Target.indicator_id.in_(list(indicator_ids)),
            Target.unit_id.is_(None) | Target.unit_id.in_(line),
        )
    ):
        found.setdefault(target.indicator_id, []).append(target)
    return Ambitions(line, found)


def interim_targets(
    session: Session, line: Sequence[int], indicator_ids: Iterable[int]
) -> dict[int, list[InterimTarget]]:
    """Indicator id → the delmål of the unit and of those above it."""
    found: dict[int, list[InterimTarget]] = {}
    wanted = select(InterimTarget).where(
        InterimTarget.indicator_id.in_(list(indicator_ids)), InterimTarget.unit_id.in_(line)
    )
    for each in session.scalars(wanted):
        found.setdefault(each.indicator_id, []).append(each)
    return found


@dataclass(frozen=True)
class AllAmbitions:
    """The ambition levels of every unit, for whoever judges values of many units at once."""

    parents: Mapping[int, int | None]
    targets: Mapping[int, Sequence[Target]]
    # The units that have ambition levels of their own: only they tell one unit's levels from another's.
    with_own: frozenset[int]
    _known: dict[tuple[int, int, tuple[int, ...]], Ambition | None] = field(default_factory=dict)

    def of(self, indicator: Indicator, unit_id: int, year: int) -> Ambition | None:
        """As `Ambitions.of`; None for an utviklingstrekk."""
        return self.of_line(indicator, self.line_with_own(unit_id), year)

    def line_with_own(self, unit_id: int) -> tuple[int, ...]:
        """Those of the unit's line that have ambition levels of their own."""
        return tuple(each for each in self.line(unit_id) if each in self.with_own)

    def of_line(self, indicator: Indicator, line: tuple[int, ...], year: int) -> Ambition | None:
        """As `of`, for whoever asks of many indicators of a unit. line: as `line_with_own` gives it."""
        if indicator.kind is IndicatorKind.DEVELOPMENT:
            return None
        asked = (indicator.id, year, line)
        if asked not in self._known:
            self._known[asked] = Ambitions(line, self.targets).of(indicator.id, year)
        return self._known[asked]

    def line(self, unit_id: int) -> tuple[int, ...]:
        """The unit and everything above it, the unit first."""
        found = [unit_id]
        while (above := self.parents.get(found[-1])) is not None:
            found.append(above)
        return tuple(found)


def all_ambitions(session: Session) -> AllAmbitions:
    found: dict[int, list[Target]] = {}
    for target in session.scalars(select(Target)):
        found.setdefault(target.indicator_id, []).append(target)
    parents = {unit.id: unit.parent_id for unit in session.execute(select(Unit.id, Unit.parent_id))}
    own = {target.unit_id for targets in found.values() for target in targets if target.unit_id is not None}
    return AllAmbitions(parents, found, frozenset(own))


@dataclass(frozen=True)
class IndicatorsByCode:
    """Which indicator a code means for a unit: two departments' cards may both have an M1.

    cards: the indicators on each unit's own cards, by unit id.
    """

    by_code: Mapping[str, Sequence[Indicator]]
    cards: Mapping[int, frozenset[int]]
    in_use: CardsInUse

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(self.by_code)

    def on_card_of(self, code: str, line: Sequence[int], year: int) -> Indicator | None:
        """The one on the unit's card of the year, else the only one there is; None when several could be meant."""
        found = self.by_code.get(code, ())
        on_card = [
            indicator
            for unit_id in self.in_use.units(line, year)
            for indicator in found
            if indicator.id in self.cards.get(unit_id, ())
        ]
        if on_card:
            return on_card[0]
        return found[0] if len(found) == 1 else None


def indicators_by_code(session: Session) -> IndicatorsByCode:
    by_code: dict[str, list[Indicator]] = {}
    for indicator in session.scalars(select(Indicator).options(selectinload(Indicator.targets))):
        by_code.setdefault(indicator.code, []).append(indicator)
    cards: dict[int, set[int]] = {}
    lines = select(Scorecard.unit_id, ScorecardLine.indicator_id).join(Scorecard.lines)
    for unit_id, indicator_id in session.execute(lines):
        cards.setdefault(unit_id, set()).add(indicator_id)
    return IndicatorsByCode(
        by_code, {unit_id: frozenset(ids) for unit_id, ids in cards.items()}, cards_in_use(session)
    )
