"""Moments of every unit and node: time and memory of a municipal and a national survey, beside pingouin's alpha.

The whole path is timed: sums, the tree, scores with intervals, alpha with intervals, answer distributions.
"""

import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analysis.moments import Moments, moments, up_the_tree
from analysis.reliability import unit_alpha
from analysis.responses import Responses
from analysis.scores import unit_scores
from questionnaires.coding import BLANK
from questionnaires.model import Factor, Item, Point, Questionnaire, Scale

SIZES = (4, 4, 4, 4, 4, 4, 3, 3, 3, 3)
TEXT = {"nb": "x"}


def questionnaire() -> Questionnaire:
    """Ten factors, 36 items on 1–5."""
    scale = Scale("s", tuple(Point(value, TEXT) for value in range(1, 6)))
    factors, first = [], 0
    for place, size in enumerate(SIZES):
        items = tuple(Item(f"i{first + i}", TEXT, i == 2) for i in range(size))
        factors.append(Factor(f"F{place}", TEXT, scale, items))
        first += size
    return Questionnaire("bench", 1, "employee", ("nb",), TEXT, {"s": scale}, tuple(factors), ())


def survey(people: int, levels: tuple[int, ...]) -> tuple[Responses, NDArray[np.int32]]:
    """Random answers with 3 % gaps from people in the lowest level of a tree, and each node's parent."""
    rng = np.random.default_rng(0)
    codes = rng.integers(1, 6, (people, sum(SIZES)), dtype=np.uint8)
    codes[rng.random(codes.shape, dtype=np.float32) < 0.03] = BLANK
    parents, first = [-1], 0
    for above, nodes in pairwise(levels):
        parents += [first + i * above // nodes for i in range(nodes)]
        first += above
    unit = rng.integers(first, len(parents), people, dtype=np.int32)
    names = tuple(map(str, range(len(parents))))
    return Responses(questionnaire(), codes, unit, names), np.array(parents, dtype=np.int32)


def everything(responses: Responses, parents: NDArray[np.int32]) -> Moments:
    nodes = up_the_tree(moments(responses), parents)
    unit_scores(nodes)
    unit_alpha(nodes)
    return nodes


def best(work: Callable[[], object], times: int = 7) -> float:
    """The shortest of several runs, in seconds."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def pingouin_per_unit(responses: Responses, units: int) -> float:
    """Seconds for pingouin's alpha of each factor in the first `units` units that have people."""
    import pandas as pd
    import pingouin

    chosen = np.unique(responses.unit)[:units]
    start = time.perf_counter()
    for unit in chosen:
        rows = pd.DataFrame(responses.items[responses.unit == unit]).replace(BLANK, np.nan)
        first = 0
        for size in SIZES:
            pingouin.cronbach_alpha(rows.iloc[:, first : first + size].dropna())
            first += size
    return time.perf_counter() - start


def megabytes(work: Callable[[], object]) -> float:
    """The most memory that numpy and Python held during the work beyond what was there before."""
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def main() -> None:
    for name, people, levels in (
        ("municipal", 5_000, (1, 10, 30, 300)),
        ("national", 500_000, (1, 10, 400, 10_000)),
    ):
        responses, parents = survey(people, levels)
        work = partial(everything, responses, parents)
        extra, fastest = megabytes(work), best(work)
        print(f"{name}: {people:,} people, {len(parents):,} nodes: ", end="")
        print(f"{fastest * 1000:.1f} ms, {extra:.0f} MB extra")
        units = 100
        slow = pingouin_per_unit(responses, units) * levels[-1] / units
        print(
            f"  pingouin's alpha per unit and factor, reckoned from {units} units: {slow:.1f} s,"
            f" {slow / fastest:,.0f} times as long"
        )


if __name__ == "__main__":
    main()
