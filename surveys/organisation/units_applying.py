"""A file's units written into the tree, from a day on."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy.orm import Session

from surveys.organisation.changing_units import UnitChangeError, change_from
from surveys.organisation.models import Unit
from surveys.organisation.unit_histories import UnitHistories
from surveys.organisation.units_lines import UnitLine, ending_units, lives
from surveys.platform.texts import _


def apply(
    session: Session,
    lines: Sequence[UnitLine],
    stored: Mapping[str, Unit],
    today: dt.date,
    from_day: dt.date,
    held: Collection[int] = (),
) -> dict[str, Unit]:
    """Every unit by its code, as it is afterwards. held: as for `ending_units`. Raises UnitChangeError."""
    units = dict(stored)
    for unit in ending_units(lines, stored, today, held):
        unit.valid_to = max(from_day - dt.timedelta(days=1), unit.valid_from or dt.date.min)
    new = [line for line in lines if line.code not in stored]
    for line in new:
        units[line.code] = Unit(code=line.code, name=line.name, type=line.type or "")
        session.add(units[line.code])
    for line in new:
        units[line.code].parent = units[line.parent] if line.parent else None
    session.flush()
    histories = UnitHistories(session)
    for line in lines:
        if line.code in stored:
            _change(histories, units[line.code], line, units, today, from_day)
    if from_day < today and histories.has_ring_since(from_day):
        raise UnitChangeError(_("Enheter ville ligget under hverandre den dagen. Velg en senere dag."))
    session.flush()
    session.expire_all()
    return units


def _change(
    histories: UnitHistories,
    unit: Unit,
    line: UnitLine,
    units: Mapping[str, Unit],
    today: dt.date,
    from_day: dt.date,
) -> None:
    """What the file has otherwise, from the day on. The lone unit that gets its real code was never another."""
    unit.valid_to = None if not lives(unit, today) else unit.valid_to
    parent_id = units[line.parent].id if line.parent else None
    if unit.code != line.code:
        unit.code, unit.name, unit.type = line.code, line.name, line.type or unit.type
        return
    wanted = {
        "name": line.name,
        "type": unit.type if line.type is None else line.type,
        "parent_id": parent_id,
    }
    changed = {name: value for name, value in wanted.items() if getattr(unit, name) != value}
    if changed:
        change_from(histories, unit, max(from_day, unit.valid_from or from_day), **changed)
