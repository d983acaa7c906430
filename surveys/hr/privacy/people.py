"""Finding the person that somebody asks for an access report on."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from surveys.organisation.models import Person
from surveys.platform.localisation import alphabetical

MOST: Final = 50


def found_people(session: Session, search: str, units: Collection[int]) -> list[Person]:
    """People of these units whose name, number or address has the words; those who have left too."""
    words = f"%{search.lower().replace('%', '').replace('_', '')}%"
    found = session.scalars(
        select(Person)
        .where(
            Person.unit_id.in_(units),
            or_(
                func.lower(Person.name).like(words),
                func.lower(Person.email).like(words),
                func.lower(Person.employee_number).like(words),
            ),
        )
        .limit(MOST)
    )
    return sorted(found, key=lambda person: alphabetical(person.name))
