"""A survey's changes since earlier surveys, computed once at the release from released figures alone."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from analysis.change import ChangeEstimate, Wave, change
from surveys.campaigns.models import Survey
from surveys.release.comparisons.invariance import verdicts_by_release
from surveys.release.comparisons.predecessors import (
    Before,
    Missing,
    ReleasedScore,
    UnitMeasure,
    earlier_scores,
    names_then,
)
from surveys.release.models import BasisUnit, Coding, FigureKind, FigureStatus, Verdict

UnitNames = Mapping[tuple[int, int], str]
"""(release id, unit id) → what the unit was called then."""


@dataclass(frozen=True)
class ReleaseComparison:
    """Rows for `Change`, and for `Uncompared` where there was an earlier figure that may not be compared with."""

    changes: list[dict[str, Any]]
    uncompared: list[dict[str, Any]]


def compare_with_earlier(
    session: Session, survey: Survey, figures: Sequence[Mapping[str, Any]]
) -> ReleaseComparison:
    """One row for each shown unit figure that an earlier survey of the series has something to say about.

    figures: this release's rows for `Figure`; a mean that is only a bound is compared with nothing. What each is
    compared with is found in `predecessors`. Where the two surveys clearly do not measure the same, the change is
    neither up nor down.
    """
    now: dict[UnitMeasure, ReleasedScore] = {
        (row["unit_id"], row["measure"]): (row["n"], row["mean"], row["sd"])
        for row in figures
        if row["kind"] == FigureKind.UNIT
        and row["status"] == FigureStatus.SHOWN
        and row["coded"] == Coding.EXACT
    }
    before, missing = earlier_scores(session, survey, now.keys())
    names = names_then(session, [*before.values(), *missing.values()])
    verdicts = verdicts_by_release(session, survey) if before else {}
    comparable = {place: not verdicts[one.release_id].blocks(place[1]) for place, one in before.items()}
    return ReleaseComparison(
        _changes(now, before, names, comparable),
        [
            {
                "unit_id": unit,
                "measure": measure,
                "previous_release_id": gap.release_id,
                "reason": gap.reason,
                "units": _named(gap, names),
            }
            for (unit, measure), gap in missing.items()
        ],
    )


def _changes(
    now: Mapping[UnitMeasure, ReleasedScore],
    before: Mapping[UnitMeasure, Before],
    names: UnitNames,
    comparable: Mapping[UnitMeasure, bool],
) -> list[dict[str, Any]]:
    """Each unit's measures are one family; those that the two surveys do not measure alike are no part of it."""
    units = sorted({unit for unit, _ in before})
    measures = sorted({measure for _, measure in before})
    if not before:
        return []
    found = change(
        _wave({place: one.score for place, one in before.items()}, units, measures),
        _wave({place: now[place] for place in before}, units, measures),
        testable=np.array(
            [[comparable.get((unit, measure), False) for measure in measures] for unit in units]
        ),
    )
    return [
        {
            "unit_id": unit,
            "measure": measure,
            **_compared_with(before[unit, measure], names),
            **_found(found, (row, column)),
            "comparable": comparable[unit, measure],
        }
        for row, unit in enumerate(units)
        for column, measure in enumerate(measures)
        if (unit, measure) in before
    ]


def _wave(scores: Mapping[UnitMeasure, ReleasedScore], units: Sequence[int], measures: Sequence[str]) -> Wave:
    """(units, measures) arrays; n 0 and NaN where there is nothing to compare."""
    row = {unit: number for number, unit in enumerate(units)}
    column = {measure: number for number, measure in enumerate(measures)}
    n: NDArray[np.int64] = np.zeros((len(units), len(measures)), dtype=np.int64)
    mean = np.full(n.shape, np.nan)
    sd = np.full(n.shape, np.nan)
    for (unit, measure), (people, average, spread) in scores.items():
        at = row[unit], column[measure]
        n[at], mean[at], sd[at] = people, average, np.nan if spread is None else spread
    return Wave(n, mean, sd)


def _compared_with(before: Before, names: UnitNames) -> dict[str, Any]:
    return {
        "previous_release_id": before.release_id,
        "basis": before.basis,
        "basis_units": _named(before, names),
    }


def _named(compared: Before | Missing, names: UnitNames) -> list[BasisUnit]:
    return [{"id": unit, "name": names[compared.release_id, unit]} for unit in compared.units]


def _found(found: ChangeEstimate, at: tuple[int, int]) -> dict[str, Any]:
    return {
        "difference": float(found.difference[at]),
        "ci_low": _known(found.ci_low[at]),
        "ci_high": _known(found.ci_high[at]),
        "p": _known(found.p[at]),
        "p_adjusted": _known(found.p_holm[at]),
        "g": _known(found.g[at]),
        "verdict": Verdict(found.verdict[at].value),
        "detectable": _known(found.detectable[at]),
    }


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
