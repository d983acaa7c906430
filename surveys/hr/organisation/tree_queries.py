"""What the pages about the organisation read: the tree, and all that is known about one unit."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from surveys.access.models import HR_ROLES, Account
from surveys.access.permissions import granted_units, is_granted
from surveys.audit.models import AuditEntry
from surveys.campaigns.models import ReportGroup, Survey, SurveyUnit
from surveys.organisation.living import has_ended
from surveys.organisation.models import EarlierUnit, Person, Succession, Unit
from surveys.organisation.moving_people import MOVED, MOVED_BACK
from surveys.organisation.tree import in_order
from surveys.platform.localisation import alphabetical


@dataclass(frozen=True)
class UnitRow:
    """A line of the tree. people: active, placed directly on the unit."""

    unit: Unit
    depth: int
    people: int
    has_ended: bool


@dataclass(frozen=True)
class UnitOrigin:
    """A unit on the other side of a stated succession."""

    other: Unit
    on: dt.date
    came_from: bool


@dataclass(frozen=True)
class EarlierName:
    """What the unit was called, and the name of the unit it was under, up to and with a day."""

    until: dt.date
    name: str
    type: str
    parent: str


@dataclass(frozen=True)
class KnownUnit:
    """Everything the unit's page shows. above: from the top down."""

    unit: Unit
    above: tuple[Unit, ...]
    children: tuple[Unit, ...]
    people: tuple[Person, ...]
    origins: tuple[UnitOrigin, ...]
    earlier: tuple[EarlierName, ...]
    surveys: tuple[Survey, ...]
    has_ended: bool


def tree_rows(
    session: Session, reader: Account, today: dt.date, *, search: str = "", ended: bool = False
) -> list[UnitRow]:
    """The reader's units as a tree; with a search, those that match in name, code or type."""
    units = {unit.id: unit for unit in own_units(session, reader, today, ended=ended)}
    rows = session.execute(select(Person.unit_id, func.count()).where(Person.active).group_by(Person.unit_id))
    counts: dict[int, int] = {unit_id: people for unit_id, people in rows}  # noqa: C416
    nodes = in_order((unit.id, unit.parent_id, unit.name, unit.type) for unit in units.values())
    wanted = search.strip().casefold()
    return [
        UnitRow(unit, node.depth, counts.get(unit.id, 0), has_ended(unit, today))
        for node in nodes
        for unit in [units[node.unit_id]]
        if wanted in f"{unit.name} {unit.code} {unit.type}".casefold()
    ]


def own_units(session: Session, reader: Account, today: dt.date, *, ended: bool = False) -> list[Unit]:
    """The units where the reader is HR, by name; merged units of reports are no units of the organisation."""
    query = select(Unit).where(
        Unit.id.in_(granted_units(session, reader, *HR_ROLES)), Unit.id.not_in(select(ReportGroup.unit_id))
    )
    found = [unit for unit in session.scalars(query) if ended or not has_ended(unit, today)]
    return sorted(found, key=lambda unit: (alphabetical(unit.name), unit.code))


def chosen_unit(session: Session, reader: Account, code: str) -> Unit | None:
    """The unit with the code that was chosen; None when the reader is not HR for it, or there is none."""
    found = session.scalar(select(Unit).where(Unit.code == code))
    return found if found is not None and is_granted(session, reader, found.id, *HR_ROLES) else None


def known_unit(session: Session, unit: Unit, today: dt.date) -> KnownUnit:
    above: list[Unit] = []
    parent = unit.parent
    while parent is not None:
        above.append(parent)
        parent = parent.parent
    people = session.scalars(select(Person).where(Person.unit_id == unit.id, Person.active))
    surveys = session.scalars(
        select(Survey)
        .join(SurveyUnit, SurveyUnit.survey_id == Survey.id)
        .where(SurveyUnit.unit_id == unit.id)
        .order_by(Survey.opens_on.desc(), Survey.key)
    )
    groups = set(session.scalars(select(ReportGroup.unit_id)))
    return KnownUnit(
        unit,
        tuple(reversed(above)),
        tuple(
            child
            for child in sorted(unit.children, key=lambda child: alphabetical(child.name))
            if child.id not in groups and not has_ended(child, today)
        ),
        tuple(sorted(people, key=lambda person: (not person.is_leader, alphabetical(person.name)))),
        tuple(_origins(session, unit)),
        tuple(_earlier(session, unit)),
        tuple(surveys),
        has_ended(unit, today),
    )


def _origins(session: Session, unit: Unit) -> list[UnitOrigin]:
    other = aliased(Unit)
    before = session.execute(
        select(other, Succession.on)
        .join(Succession, Succession.predecessor_id == other.id)
        .where(Succession.successor_id == unit.id)
    )
    after = session.execute(
        select(other, Succession.on)
        .join(Succession, Succession.successor_id == other.id)
        .where(Succession.predecessor_id == unit.id)
    )
    found = [UnitOrigin(one, on, came_from=True) for one, on in before]
    found += [UnitOrigin(one, on, came_from=False) for one, on in after]
    return sorted(found, key=lambda each: each.on, reverse=True)


def _earlier(session: Session, unit: Unit) -> list[EarlierName]:
    """The newest first. A parent is called what it is called now."""
    rows = session.execute(
        select(EarlierUnit, Unit.name)
        .outerjoin(Unit, Unit.id == EarlierUnit.parent_id)
        .where(EarlierUnit.unit_id == unit.id)
        .order_by(EarlierUnit.until.desc())
    )
    return [EarlierName(row.until, row.name, row.type, parent or "") for row, parent in rows]


def may_restructure(session: Session, reader: Account, unit: Unit) -> bool:
    """Moving or ending a unit changes the unit above it: the reader must be HR there."""
    return unit.parent_id is not None and is_granted(session, reader, unit.parent_id, *HR_ROLES)


def history(session: Session, unit: Unit, most: int = 10) -> Sequence[AuditEntry]:
    """What has been done with the unit here, the newest first."""
    return session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.subject == unit.code,
            AuditEntry.action.startswith("organisation.unit_") | AuditEntry.action.in_((MOVED, MOVED_BACK)),
        )
        .order_by(AuditEntry.id.desc())
        .limit(most)
    ).all()


def has_units_below_top(session: Session) -> bool:
    """False in an installation that nobody has brought units into."""
    return session.scalar(select(Unit.id).where(Unit.parent_id.is_not(None)).limit(1)) is not None


def may_bring_in_files(session: Session, reader: Account) -> bool:
    """A file may touch every unit, so it takes HR of the whole organisation."""
    tops = session.scalars(select(Unit.id).where(Unit.parent_id.is_(None), Unit.valid_to.is_(None)))
    return any(is_granted(session, reader, top, *HR_ROLES) for top in tops)
