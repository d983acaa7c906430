"""Making, renaming, moving, ending and reopening a unit. Verbs of the caller's transaction.

The audit trail keeps what was before, so that a deed can be undone by its opposite.
"""

import datetime as dt
import re
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.files.encoded_twice import fault_of_name
from surveys.organisation.living import has_ended
from surveys.organisation.models import Unit
from surveys.organisation.subtrees import lineage
from surveys.organisation.unit_histories import LaterChangeError, UnitHistories
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import long_date
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
    _check_has_begun(parent, from_day)
    unit = Unit(code=code, name=_checked_name(name), type=type_.strip(), parent=parent, valid_from=from_day)
    session.add(unit)
    session.flush()
    audit.record(
        session, "organisation.unit_created", unit.code, under=parent.code, from_day=from_day.isoformat()
    )
    return unit


def rename_unit(session: Session, unit: Unit, name: str, type_: str, from_day: dt.date) -> None:
    """Another name or type, from a day that has come. Raises UnitChangeError."""
    wanted, kind = _checked_name(name), type_.strip()
    _check_day(unit, from_day)
    was = (unit.name, unit.type)
    if not change_from(UnitHistories(session), unit, from_day, name=wanted, type=kind):
        raise UnitChangeError(_("Enheten heter dette og har denne typen nå. Skriv det som skal endres."))
    detail = {"old_name": was[0], "new_name": wanted, "old_type": was[1], "new_type": kind}
    audit.record(session, "organisation.unit_renamed", unit.code, **detail, on=from_day.isoformat())
    session.flush()


def move_unit(session: Session, unit: Unit, parent: Unit, from_day: dt.date) -> None:
    """The unit and all below it hang under another unit, from a day that has come. Raises UnitChangeError."""
    above = _parent_of(unit)
    if unit.id in lineage(session, parent.id):
        raise UnitChangeError(_("En enhet kan ikke ligge under seg selv. Velg en annen."))
    _check_day(unit, from_day)
    _check_lives(parent, from_day)
    _check_has_begun(parent, from_day)
    histories = UnitHistories(session)
    if not change_from(histories, unit, from_day, parent_id=parent.id):
        raise UnitChangeError(_("Enheten ligger under «%(unit)s» nå. Velg en annen.", unit=parent.name))
    if histories.has_ring_since(from_day):
        raise UnitChangeError(
            _("«%(unit)s» lå under denne enheten den dagen. Velg en senere dag.", unit=parent.name)
        )
    session.flush()
    session.expire(unit, ["parent"])
    for other in (above, parent):
        session.expire(other, ["children"])
    detail = {"old_parent": above.code, "new_parent": parent.code}
    audit.record(session, "organisation.unit_moved", unit.code, **detail, on=from_day.isoformat())
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


def change_from(histories: UnitHistories, unit: Unit, day: dt.date, **wanted: object) -> bool:
    """`UnitHistories.change`. Raises UnitChangeError."""
    try:
        return histories.change(unit, day, **wanted)
    except LaterChangeError as later:
        raise UnitChangeError(
            _(
                "Det samme ble endret for «%(unit)s» fra %(day)s. Velg den dagen eller en senere, "
                "eller angre den endringen først.",
                unit=unit.name,
                day=long_date(later.day),
            )
        ) from None


def check_has_come(day: dt.date) -> None:
    """What is to happen later is saved later: until then nobody could say what holds. Raises UnitChangeError."""
    if day > municipal_day():
        raise UnitChangeError(
            _("Endringen kan lagres når dagen er kommet. Velg i dag eller en tidligere dag.")
        )


def _check_day(unit: Unit, day: dt.date) -> None:
    check_has_come(day)
    _check_has_begun(unit, day)


def _parent_of(unit: Unit) -> Unit:
    if unit.parent is None:
        raise UnitChangeError(_("Enheten øverst kan bare få nytt navn."))
    return unit.parent


def _check_has_begun(unit: Unit, day: dt.date) -> None:
    if unit.valid_from is not None and unit.valid_from > day:
        raise UnitChangeError(_("«%(unit)s» begynner senere enn dette. Velg en senere dag.", unit=unit.name))


def _check_lives(unit: Unit, day: dt.date) -> None:
    if has_ended(unit, day):
        raise UnitChangeError(_("«%(unit)s» er avsluttet. Velg en annen enhet.", unit=unit.name))


def _checked_name(name: str) -> str:
    wanted = " ".join(name.split())
    if not wanted:
        raise UnitChangeError(_("Skriv navnet på enheten."))
    if fault := fault_of_name(wanted):
        raise UnitChangeError(fault)
    return wanted
