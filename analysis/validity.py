"""Validity of a questionnaire's structure: adequacy, suggested and intended factors, and how they hold apart.

On rows complete in every item that everybody was asked, and beside that on all the answers (`all_answers`). Alpha is
not here: it is consistency, not validity.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from analysis.adequacy import Bartlett, SamplingAdequacy, bartlett, parallel_analysis, sampling_adequacy
from analysis.all_answers import AllAnswers, on_all_answers
from analysis.cfa import Cfa, NoSolutionError, NoSolutionReason, confirmatory, group_moments
from analysis.construct import average_variance_extracted, composite_reliability, fornell_larcker, htmt
from analysis.estimators import EstimatedStructure, Estimator, by_estimator
from analysis.factoring import Exploration, explored
from analysis.one_core import one_core
from analysis.reliability import correlation_of, covariance_of
from analysis.responses import Responses
from analysis.scoring import complete_rows, factor_scorings, scored
from questionnaires.coding import NOT_ASKED

Floats = NDArray[np.float64]
FactorPair = tuple[str, str]


class StructureBasis(StrEnum):
    """Which rows a structure rests on."""

    ALL_ANSWERS = "all_answers"
    COMPLETE = "complete"


@dataclass(frozen=True, eq=False)
class Validity:
    """What the answers say of the intended structure; None or NaN where it cannot be said.

    n_complete: rows used. items: keys of the items used. left_out: keys of factors that not everybody was asked.
    adequacy, sphericity, factors_suggested: None when the items' correlations have no inverse (`singular` says
    why). exploration: as many minres factors as intended, oblimin.
    cfa: the intended structure, over `cfa_items` and `cfa_factors`: factors of two items or more. None when there
    is no solution. `cfa_problem` says why, or why the one there is is impossible (`cfa.inadmissible`), its places
    counting in `cfa_items` and `cfa_factors`.
    all_answers: the structure with everybody who answered something; None when no answer is missing.
    estimators: the labelled choices that were asked for, over the same rows and items as `cfa`.
    ave, composite_reliability: by factor. fornell_larcker, htmt: by pair of factors in the CFA.
    """

    n_complete: int
    items: tuple[str, ...]
    left_out: tuple[str, ...]
    singular: NoSolutionError | None
    adequacy: SamplingAdequacy | None
    sphericity: Bartlett | None
    factors_suggested: int | None
    exploration: Exploration | None
    cfa: Cfa | None
    cfa_problem: NoSolutionError | None
    cfa_items: tuple[str, ...]
    cfa_factors: tuple[str, ...]
    ave: Mapping[str, float]
    composite_reliability: Mapping[str, float]
    fornell_larcker: Mapping[FactorPair, bool]
    all_answers: AllAnswers | None
    estimators: Mapping[Estimator, EstimatedStructure]
    htmt: Mapping[FactorPair, float]

    @property
    def basis(self) -> StructureBasis:
        """Which of the two structures is shown by default: that of all the answers wherever it has a solution.

        It uses more of the people, and assumes less about why the others' answers are missing.
        """
        if self.all_answers and self.all_answers.cfa:
            return StructureBasis.ALL_ANSWERS
        return StructureBasis.COMPLETE


@one_core()
def validity(responses: Responses, estimators: Iterable[Estimator] = ()) -> Validity:
    """Every measure of structure for a set of responses. estimators: labelled choices to fit as well.

    R: `psych::KMO`, `psych::cortest.bartlett`, `psych::fa.parallel`, `psych::fa`, `lavaan::cfa`.

    >>> from analysis.example import RESPONSES
    >>> found = validity(RESPONSES)
    >>> found.n_complete, round(found.adequacy.overall, 3), found.cfa_factors
    (5, 0.693, ('MOT',))
    """
    answers = asked_of_all(responses)
    rows = complete_rows(answers.values)
    correlation = correlation_of(covariance_of(rows))
    singular = _singular(rows)
    usable = singular is None
    chosen = answers.in_larger_factors()
    cfa, problem = _confirmed(rows[:, chosen], answers.factor_of[chosen])
    names, index = np.unique(answers.factor_of[chosen], return_inverse=True)
    keys = tuple(answers.factors[name] for name in names)
    ratios = htmt(correlation[np.ix_(chosen, chosen)], index) if len(chosen) else np.empty((0, 0))
    ave = average_variance_extracted(cfa.loadings, index) if cfa else np.full(len(keys), np.nan)
    composite = composite_reliability(cfa.loadings, index) if cfa else np.full(len(keys), np.nan)
    apart = fornell_larcker(ave, cfa.correlations) if cfa else None
    pairs = list(combinations(range(len(keys)), 2))
    return Validity(
        n_complete=len(rows),
        items=answers.items,
        left_out=answers.left_out,
        singular=singular,
        adequacy=sampling_adequacy(correlation) if usable else None,
        sphericity=bartlett(correlation, len(rows)) if usable else None,
        factors_suggested=parallel_analysis(correlation, len(rows)).factors if usable else None,
        exploration=explored(correlation, len(answers.factors)) if usable else None,
        cfa=cfa,
        cfa_problem=problem,
        cfa_items=tuple(answers.items[i] for i in chosen),
        cfa_factors=keys,
        ave=dict(zip(keys, ave.tolist(), strict=True)),
        composite_reliability=dict(zip(keys, composite.tolist(), strict=True)),
        fornell_larcker={(keys[i], keys[j]): bool(apart[i, j]) for i, j in pairs}
        if apart is not None
        else {},
        all_answers=on_all_answers(answers.values, answers.factor_of, answers.factors, chosen),
        estimators=by_estimator(rows[:, chosen], index, estimators) if len(chosen) else {},
        htmt={(keys[i], keys[j]): float(ratios[i, j]) for i, j in pairs},
    )


@dataclass(frozen=True, eq=False)
class AskedAnswers:
    """Scored answers (N, P) of the factors everybody was asked. factor_of: (P,) place in `factors`."""

    values: Floats
    items: tuple[str, ...]
    factors: tuple[str, ...]
    factor_of: NDArray[np.int_]
    left_out: tuple[str, ...]

    def in_larger_factors(self) -> NDArray[np.int_]:
        """Places of the items whose factor has at least two."""
        sizes = np.bincount(self.factor_of, minlength=len(self.factors))
        return np.flatnonzero(sizes[self.factor_of] > 1)


def asked_of_all(responses: Responses) -> AskedAnswers:
    """The answers that structure is studied on: of the factors nobody was left out of.

    >>> from analysis.example import RESPONSES
    >>> asked_of_all(RESPONSES).items
    ('M1', 'M2', 'M3')
    """
    asked = ~(responses.items == NOT_ASKED).any(axis=0)
    used = [s for s in factor_scorings(responses.questionnaire) if asked[s.columns].all()]
    columns = [scored(responses.items[:, s.columns], s) for s in used]
    keys = [item.key for item in responses.questionnaire.items]
    return AskedAnswers(
        values=np.hstack(columns) if columns else np.empty((len(responses), 0)),
        items=tuple(key for s in used for key in keys[s.columns]),
        factors=tuple(s.key for s in used),
        factor_of=np.repeat(np.arange(len(used)), [s.items for s in used]),
        left_out=tuple(f.key for f in responses.questionnaire.factors if f.key not in {s.key for s in used}),
    )


def _singular(rows: Floats) -> NoSolutionError | None:
    if rows.shape[1] < 2:
        return NoSolutionError(NoSolutionReason.NOT_IDENTIFIED)
    try:
        group_moments(rows)
    except NoSolutionError as problem:
        return problem
    return None


def _confirmed(rows: Floats, factor_of: NDArray[np.int_]) -> tuple[Cfa | None, NoSolutionError | None]:
    if not len(factor_of):
        return None, None
    _, index = np.unique(factor_of, return_inverse=True)
    try:
        found = confirmatory(rows, index)
    except NoSolutionError as problem:
        return None, problem
    return found, found.inadmissible
