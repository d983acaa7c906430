"""A survey's changes since earlier surveys, computed once at the release from released figures alone."""

import math
from collections.abc import Mapping, Sequence, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.change import Change, Wave, change
from surveys.campaigns.instruments import questionnaire_of
from surveys.campaigns.models import Survey
from surveys.results.comparing import comparable_releases
from surveys.results.invariance import WaveVerdict, verdicts_by_release
from surveys.results.measures import MeasureKind, measures_of
from surveys.results.models import Coding, Figure, FigureKind, FigureStatus, Verdict

Place = tuple[int, str]
"""A unit's id and a measure."""

Score = tuple[int, float, float | None]
"""n, mean and sd as released."""


def change_rows(
    session: Session, survey: Survey, figures: Sequence[Mapping[str, Any]]
) -> list[dict[str, object]]:
    """Rows for `Change`, one for each shown unit figure that an earlier comparable survey shows too.

    figures: this release's rows for `Figure`; a mean that is only a bound is compared with nothing. The earlier
    figure is the newest one shown for the same unit and measure; units that were merged or split are not joined.
    Where the two surveys clearly do not measure the same, the change is neither up nor down.
    """
    now: dict[Place, Score] = {
        (row["unit_id"], row["measure"]): (row["n"], row["mean"], row["sd"])
        for row in figures
        if row["kind"] == FigureKind.UNIT
        and row["status"] == FigureStatus.SHOWN
        and row["coded"] == Coding.EXACT
    }
    before = _newest_shown(session, survey, now.keys())
    if not before:
        return []
    units = sorted({unit for unit, _ in before})
    measures = sorted({measure for _, measure in before})
    found = change(
        _wave({place: score for place, (_, score) in before.items()}, units, measures),
        _wave({place: now[place] for place in before}, units, measures),
    )
    rows = [
        _row(unit, measure, before[unit, measure][0], found, (row, column))
        for row, unit in enumerate(units)
        for column, measure in enumerate(measures)
        if (unit, measure) in before
    ]
    verdicts = verdicts_by_release(session, survey)
    return [_obeying(row, verdicts[row["previous_release_id"]]) for row in rows]


def _newest_shown(session: Session, survey: Survey, wanted: Set[Place]) -> dict[Place, tuple[int, Score]]:
    """For every wanted place the release that last showed it, and what it showed."""
    found: dict[Place, tuple[int, Score]] = {}
    measures = measures_of(questionnaire_of(survey.instrument))
    for earlier in comparable_releases(session, survey):
        shown = session.execute(
            select(Figure.unit_id, Figure.measure, Figure.n, Figure.mean, Figure.sd).where(
                Figure.release_id == earlier.release_id,
                Figure.kind == FigureKind.UNIT,
                Figure.status == FigureStatus.SHOWN,
                Figure.coded == Coding.EXACT,
                Figure.measure.in_(
                    [
                        m.key
                        for m in measures
                        if m.factor.key in earlier.measures and m.kind != MeasureKind.INDEX
                    ]
                ),
            )
        )
        for unit_id, measure, n, mean, sd in shown:
            if (unit_id, measure) in wanted and n is not None and mean is not None:
                found.setdefault((unit_id, measure), (earlier.release_id, (n, mean, sd)))
    return found


def _wave(scores: Mapping[Place, Score], units: Sequence[int], measures: Sequence[str]) -> Wave:
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


def _row(unit: int, measure: str, release_id: int, found: Change, at: tuple[int, int]) -> dict[str, Any]:
    return {
        "unit_id": unit,
        "measure": measure,
        "previous_release_id": release_id,
        "difference": float(found.difference[at]),
        "ci_low": _known(found.ci_low[at]),
        "ci_high": _known(found.ci_high[at]),
        "p_adjusted": _known(found.p_holm[at]),
        "verdict": Verdict(found.verdict[at].value),
        "detectable": _known(found.detectable[at]),
    }


def _obeying(row: dict[str, Any], waves: WaveVerdict) -> dict[str, Any]:
    """The row without up or down where the two surveys cannot be compared on its measure."""
    if not waves.blocks(row["measure"]):
        return row | {"comparable": True}
    verdict = Verdict.TOO_FEW if row["verdict"] == Verdict.TOO_FEW else Verdict.NO_CLEAR_CHANGE
    return row | {"comparable": False, "verdict": verdict}


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
