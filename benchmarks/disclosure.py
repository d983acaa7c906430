"""Disclosure control on random organisations of 3,000 units: time, what is hidden, and how far from the best possible.

A tree alone is solved exactly. Linked tables (unit type, sex and age beside the tree) are compared with a lower bound:
what the cheapest set costs that meets every attack found, whether or not it stops all others.
"""

import time
from collections.abc import Iterable
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure import Respondents, attacker, cutting, protect_survey, protect_tree
from analysis.disclosure.combinations import weighted_sum
from analysis.disclosure.cutting import Cut, cheapest_cover

LEVELS = (1, 30, 600, 3_000)
TYPES = 40
K = 5

Ints = NDArray[np.int32]


def organisation(
    rng: np.random.Generator, levels: tuple[int, ...] = LEVELS
) -> tuple[Ints, NDArray[np.int64]]:
    """Parents, and people placed directly on each node: about eleven in a unit, many units with very few."""
    parents = [-1]
    above = np.array([0])
    for many in levels[1:]:
        start = len(parents)
        parents += rng.choice(above, many).tolist()
        above = np.arange(start, start + many)
    counts = np.zeros(len(parents), dtype=np.int64)
    counts[above] = rng.negative_binomial(1.5, 0.12, len(above))
    return np.array(parents, dtype=np.int32), counts


def tree(seed: int) -> None:
    parents, counts = organisation(np.random.default_rng(seed))
    start = time.process_time()
    found = protect_tree(parents, counts, K)
    took = time.process_time() - start
    print(
        f"tree {seed}: {took:.2f} s for {counts.sum()} people; hidden to protect: {found.secondary.sum()} figures, "
        f"{found.n[found.secondary].sum()} people (the optimum)"
    )


def breakdowns_of(rng: np.random.Generator, parents: Ints, unit: Ints) -> dict[str, Ints]:
    """Unit type, sex and age of everybody."""
    share = rng.dirichlet(np.full(TYPES, 0.5))
    return {
        "unit_type": rng.choice(TYPES, len(parents), p=share)[unit].astype(np.int32),
        "sex": (rng.random(len(unit)) < 0.3).astype(np.int32),
        "age": rng.choice(5, len(unit)).astype(np.int32),
    }


def linked(seed: int, *, ranges: bool) -> None:
    rng = np.random.default_rng(seed)
    parents, counts = organisation(rng)
    unit = np.repeat(np.arange(len(parents)), counts).astype(np.int32)
    breakdowns = breakdowns_of(rng, parents, unit)
    scores = np.clip(rng.normal(3.7, 0.8, (len(unit), 1)), 1, 5) if ranges else None
    people = Respondents(unit, np.ones((len(unit), 1), dtype=np.bool_), scores)
    bounds = [0.0]

    def watched(cuts: Iterable[Cut], price: NDArray[np.float64]) -> tuple[set[int], float]:
        hidden, bound = cheapest_cover(cuts, price)
        bounds.append(bound)
        return hidden, bound

    cutting.cheapest_cover = watched
    start = time.process_time()
    found = protect_survey(parents, people, K, breakdowns=breakdowns)
    took = time.process_time() - start
    cutting.cheapest_cover = cheapest_cover
    hidden = int(found.units.n[found.units.secondary].sum()) + sum(
        int(category.n.sum()) for category in found.categories if category.reason == "protecting"
    )
    print(
        f"linked {seed}{' with ranges' if ranges else ''}: {took:.1f} s for {len(unit)} people; hidden to protect: "
        f"{hidden} people, at most {100 * max(hidden / max(bounds) - 1, 0):.1f} % more than must be"
    )


def rules(levels: tuple[int, ...], seed: int) -> None:
    """How many figures each rule hides: sums with weights 0 and 1, with any weights, and ranges of hidden means."""
    rng = np.random.default_rng(seed)
    parents, counts = organisation(rng, levels)
    unit = np.repeat(np.arange(len(parents)), counts).astype(np.int32)
    breakdowns = breakdowns_of(rng, parents, unit)
    scores = np.clip(rng.normal(3.7, 0.8, (len(unit), 1)), 1, 5)
    found = []
    for search, seen in ((_no_weights, None), (weighted_sum, None), (weighted_sum, scores)):
        people = Respondents(unit, np.ones((len(unit), 1), dtype=np.bool_), seen)
        with patch.object(attacker, "weighted_sum", search):
            result = protect_survey(parents, people, K, breakdowns=breakdowns)
        found.append(
            int(result.units.secondary.sum()) + sum(of.reason == "protecting" for of in result.categories)
        )
    small = sum(reason == "small" for reason in result.units.reason)
    print(
        f"rules {levels[-1]} units, {seed}: {small} hidden as small; to protect by sums {found[0]}, with any weights "
        f"{found[1]}, with ranges {found[2]}"
    )


def ranges_of_trees(centre: float, seeds: range) -> None:
    """Figures hidden to protect others in trees of 50: the tree's optimum, with ranges, and with linked tables."""
    totals = dict.fromkeys(("the optimum", "with ranges", "linked", "linked with ranges"), 0)
    for seed in seeds:
        rng = np.random.default_rng(seed)
        parents, counts = organisation(rng, (1, 8, 50))
        unit = np.repeat(np.arange(len(parents)), counts).astype(np.int32)
        breakdowns = breakdowns_of(rng, parents, unit)
        scores = rng.normal(centre, 0.8, (len(unit), 1)).clip(1, 5)
        totals["the optimum"] += int(protect_tree(parents, counts, K).secondary.sum())
        for linked_tables, name in (
            ({}, "with ranges"),
            (breakdowns, "linked with ranges"),
            (breakdowns, "linked"),
        ):
            seen = scores if name.endswith("ranges") else None
            people = Respondents(unit, np.ones((len(unit), 1), dtype=np.bool_), seen)
            found = protect_survey(parents, people, K, breakdowns=linked_tables)
            totals[name] += int(found.units.secondary.sum())
            totals[name] += sum(each.reason == "protecting" for each in found.categories)
    print(f"{len(seeds)} trees of 50 units, centre {centre}: {totals}")


def _no_weights(*_given: object) -> None:
    return None


if __name__ == "__main__":
    for mean in (3.7, 4.5):
        ranges_of_trees(mean, range(20))
    for number in range(3):
        rules((1, 8, 50), number)
    for number in range(2):
        rules((1, 12, 300), number)
    rules(LEVELS, 0)
    for number in range(3):
        tree(number)
    for number in range(2):
        linked(number, ranges=False)
        linked(number, ranges=True)
