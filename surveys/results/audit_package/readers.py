"""Who may have the package: those who check or run the whole survey, from the day they may see its results."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy.orm import Session

from surveys.access.models import HR_ROLES, Account, Role
from surveys.access.permissions import granted_units
from surveys.release.entrances import Entrance

READERS: Final = (Role.REPRESENTATIVE, *HR_ROLES)
"""On the survey's top unit: the package has every unit's figures."""


def surveys_with_package(session: Session, account: Account, entrances: Iterable[Entrance]) -> frozenset[int]:
    """The ids of those of the surveys whose package the account may have today."""
    units = granted_units(session, account, *READERS)
    return frozenset(
        entrance.survey.id
        for entrance in entrances
        if entrance.access.now
        and not entrance.survey.answers_elsewhere
        and entrance.unit.unit_id == entrance.survey.unit_id
        and entrance.survey.unit_id in units
    )
