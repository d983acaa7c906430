"""A unit's changes since earlier surveys as pages show them, and why there is none where there is none."""

from collections.abc import Set
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey
from surveys.release.models import (
    Change,
    ChangeBasis,
    Figure,
    FigureKind,
    Release,
    Uncompared,
    Verdict,
    WhyUncompared,
)

ENOUGH: Final = 10
"""From here on it is not for few answers that a change is left untested."""


@dataclass(frozen=True)
class ChangeLine:
    """A change since an earlier survey, which began in `year`. Numbers on the measure's scale."""

    year: int
    previous_mean: float
    difference: float
    ci_low: float | None
    ci_high: float | None
    verdict: Verdict
    detectable: float | None
    is_share: bool = False
    # False: the two surveys do not measure the same, so the change is neither up nor down.
    comparable: bool = True
    # Whose earlier figure it is, and the names of those units then; none for the unit's own.
    basis: ChangeBasis = ChangeBasis.SAME
    units: tuple[str, ...] = ()
    # Hedges' g.
    g: float | None = None
    # Enough have answered, but a spread is not shown: nobody can tell whether the difference is more than chance.
    untested: bool = False


@dataclass(frozen=True)
class NotCompared:
    """Why there is no change since the survey that began in `year`. units: the units it came from, by name."""

    year: int
    reason: WhyUncompared
    units: tuple[str, ...] = ()


def changes_of(session: Session, release: Release, unit_id: int, shares: Set[str]) -> dict[str, ChangeLine]:
    """Measure → change."""
    rows = session.execute(
        select(Change, Survey.opens_on, Figure.mean, Figure.n)
        .join(Release, Release.id == Change.previous_release_id)
        .join(Survey, Survey.id == Release.survey_id)
        .join(
            Figure,
            (Figure.release_id == Change.release_id)
            & (Figure.unit_id == Change.unit_id)
            & (Figure.measure == Change.measure)
            & (Figure.kind == FigureKind.UNIT),
        )
        .where(Change.release_id == release.id, Change.unit_id == unit_id)
    )
    return {
        change.measure: ChangeLine(
            year=opened.year,
            previous_mean=mean - change.difference,
            difference=change.difference,
            ci_low=change.ci_low,
            ci_high=change.ci_high,
            verdict=change.verdict,
            detectable=change.detectable,
            is_share=change.measure in shares,
            comparable=change.comparable,
            basis=change.basis,
            units=tuple(unit["name"] for unit in change.basis_units),
            g=change.g,
            untested=change.ci_low is None and n >= ENOUGH,
        )
        for change, opened, mean, n in rows
        if mean is not None and n is not None
    }


def gaps_of(session: Session, release: Release, unit_id: int) -> dict[str, NotCompared]:
    """Measure → why there is no change."""
    rows = session.execute(
        select(Uncompared, Survey.opens_on)
        .join(Release, Release.id == Uncompared.previous_release_id)
        .join(Survey, Survey.id == Release.survey_id)
        .where(Uncompared.release_id == release.id, Uncompared.unit_id == unit_id)
    )
    return {
        found.measure: NotCompared(opened.year, found.reason, tuple(unit["name"] for unit in found.units))
        for found, opened in rows
    }
