"""Making, renaming, moving, ending and reopening a unit. Verbs of the caller's transaction.

The audit trail keeps what was before, so that a deed can be undone by its opposite.
"""

import datetime as dt
import re
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.organisation.models import Unit
from surveys.organisation.subtrees import lineage
from surveys.platform.texts import _

# A code stands in addresses of pages and in files.
_CODE: Final = re.compile(r"[^\s/;\"'?#%\\]{1,60}")


class UnitChangeError(ValueError):
    """A change that cannot be made; the message says why."""


def create_unit(session: Session, parent: Unit, code: str, name: str, type_: str, from_day: dt.date) -> Unit:
    """A new unit, there from a day on. Raises UnitChangeError."""
    code = code.strip()
    if not _CODE.fullmatch(code):
        raise UnitChangeError(_("Skriv en kode uten mellomrom og skråstrek, for eksempel 2310."))
    if session.scalar(select(Unit.id).where(Unit.code == code)) is not None:
        raise UnitChangeError(_("Koden «%(code)s» er i bruk. Velg en annen.", code=code))
    _check_lives(parent, from_day)
    if parent.valid_from is not None and parent.valid_from > from_day:
        raise UnitChangeError(
            _("«%(unit)s» begynner senere enn dette. Velg en senere dag.", unit=parent.name)
        )
    unit = Unit(code=code, name=_checked_name(name), type=type_.strip(), parent=parent, valid_from=from_day)
    session.add(unit)
    session.flush()
    audit.record(
        session, "organisation.unit_created", unit.code, under=parent.code, from_day=from_day.isoformat()
    )
    return unit


def rename_unit(session: Session, unit: Unit, name: str, type_: str) -> None:
    """Another name or type, from now on. Raises UnitChangeError."""
    wanted, kind = _checked_name(name), type_.strip()
    if (wanted, kind) == (unit.name, unit.type):
        raise UnitChangeError(_("Enheten heter dette og har denne typen nå. Skriv det som skal endres."))
    detail = {"old_name": unit.name, "new_name": wanted, "old_type": unit.type, "new_type": kind}
    audit.record(session, "organisation.unit_renamed", unit.code, **detail)
    unit.name, unit.type = wanted, kind
    session.flush()


def move_unit(session: Session, unit: Unit, parent: Unit, today: dt.date) -> None:
    """The unit and all below it hang under another unit, from now on. Raises UnitChangeError."""
    above = _parent_of(unit)
    if parent.id == above.id:
        raise UnitChangeError(_("Enheten ligger under «%(unit)s» nå. Velg en annen.", unit=parent.name))
    if unit.id in lineage(session, parent.id):
        raise UnitChangeError(_("En enhet kan ikke ligge under seg selv. Velg en annen."))
    _check_lives(parent, today)
    audit.record(session, "organisation.unit_moved", unit.code, old_parent=above.code, new_parent=parent.code)
    unit.parent = parent
    session.flush()


def end_unit(session: Session, unit: Unit, last_day: dt.date) -> None:
    """The unit is there up to and with a day. Raises UnitChangeError."""
    _parent_of(unit)
    if unit.valid_to is not None:
        raise UnitChangeError(_("Enheten er avsluttet fra før."))
    if unit.valid_from is not None and last_day < unit.valid_from:
        raise UnitChangeError(_("Siste dag kan ikke være før enheten begynte."))
    later = [child.name for child in unit.children if child.valid_to is None or child.valid_to > last_day]
    if later:
        raise UnitChangeError(
            _("Flytt eller avslutt enhetene under først: %(names)s.", names=", ".join(sorted(later)))
        )
    audit.record(session, "organisation.unit_ended", unit.code, to_day=last_day.isoformat())
    unit.valid_to = last_day
    session.flush()


def reopen_unit(session: Session, unit: Unit, today: dt.date) -> None:
    """An ended unit is there again, as if it had never ended. Raises UnitChangeError."""
    above = _parent_of(unit)
    if unit.valid_to is None:
        raise UnitChangeError(_("Enheten er ikke avsluttet."))
    _check_lives(above, today)
    audit.record(session, "organisation.unit_reopened", unit.code, old_last_day=unit.valid_to.isoformat())
    unit.valid_to = None
    session.flush()


def _parent_of(unit: Unit) -> Unit:
    if unit.parent is None:
        raise UnitChangeError(_("Enheten øverst kan bare få nytt navn."))
    return unit.parent


def _check_lives(unit: Unit, day: dt.date) -> None:
    if unit.valid_to is not None and unit.valid_to < day:
        raise UnitChangeError(_("«%(unit)s» er avsluttet. Velg en annen enhet.", unit=unit.name))


def _checked_name(name: str) -> str:
    wanted = " ".join(name.split())
    if not wanted:
        raise UnitChangeError(_("Skriv navnet på enheten."))
    return wanted
