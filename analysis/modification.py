"""What a factor model would gain by one more parameter: modification indices in time and memory of items².

There are about P²/2 candidates and 2P parameters, so a table of candidates by parameters would be P³. With a simple
structure Σ⁻¹ is a diagonal and M columns, so each candidate's row is a few numbers of its own and a sum of columns that
all candidates share; only those are kept.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.factor_model import FIXED, FactorModel, Floats, GroupMoments, Matrices, Places
from analysis.maximum_likelihood import Estimate

NOTHING_LEFT: Final = 1e-9  # of a candidate's own information: the free parameters do the same already


@dataclass(frozen=True)
class Modification:
    """What would be gained by freeing one parameter.

    item: its place. factor: the factor it might also load on, or None. other: the item whose residual might
    be related to this one's, or None. index: the expected fall in χ². change: the parameter's expected value.
    """

    item: int
    factor: int | None
    other: int | None
    index: float
    change: float


@dataclass(frozen=True, eq=False)
class _Candidates:
    """C fixed parameters, each of which would change Σ by x·y′ + y·x′: x the unit vector of `item`.

    y: the unit vector of item `other`, or the column of ΛΦ of factor `factor`; the one that is not is −1.
    """

    item: Places
    factor: Places
    other: Places


def modifications(
    model: FactorModel, moments: GroupMoments, estimate: Estimate, most: int | None = None
) -> tuple[Modification, ...]:
    """Every fixed loading and residual covariance with its modification index, largest first; at most `most`.

    model: one group, each item on one factor and residuals unrelated (`cfa.simple_structure`).
    Score² / (information left when the free parameters are accounted for), expected information
    (Sörbom 1989). R: `lavaan::modindices(fit)`.

    >>> from analysis.cfa import confirmatory
    >>> rng = np.random.default_rng(1)
    >>> answers = rng.normal(size=(1000, 1)) + rng.normal(size=(1000, 4))
    >>> answers[:, 3] = answers[:, 3] + 0.5 * (answers[:, 2] - answers[:, 1])
    >>> found = confirmatory(answers, np.zeros(4, dtype=int)).modifications[0]
    >>> sorted([found.item, found.other])
    [0, 2]
    """
    matrices, places = model.matrices(estimate.parameters, 0), model.places[0]
    crossed = np.argwhere(places.loadings == FIXED)
    linked = np.argwhere(np.tril(places.residuals == FIXED, -1))
    candidates = _Candidates(
        item=np.concatenate([crossed[:, 0], linked[:, 0]]),
        factor=np.concatenate([crossed[:, 1], np.full(len(linked), FIXED)]),
        other=np.concatenate([np.full(len(crossed), FIXED), linked[:, 1]]),
    )
    _, implied = model.implied(estimate.parameters, 0)
    inverse = np.asarray(np.linalg.inv(implied), dtype=np.float64)
    reach = matrices.loadings @ matrices.factors  # (P, M)
    misfit = inverse @ (moments.covariance - implied) @ inverse
    n = moments.n
    score = n * _along(misfit, reach, candidates)
    own = n * (_along(inverse, reach, candidates) ** 2 + _lengths(inverse, reach, candidates))
    free = estimate.covariance * n / 2
    left = own - n * 2 * _explained(matrices, places, inverse, free, candidates)
    known = left > NOTHING_LEFT * own
    index = np.where(known, score**2 / np.where(known, left, 1.0), -np.inf)
    order = np.argsort(-index, kind="stable")[: int(known.sum())][:most]
    return tuple(
        Modification(
            item=int(candidates.item[c]),
            factor=int(candidates.factor[c]) if candidates.factor[c] != FIXED else None,
            other=int(candidates.other[c]) if candidates.other[c] != FIXED else None,
            index=float(index[c]),
            change=float(score[c] / left[c]),
        )
        for c in order.tolist()
    )


def _along(symmetric: Floats, reach: Floats, candidates: _Candidates) -> Floats:
    """x′·W·y of each candidate, (C,)."""
    through = symmetric @ reach
    by_factor = through[candidates.item, candidates.factor]
    return np.where(candidates.other == FIXED, by_factor, symmetric[candidates.item, candidates.other])


def _lengths(inverse: Floats, reach: Floats, candidates: _Candidates) -> Floats:
    """x′·A·x times y′·A·y of each candidate, (C,)."""
    of_factor = np.einsum("pm,pm->m", inverse @ reach, reach)
    of_item = np.diag(inverse)
    of_y = np.where(candidates.other == FIXED, of_factor[candidates.factor], of_item[candidates.other])
    found: Floats = of_item[candidates.item] * of_y
    return found


def _explained(
    matrices: Matrices[Floats],
    places: Matrices[Places],
    inverse: Floats,
    free: Floats,
    candidates: _Candidates,
) -> Floats:
    """s′·V·s/4 of each candidate, (C,): what the free parameters already account for.

    s holds tr(A·∂c·A·∂k) by free parameter k, V = `free` is the inverse of those traces between parameters. With
    A = Θ⁻¹ − E·C·E′, E = Θ⁻¹Λ and C = Φ(I + Λ′EΦ)⁻¹ (Woodbury), and each item k on its factor f(k):
    (Ax)ₖ = δᵢₖ/θᵢ − a[f(k)]·eₖ and (Ay)ₖ = δⱼₖ/θⱼ − b[f(k)]·eₖ, so s/2 is
    (Ax)ₖ(Ay)ₖ for a residual, (Ax)ₖ·v[f(k)] + u[f(k)]·(Ay)ₖ for a loading, pf·qg + pg·qf for a correlation.
    """
    items, factors = matrices.loadings.shape
    mine = (places.loadings >= 0).argmax(axis=1)
    e = matrices.loadings[np.arange(items), mine] / np.diag(matrices.residuals)
    below = np.tril_indices(factors, -1)
    shared, member = np.zeros((len(free), 2 * factors + len(below[0]))), np.arange(items)
    shared[places.residuals[member, member], mine] = e**2
    shared[places.loadings[member, mine], factors + mine] = e
    shared[places.factors[below], 2 * factors + np.arange(len(below[0]))] = 1
    x, y = _sides(matrices, inverse, e, mine, candidates)
    weights = np.hstack(
        [
            x.common * y.common,
            -(x.common * y.reached + x.reached * y.common),
            x.loaded[:, below[0]] * y.loaded[:, below[1]] + x.loaded[:, below[1]] * y.loaded[:, below[0]],
        ]
    )
    through = shared.T @ free  # (R, K)
    found: Floats = np.einsum("cr,cr->c", weights @ (through @ shared), weights)
    own = _own_numbers(places, e, mine, x, y)
    for one, (numbers, values) in enumerate(own):
        found += 2 * values * np.einsum("cr,cr->c", weights, through.T[numbers])
        for other_numbers, other_values in own[: one + 1]:
            twice = 1 if other_numbers is numbers else 2
            found += twice * values * other_values * free[numbers, other_numbers]
    return found


@dataclass(frozen=True, eq=False)
class _Side:
    """x or y of C candidates. item: its item, or −1. weight: 1/θ of the item, or 0. common: (C, M) the columns' part
    of A·x by factor. reached, loaded: (C, M) (ΛΦ)′A·x and Λ′A·x.
    """

    item: Places
    weight: Floats
    common: Floats
    reached: Floats
    loaded: Floats


def _sides(
    matrices: Matrices[Floats], inverse: Floats, e: Floats, mine: Places, candidates: _Candidates
) -> tuple[_Side, _Side]:
    loadings, phi = matrices.loadings, matrices.factors
    strength = np.bincount(mine, e * loadings[np.arange(len(e)), mine], minlength=len(phi))
    core = phi @ np.linalg.inv(np.eye(len(phi)) + strength[:, np.newaxis] * phi)
    reach = loadings @ phi
    of_item = (e[:, np.newaxis] * core[mine], inverse @ reach, inverse @ loadings)
    # A·ΛΦ = E·(I − C·Λ′E)·Φ: no item of its own
    rest = np.eye(len(phi)) - core * strength
    of_factor = (-(rest @ phi).T, reach.T @ inverse @ reach, reach.T @ inverse @ loadings)
    weight = 1 / np.diag(matrices.residuals)
    is_loading = candidates.other == FIXED
    x = _Side(candidates.item, weight[candidates.item], *(part[candidates.item] for part in of_item))
    mixed = (
        np.where(is_loading[:, np.newaxis], by_factor[candidates.factor], by_item[candidates.other])
        for by_item, by_factor in zip(of_item, of_factor, strict=True)
    )
    y = _Side(candidates.other, np.where(is_loading, 0.0, weight[candidates.other]), *mixed)
    return x, y


def _own_numbers(
    places: Matrices[Places], e: Floats, mine: Places, x: _Side, y: _Side
) -> list[tuple[Places, Floats]]:
    """The parameters of the candidates' own items, (C,) each, and what those add to s/2 beside the shared columns."""
    found = []
    rows = np.arange(len(x.item))
    for one, other in ((x, y), (y, x)):
        factor = mine[one.item]
        residual, loading = places.residuals[one.item, one.item], places.loadings[one.item, factor]
        found.append((residual, -one.weight * other.common[rows, factor] * e[one.item]))
        found.append((loading, one.weight * other.reached[rows, factor]))
    return found
