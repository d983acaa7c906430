"""Moving people from one unit to another, and bringing them back. Verbs of the caller's transaction.

The next file of people decides anew: this is for what the file does not have yet.
"""

from collections.abc import Collection, Sequence
from typing import TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.audit.models import AuditEntry
from surveys.organisation.living import has_ended
from surveys.organisation.models import Person, Unit
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import alphabetical
from surveys.platform.texts import _

MOVED = "organisation.people_moved"
MOVED_BACK = "organisation.people_moved_back"


class GroupAlong(TypedDict):
    """For the trail: who were asked to take their invitation to a survey along, and the code of the unit it was in.

    Which invitations went is kept nowhere: they are those of people who had not answered.
    """

    survey: str
    unit: str
    people: list[int]


class PeopleMoveError(ValueError):
    """A move that cannot be made; the message says why."""


def chosen_people(session: Session, unit: Unit, person_ids: Collection[int]) -> list[Person]:
    """Those of the ids who are active in the unit, by name.

    Raises PeopleMoveError when one of them is not, or there is none.
    """
    found = session.scalars(
        select(Person).where(Person.id.in_(person_ids), Person.unit_id == unit.id, Person.active)
    ).all()
    if not found:
        raise PeopleMoveError(_("Velg hvem som skal flyttes."))
    if len(found) < len(set(person_ids)):
        raise PeopleMoveError(
            _("Noen du valgte, er ikke lenger i «%(unit)s». Se over listen.", unit=unit.name)
        )
    return sorted(found, key=lambda person: (alphabetical(person.name), person.id))


def move_people(
    session: Session, people: Sequence[Person], unit: Unit, to: Unit, along: Sequence[GroupAlong] = ()
) -> None:
    """They belong to the other unit from now on. along: for bringing them back. Raises PeopleMoveError."""
    if to.id == unit.id:
        raise PeopleMoveError(_("De er i «%(unit)s» nå. Velg en annen enhet.", unit=unit.name))
    if has_ended(to, municipal_day()):
        raise PeopleMoveError(_("«%(unit)s» er avsluttet. Velg en annen enhet.", unit=to.name))
    if to.valid_from is not None and to.valid_from > municipal_day():
        raise PeopleMoveError(_("«%(unit)s» finnes ikke ennå. Velg en annen enhet.", unit=to.name))
    for person in people:
        person.unit_id = to.id
    session.flush()
    before = {"people": [person.id for person in people], "along": list(along)}
    audit.record(
        session, "organisation.people_moved", unit.code, to_unit=to.code, people=len(people), before=before
    )


def groups_along(entry: AuditEntry) -> list[GroupAlong]:
    """None in entries of before groups were noted: then no invitation is brought back."""
    found: list[GroupAlong] = entry.detail["before"].get("along", [])
    return found


def is_moved_back(session: Session, entry: AuditEntry) -> bool:
    later = session.scalars(
        select(AuditEntry).where(AuditEntry.action == MOVED_BACK, AuditEntry.id > entry.id)
    )
    return any(each.detail.get("number") == entry.id for each in later)


def still_there(session: Session, entry: AuditEntry) -> list[Person]:
    """Those the entry moved who are where it moved them, by name: those who can be brought back."""
    to = session.scalar(select(Unit.id).where(Unit.code == entry.detail["to_unit"]))
    found = session.scalars(
        select(Person).where(
            Person.id.in_(entry.detail["before"]["people"]), Person.unit_id == to, Person.active
        )
    )
    return sorted(found, key=lambda person: (alphabetical(person.name), person.id))


def move_back(session: Session, entry: AuditEntry, unit: Unit) -> list[Person]:
    """Brings back those who are still where they were moved. Raises PeopleMoveError."""
    if is_moved_back(session, entry):
        raise PeopleMoveError(_("Flyttingen er angret fra før."))
    people = still_there(session, entry)
    if not people:
        raise PeopleMoveError(_("Ingen av dem er der de ble flyttet. Det er ingenting å angre."))
    if has_ended(unit, municipal_day()):
        raise PeopleMoveError(_("«%(unit)s» er avsluttet. Gjenåpne den først.", unit=unit.name))
    for person in people:
        person.unit_id = unit.id
    session.flush()
    audit.record(session, "organisation.people_moved_back", unit.code, people=len(people), number=entry.id)
    return people
