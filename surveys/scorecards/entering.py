"""Who may enter which values by hand, and the grid of one indicator for one period with what is missing."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from surveys.access.models import HR_ROLES, Account, Grant, Role
from surveys.access.permissions import granted_units
from surveys.organisation.models import Unit
from surveys.organisation.tree import in_order
from surveys.scorecards.cards import AllAmbitions, all_ambitions
from surveys.scorecards.frequencies import periods_of
from surveys.scorecards.models import OWNER_ROLES, Indicator, Measurement, MeasurementStatus
from surveys.scorecards.overview import CardRows, card_indicators, lines_by_unit

ENTERING_ROLES = (*HR_ROLES, Role.CONTROLLER, Role.LEADER)
"""Roles that may enter something: HR everything in its units, the others the indicators that their role owns."""


@dataclass(frozen=True)
class GridRow:
    """A unit in the grid. last: its newest value of an earlier period. standing: what was entered for this one."""

    unit: Unit
    depth: int
    last: Measurement | None
    standing: Measurement | None
    # What was worked out from the units below; it gives way to what is entered.
    computed: Measurement | None
    # The newest value of this period that was taken back.
    withdrawn: Measurement | None
    # Its values of earlier periods, the last one last.
    before: tuple[float, ...]
    # Who is asked for it: those with the owner's role on it, or nearest above.
    owners: tuple[str, ...]


@dataclass(frozen=True)
class EntryGrid:
    """One indicator's values for one period, a row for each unit the account enters for."""

    indicator: Indicator
    year: int
    part: int
    rows: tuple[GridRow, ...]
    ambitions: AllAmbitions

    @property
    def period(self) -> str:
        return periods_of(self.indicator.frequency).words(self.year, self.part)

    @property
    def missing(self) -> tuple[GridRow, ...]:
        return tuple(row for row in self.rows if row.standing is None and row.computed is None)


@dataclass(frozen=True)
class EntryTask:
    """An indicator the account enters values of, and how far its last period has come."""

    indicator: Indicator
    year: int
    part: int
    units: int
    entered: int

    @property
    def period(self) -> str:
        return periods_of(self.indicator.frequency).words(self.year, self.part)


@dataclass(frozen=True)
class _Cards:
    """Every card's lines and every ambition level, read once for a page."""

    lines: CardRows
    ambitions: AllAmbitions


def _read_cards(session: Session) -> _Cards:
    return _Cards(lines_by_unit(session), all_ambitions(session))


def entry_units(
    session: Session, account: Account, indicator: Indicator, today: dt.date, year: int
) -> list[Unit]:
    """The living units with the indicator on their card of the year that the account may enter for, in no order."""
    return _entry_units(session, account, indicator, today, _read_cards(session), year)


def entering_right(session: Session, account: Account | None) -> Callable[[Indicator, Unit], bool]:
    """Whether the account may enter an indicator for a unit; None, from the command line, may enter everything."""
    if account is None:
        return lambda _indicator, _unit: True
    allowed = {role: granted_units(session, account, *HR_ROLES, role) for role in OWNER_ROLES}
    return lambda indicator, unit: (
        indicator.questionnaire is None and unit.id in allowed[indicator.owner_role]
    )


def _entry_units(
    session: Session, account: Account, indicator: Indicator, today: dt.date, cards: _Cards, year: int
) -> list[Unit]:
    if indicator.questionnaire is not None:
        return []
    allowed = granted_units(session, account, *HR_ROLES, indicator.owner_role)
    living = Unit.valid_to.is_(None) | (Unit.valid_to >= today)
    units = session.scalars(select(Unit).where(Unit.id.in_(allowed), living))
    return [
        unit for unit in units if indicator.id in card_indicators(unit, cards.lines, cards.ambitions, year)
    ]


def entry_tasks(session: Session, account: Account, today: dt.date) -> list[EntryTask]:
    """Every indicator the account enters values of, by code, with its last period that is over."""
    tasks = []
    cards = _read_cards(session)
    indicators = (
        select(Indicator).where(Indicator.questionnaire.is_(None)).order_by(Indicator.code, Indicator.id)
    )
    for indicator in session.scalars(indicators):
        year, part = periods_of(indicator.frequency).last_ended(today)
        units = _entry_units(session, account, indicator, today, cards, year)
        if not units:
            continue
        standing = _of_period(session, indicator, [unit.id for unit in units], year, part)
        entered = sum(each.current and each.value is not None for each in standing)
        tasks.append(EntryTask(indicator, year, part, len(units), entered))
    return tasks


def read_grid(
    session: Session, account: Account, indicator: Indicator, year: int, part: int, today: dt.date
) -> EntryGrid:
    """The grid; without rows when the account may not enter the indicator anywhere."""
    cards = _read_cards(session)
    units = {unit.id: unit for unit in _entry_units(session, account, indicator, today, cards, year)}
    earlier = _earlier(session, indicator, units, (year, part))
    of_period = _of_period(session, indicator, units, year, part)
    current = {each.unit_id: each for each in of_period if each.current}
    standing = {unit_id: each for unit_id, each in current.items() if each.computed_from is None}
    taken_back = [each for each in of_period if each.withdrawn_at is not None]
    withdrawn = {each.unit_id: each for each in sorted(taken_back, key=lambda each: str(each.withdrawn_at))}
    owners = _owners(session, indicator.owner_role)
    rows = tuple(
        GridRow(
            unit=units[node.unit_id],
            depth=node.depth,
            last=earlier[node.unit_id][-1] if node.unit_id in earlier else None,
            standing=standing.get(node.unit_id),
            computed=None if node.unit_id in standing else current.get(node.unit_id),
            withdrawn=withdrawn.get(node.unit_id),
            before=tuple(each.value for each in earlier.get(node.unit_id, ()) if each.value is not None),
            owners=next(
                (owners[above] for above in cards.ambitions.line(node.unit_id) if above in owners), ()
            ),
        )
        for node in in_order((unit.id, unit.parent_id, unit.name, unit.type) for unit in units.values())
    )
    return EntryGrid(indicator, year, part, rows, cards.ambitions)


def _of_period(
    session: Session, indicator: Indicator, unit_ids: Collection[int], year: int, part: int
) -> Sequence[Measurement]:
    """Everything ever entered for the period, oldest first."""
    return session.scalars(
        select(Measurement)
        .options(joinedload(Measurement.entry))
        .where(
            Measurement.indicator_id == indicator.id,
            Measurement.unit_id.in_(unit_ids),
            Measurement.year == year,
            Measurement.part == part,
        )
        .order_by(Measurement.id)
    ).all()


def _earlier(
    session: Session, indicator: Indicator, unit_ids: Collection[int], period: tuple[int, int]
) -> Mapping[int, list[Measurement]]:
    """Unit id → its current values of the periods before, the last one last."""
    found: dict[int, list[Measurement]] = {}
    query = select(Measurement).where(
        Measurement.indicator_id == indicator.id,
        Measurement.unit_id.in_(unit_ids),
        Measurement.current,
        Measurement.status == MeasurementStatus.MEASURED,
        (Measurement.year < period[0]) | ((Measurement.year == period[0]) & (Measurement.part < period[1])),
    )
    for each in session.scalars(query.order_by(Measurement.year, Measurement.part)):
        found.setdefault(each.unit_id, []).append(each)
    return found


def _owners(session: Session, role: Role) -> Mapping[int, tuple[str, ...]]:
    """Unit id → the names of those who hold the role there today."""
    found: dict[int, tuple[str, ...]] = {}
    holders = select(Account).join(Account.all_grants).where(Grant.role == role, Account.active)
    for account in session.scalars(holders).unique():
        for grant in account.grants:
            if grant.role is role:
                found[grant.unit_id] = (*found.get(grant.unit_id, ()), account.name)
    return found
