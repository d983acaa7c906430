"""Other ways to fit the intended structure, beside maximum likelihood: labelled choices, never the one shown first.

Maximum likelihood takes the answers for continuous and normal. MLR keeps its loadings and corrects χ² and the standard
errors for skewed answers; WLSMV takes the answers for ordered steps. Both rest on complete rows.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.cfa import Cfa, NoSolutionError
from analysis.factor_model import Floats
from analysis.ordinal import ordinal
from analysis.robust import robust


class Estimator(StrEnum):
    """A labelled choice; the values are words of the command line, the JSON and the stored reports."""

    MLR = "mlr"
    WLSMV = "wlsmv"


_FITTED: Final[Mapping[Estimator, Callable[[Floats, NDArray[np.int_]], Cfa]]] = {
    Estimator.MLR: robust,
    Estimator.WLSMV: ordinal,
}


@dataclass(frozen=True, eq=False)
class EstimatedStructure:
    """cfa: None when there is no solution. problem: why, or why the solution there is is impossible."""

    cfa: Cfa | None
    problem: NoSolutionError | None


def by_estimator(
    answers: Floats, factor_of: NDArray[np.int_], estimators: Iterable[Estimator]
) -> dict[Estimator, EstimatedStructure]:
    """The structure of complete rows by each of the estimators asked for. answers: (n, P) scored.

    >>> by_estimator(np.ones((9, 3)), np.zeros(3, dtype=int), [Estimator.MLR])[Estimator.MLR].problem.reason.value
    'singular'
    """
    return {one: _fitted(one, answers, factor_of) for one in estimators}


def _fitted(estimator: Estimator, answers: Floats, factor_of: NDArray[np.int_]) -> EstimatedStructure:
    try:
        cfa = _FITTED[estimator](answers, factor_of)
    except NoSolutionError as problem:
        return EstimatedStructure(None, problem)
    return EstimatedStructure(cfa, cfa.inadmissible)
