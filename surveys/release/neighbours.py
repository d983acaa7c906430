"""The units right above and right below one, with what a reader will find there."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey, SurveyUnit
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


def parent_of(session: Session, survey: Survey, release: Release, unit: SurveyUnit) -> Neighbour | None:
    if unit.parent_id is None:
        return None
    above = session.get(SurveyUnit, (survey.id, unit.parent_id))
    return _neighbours(session, release, [above])[0] if above else None


def children_of(
    session: Session, survey: Survey, release: Release, unit: SurveyUnit
) -> tuple[Neighbour, ...]:
    """In alphabetical order, never by result."""
    below = session.scalars(
        select(SurveyUnit).where(SurveyUnit.survey_id == survey.id, SurveyUnit.parent_id == unit.unit_id)
    ).all()
    return tuple(sorted(_neighbours(session, release, below), key=lambda child: alphabetical(child.name)))


def _neighbours(session: Session, release: Release, units: Sequence[SurveyUnit]) -> list[Neighbour]:
    ids = [unit.unit_id for unit in units]
    codes = dict(session.execute(select(Unit.id, Unit.code).where(Unit.id.in_(ids))).all())
    statuses: dict[int, set[FigureStatus]] = defaultdict(set)
    for unit_id, status in session.execute(
        select(Figure.unit_id, Figure.status)
        .where(Figure.release_id == release.id, Figure.unit_id.in_(ids), Figure.kind == FigureKind.UNIT)
        .distinct()
    ):
        statuses[unit_id].add(status)
    turnout = {
        row.unit_id: (row.invited, row.delivered)
        for row in session.execute(
            select(Turnout.unit_id, Turnout.invited, Turnout.delivered).where(
                Turnout.release_id == release.id, Turnout.unit_id.in_(ids)
            )
        )
    }
    found = []
    for unit in units:
        status = _most(statuses[unit.unit_id])
        reason = reason_of(status, "", *turnout.get(unit.unit_id, (None, 0)))
        found.append(Neighbour(unit.unit_id, codes[unit.unit_id], unit.name, status, reason))
    return found


def _most(statuses: set[FigureStatus]) -> FigureStatus:
    order = (FigureStatus.SHOWN, FigureStatus.HIDDEN, FigureStatus.NOT_ASKED)
    return next((status for status in order if status in statuses), FigureStatus.NO_ANSWERS)
