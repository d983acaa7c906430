"""The units right above and right below one, with what a reader will find there."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from surveys.campaigns.models import SurveyUnit
from surveys.organisation.models import Unit
from surveys.platform.localisation import alphabetical
from surveys.release.models import Figure, FigureKind, FigureStatus, Release, Turnout

NOT_INVITED = "not_invited"
"""The reason of a figure with no answers where nobody was invited: found from the turnout, never stored."""


@dataclass(frozen=True)
class Neighbour:
    """A unit above or below, to go on to. status: the most that any of its figures says.

    opens: whether the reader may open its page, now or later: only then a link leads there.
    """

    unit_id: int
    code: str
    name: str
    status: FigureStatus
    reason: str = ""
    opens: bool = False

    @property
    def shown(self) -> bool:
        return self.status == FigureStatus.SHOWN


def reason_of(status: FigureStatus, reason: str, invited: int | None, delivered: int) -> str:
    """The figure's reason, and «not invited» where nobody could have answered."""
    nobody = status == FigureStatus.NO_ANSWERS and invited == 0 and not delivered
    return NOT_INVITED if nobody else reason


def neighbours_of(
    session: Session, release: Release, unit: SurveyUnit
) -> tuple[Neighbour | None, tuple[Neighbour, ...]]:
    """The unit above, and those below in alphabetical order, never by result. Two queries."""
    units = session.execute(
        select(SurveyUnit.unit_id, SurveyUnit.name, Unit.code, Turnout.invited, Turnout.delivered)
        .join(Unit, Unit.id == SurveyUnit.unit_id)
        .outerjoin(Turnout, (Turnout.release_id == release.id) & (Turnout.unit_id == SurveyUnit.unit_id))
        .where(
            SurveyUnit.survey_id == unit.survey_id,
            or_(SurveyUnit.unit_id == unit.parent_id, SurveyUnit.parent_id == unit.unit_id),
        )
    ).all()
    found = _neighbours(session, release, units)
    above = next((each for each in found if each.unit_id == unit.parent_id), None)
    below = sorted((each for each in found if each is not above), key=lambda each: alphabetical(each.name))
    return above, tuple(below)


def _neighbours(
    session: Session, release: Release, units: Sequence[Row[int, str, str, int | None, int | None]]
) -> list[Neighbour]:
    """units: id, name, code, invited and delivered."""
    ids = [unit.unit_id for unit in units]
    if not ids:
        return []
    statuses: dict[int, set[FigureStatus]] = defaultdict(set)
    for unit_id, status in session.execute(
        select(Figure.unit_id, Figure.status)
        .where(Figure.release_id == release.id, Figure.unit_id.in_(ids), Figure.kind == FigureKind.UNIT)
        .distinct()
    ):
        statuses[unit_id].add(status)
    found = []
    for unit in units:
        status = _most(statuses[unit.unit_id])
        reason = reason_of(status, "", unit.invited, unit.delivered or 0)
        found.append(Neighbour(unit.unit_id, unit.code, unit.name, status, reason))
    return found


def _most(statuses: set[FigureStatus]) -> FigureStatus:
    order = (FigureStatus.SHOWN, FigureStatus.HIDDEN, FigureStatus.NOT_ASKED)
    return next((status for status in order if status in statuses), FigureStatus.NO_ANSWERS)
