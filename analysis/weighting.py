"""A citizen survey's factor scores with weights: declared in the file, or made from what is known of the population.

Beside the unweighted figures, never in their place, and for everybody together only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analysis.as_json import interval, number
from analysis.responses import Responses
from analysis.scoring import person_scores
from analysis.weighted_mean import WeightedMean
from analysis.weights import WeightsError, check_weights, post_stratified, weighted_mean

Floats = NDArray[np.float64]
Margins = Mapping[str, Mapping[str, float]]
"""Background question → option → people in the population."""

_ROUNDS: Final = 200
_CLOSE: Final = 1e-10


@dataclass(frozen=True, eq=False)
class Weighting:
    """weights: (N,). source: «column» or «margins». names: the column, or the questions whose margins are known."""

    weights: Floats
    source: str
    names: tuple[str, ...]


def from_column(responses: Responses, weights: Floats, column: str) -> Weighting:
    """Raises WeightsError for another kind of survey than citizens', or a weight that is not positive.

    weights: (N,).

    >>> from analysis.example import CITIZENS
    >>> from_column(CITIZENS, np.array([1.0, 1, 1, 2, 2, 2]), "vekt").names
    ('vekt',)
    """
    check_weights(responses.questionnaire.kind, weights)
    return Weighting(weights, "column", (column,))


def from_margins(responses: Responses, margins: Margins) -> Weighting:
    """Weights whose margins are the population's, by raking (Deming & Stephan 1940); with one question it is
    post-stratification. R: `survey::rake`, `survey::postStratify`.

    Whoever did not answer a question keeps her weight when that question's margins are met. Raises WeightsError for
    another kind of survey, an unknown question or option, an option without answers, or margins that cannot be met.

    >>> from analysis.example import CITIZENS
    >>> from_margins(CITIZENS, {"rolle": {"leder": 100, "ansatt": 300}}).weights.tolist()
    [0.5, 0.5, 0.5, 1.5, 1.5, 1.5]
    """
    check_weights(responses.questionnaire.kind, np.ones(len(responses)))
    if not margins:
        msg = "filen har ingen tall"
        raise WeightsError(msg)
    labels = {key: _labels(responses, key) for key in margins}
    return Weighting(raked(labels, margins), "margins", tuple(margins))


def raked(labels: Mapping[str, NDArray[np.str_]], margins: Margins) -> Floats:
    """(N,) weights with mean 1 whose margins are the population's. labels: question → (N,) options, «» for none.

    As `from_margins`, which says what is raised.

    >>> raked({"rolle": np.array(["leder", "ansatt", "ansatt"])}, {"rolle": {"leder": 100, "ansatt": 300}}).tolist()
    [0.75, 1.125, 1.125]
    """
    weights = np.ones(len(next(iter(labels.values()))))
    for _round in range(_ROUNDS):
        before = weights
        for key, population in margins.items():
            weights = _met(weights, labels[key], population)
        if np.abs(weights - before).max() < _CLOSE:
            found: Floats = weights / weights.mean()
            return found
    msg = "tallene kan ikke stemme samtidig for alle spørsmålene"
    raise WeightsError(msg)


def _labels(responses: Responses, key: str) -> NDArray[np.str_]:
    """(N,) the option each chose, «» for none."""
    question = next((one for one in responses.questionnaire.background if one.key == key), None)
    if question is None:
        msg = f"spørreskjemaet har ikke bakgrunnsspørsmålet {key}"
        raise WeightsError(msg)
    names = np.array([*(option.key for option in question.options), ""])
    codes = responses.background[key].astype(np.int64)
    found: NDArray[np.str_] = names[np.where(codes < len(question.options), codes, len(question.options))]
    return found


def _met(weights: Floats, labels: NDArray[np.str_], population: Mapping[str, float]) -> Floats:
    """The weights scaled so that those who answered add up as the population does; their total is as it was."""
    told = labels != ""
    # Each stratum's share over its share of the answers, as if all weighed the same, and then over what they weigh.
    target = post_stratified(labels[told], population)
    names, index = np.unique(labels[told], return_inverse=True)
    total = np.bincount(index, target)
    now = np.bincount(index, weights[told], minlength=len(names))
    scaled = weights.copy()
    scaled[told] *= (total / total.sum() * weights[told].sum() / now)[index]
    return scaled


def weighted_scores(responses: Responses, weighting: Weighting) -> dict[str, WeightedMean]:
    """The weighted mean of each factor's scores.

    >>> from analysis.example import CITIZENS
    >>> weighted = from_margins(CITIZENS, {"rolle": {"leder": 100, "ansatt": 300}})
    >>> found = weighted_scores(CITIZENS, weighted)["MOT"]
    >>> round(found.mean, 3), found.effective_n
    (2.583, 4.8)
    """
    scores = person_scores(responses)
    return {
        factor.key: weighted_mean(scores[:, index], weighting.weights)
        for index, factor in enumerate(responses.questionnaire.factors)
    }


def weighting_json(responses: Responses, weighting: Weighting, minimum_group: int) -> dict[str, Any]:
    """What `medvirk analyse --json` says of weights; a factor that fewer than `minimum_group` answered has none.

    >>> from analysis.example import CITIZENS
    >>> weighted = from_column(CITIZENS, np.array([1.0, 1, 1, 2, 2, 2]), "vekt")
    >>> weighting_json(CITIZENS, weighted, 7)["scales"]
    {}
    """
    everybody = weighted_mean(np.ones(len(responses)), weighting.weights)
    return {
        "n": everybody.n,
        "source": weighting.source,
        "names": list(weighting.names),
        "smallest": number(weighting.weights.min() / weighting.weights.mean()),
        "largest": number(weighting.weights.max() / weighting.weights.mean()),
        "design_effect": number(everybody.design_effect),
        "effective_n": number(everybody.effective_n),
        "scales": {
            key: _scale(found)
            for key, found in weighted_scores(responses, weighting).items()
            if found.n >= minimum_group
        },
    }


def _scale(found: WeightedMean) -> dict[str, Any]:
    return {
        "n": found.n,
        "mean": number(found.mean),
        "se": number(found.standard_error),
        "ci": interval(found.low, found.high),
        "design_effect": number(found.design_effect),
        "effective_n": number(found.effective_n),
    }
