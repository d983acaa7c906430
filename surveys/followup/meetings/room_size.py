"""How many may be in a room: the leader says it, and the unit's roster says whether that can be so.

Too high a number is no small thing. Whoever opens the vote could fill it up with votes of her own, and the number that
every phone shows is what tells the others.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.campaigns.models import SurveyUnit
from surveys.followup.meetings.models import MOST_PEOPLE
from surveys.followup.meetings.rights import units_of_people
from surveys.organisation.models import Person
from surveys.organisation.subtrees import ids_below

SMALL_MEETING: Final = 50
"""So many may always be in a room, also with a unit of five: a meeting with other units."""

_TIMES_LARGER: Final = 5
_TIMES_UNASKED: Final = 2
_MORE_UNASKED: Final = 10


@dataclass(frozen=True)
class RoomSize:
    """staff: in the roster, in the unit and everything below it. 0: no roster, and only `MOST_PEOPLE` holds."""

    staff: int = 0

    @property
    def most(self) -> int:
        """The largest number that is taken."""
        if not self.staff:
            return MOST_PEOPLE
        return min(MOST_PEOPLE, max(SMALL_MEETING, self.staff * _TIMES_LARGER))

    def is_doubtful(self, people: int) -> bool:
        """Whether the leader is asked if others are there too."""
        return bool(self.staff) and people > max(self.staff * _TIMES_UNASKED, self.staff + _MORE_UNASKED)


def room_size(session: Session, unit: SurveyUnit) -> RoomSize:
    units = ids_below(units_of_people(session, unit))
    found = select(func.count()).select_from(Person).where(Person.active, Person.unit_id.in_(units))
    return RoomSize(session.scalar(found) or 0)
