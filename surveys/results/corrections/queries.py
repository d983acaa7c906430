"""Which of a unit's figures a correction changed: the figures of two releases beside each other.

Both are out, and what the later may show was chosen with the earlier one known (decision 087).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.model import Text
from surveys.access.models import Account
from surveys.campaigns.models import ReaderGroup
from surveys.instruments.in_use import questionnaire_of
from surveys.release.measures import measures_of
from surveys.release.models import Figure, FigureKind, Release
from surveys.release.visibility import access_to, group_reads
from surveys.results.queries import Line, measure_line, releases_of


@dataclass(frozen=True)
class CorrectedFigure:
    """A measure of a unit before and after a correction. None: the unit has no such figure in that release.

    retold: whether its values may be said again. Those of a figure that is hidden by now are not, nor those from before
    the minimum group was raised: of what is told from then on, the new minimum holds.
    """

    title: Text
    before: Line | None
    now: Line | None
    retold: bool


@dataclass(frozen=True)
class ReleaseCorrection:
    """A correction as a reader of a unit sees it.

    figures: what it changed for the unit, in the questionnaire's order. None: the reader could not read the figures
    that were corrected, and what was never shown to a reader stays so.
    """

    corrected_on: dt.date
    why: str
    figures: tuple[CorrectedFigure, ...] | None


ReadsOn = Callable[[Release, int, dt.date], bool]
"""Whether a reader reads the unit in that release on that day."""


def corrections_for(
    session: Session, account: Account, release: Release, unit_id: int
) -> tuple[ReleaseCorrection, ...]:
    """What has been corrected, the newest first, as the account may read it. release: the survey's newest."""

    def reads(earlier: Release, unit_id: int, day: dt.date) -> bool:
        access = access_to(session, account, earlier, unit_id, day)
        return access is not None and access.now

    return _corrections(session, release, [unit_id], reads)[unit_id]


def corrections_for_group(
    session: Session, readers: ReaderGroup, release: Release, units: Collection[int]
) -> dict[int, tuple[ReleaseCorrection, ...]]:
    """Unit → the same for staff or for everybody, who have no account."""

    def reads(earlier: Release, unit_id: int, day: dt.date) -> bool:
        return group_reads(session, readers, earlier, unit_id, day)

    return _corrections(session, release, units, reads)


def _corrections(
    session: Session, release: Release, units: Collection[int], reads: ReadsOn
) -> dict[int, tuple[ReleaseCorrection, ...]]:
    found: dict[int, list[ReleaseCorrection]] = {unit_id: [] for unit_id in units}
    releases = releases_of(session, release.survey) if release.number > 1 else []
    for made, before in pairwise(releases):
        changed = figures_corrected(session, before, made, release, units)
        for unit_id, corrections in found.items():
            read_it = reads(before, unit_id, made.released_on)
            figures = changed.get(unit_id, ()) if read_it else None
            corrections.append(ReleaseCorrection(made.released_on, made.correction, figures))
    return {unit_id: tuple(corrections) for unit_id, corrections in found.items()}


def figures_corrected(
    session: Session,
    before: Release,
    made: Release,
    holding: Release,
    units: Collection[int] | None = None,
) -> dict[int, tuple[CorrectedFigure, ...]]:
    """Unit → its own figures that differ between two releases of a survey; units without any are left out.

    holding: the survey's newest release. units: None for all of them. Two queries, or three.
    """
    was, became = _lines(session, before, units), _lines(session, made, units)
    holds = became if made is holding else _lines(session, holding, units)
    minimum_stood = before.minimum_group == holding.minimum_group
    found: dict[int, list[CorrectedFigure]] = defaultdict(list)
    for unit_id in {**was, **became}:
        for measure in measures_of(questionnaire_of(made.survey.instrument)):
            earlier, later, last = (lines[unit_id].get(measure.key) for lines in (was, became, holds))
            if _value(earlier) != _value(later):
                retold = minimum_stood and last is not None and last.shown
                found[unit_id].append(CorrectedFigure(measure.title, earlier, later, retold))
    return {unit_id: tuple(figures) for unit_id, figures in found.items()}


def _value(line: Line | None) -> Line | None:
    """What a reader reads. Why a figure is hidden is no figure: that may change with what others have out."""
    return replace(line, reason="") if line else None


def _lines(
    session: Session, release: Release, units: Collection[int] | None
) -> defaultdict[int, dict[str, Line]]:
    measures = {measure.key: measure for measure in measures_of(questionnaire_of(release.survey.instrument))}
    query = select(Figure).where(Figure.release_id == release.id, Figure.kind == FigureKind.UNIT)
    if units is not None:
        query = query.where(Figure.unit_id.in_(units))
    found: defaultdict[int, dict[str, Line]] = defaultdict(dict)
    for figure in session.scalars(query):
        if figure.measure in measures:
            found[figure.unit_id][figure.measure] = measure_line(measures[figure.measure], figure)
    return found
