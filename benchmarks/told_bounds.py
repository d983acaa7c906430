"""What it costs that a figure told as a bound stays one: figures that are rounded for it, and the time it takes.

Random organisations with unit types beside the tree, one theme of four questions where many answer near the top.
"""

import time
from dataclasses import replace

import numpy as np
from disclosure import LEVELS, TYPES, K, organisation

from analysis.disclosure import Respondents
from analysis.disclosure.survey import Cells, protect_cells
from analysis.disclosure.told_bounds import ToldFigure, narrowed_bounds, told_less
from analysis.precision import precision_for
from surveys.release.protection.bounded_figures import figure_as_told

ITEMS, LENGTH = 4, 4.0


def bounds(levels: tuple[int, ...], seed: int, centre: float) -> None:
    """centre: of the scale, where the units' own means lie around."""
    rng = np.random.default_rng(seed)
    parents, counts = organisation(rng, levels)
    unit = np.repeat(np.arange(len(parents)), counts).astype(np.int32)
    kind = rng.choice(TYPES, len(parents), p=rng.dirichlet(np.full(TYPES, 0.5)))[unit].astype(np.int32)
    person = rng.normal(centre, 0.12, len(parents))[unit] + rng.normal(0, 0.16, len(unit))
    answers = np.rint((person[:, None] + rng.normal(0, 0.12, (len(unit), ITEMS))) * LENGTH)
    scores = answers.clip(0, LENGTH).mean(axis=1, keepdims=True) / LENGTH
    cells = Cells.of(parents, unit, {"unit_type": kind})
    people = Respondents(unit, np.ones_like(scores, dtype=np.bool_), scores, 0.0, 1.0)
    found = protect_cells(cells, people, K)
    shown = [cells.of_nodes[node] for node in np.flatnonzero(found.units.shown).tolist()]
    shown += [cells.of_category(c.breakdown, c.category) for c in found.categories if c.status == "shown"]
    n, sums = cells.summed(np.ones_like(scores))[:, 0], cells.summed(scores)[:, 0]
    told = [told_figure(members, n, sums, len(members) == len(n)) for members in shown]
    narrow = len(narrowed_bounds(told, n, sums))
    start = time.process_time()
    after, given_away = told_less(told, n, sums, 1 / LENGTH)
    took = time.process_time() - start
    steps = [(new.step, old.step) for old, new in zip(told, after, strict=True)]
    rounded = [None if new is None else round(new * LENGTH, 1) for new, old in steps if new != old]
    tally = {step: rounded.count(step) for step in sorted(set(rounded), key=lambda s: s or 9)}
    bounded = sum(figure.bound != "exact" for figure in told)
    exact = [replace(figure, step=0.0) for figure in told]
    print(
        f"{levels[-1]} units, {seed}, centre {centre}: {len(told)} shown, {bounded} bounds; narrowed when all else "
        f"is exact {len(narrowed_bounds(exact, n, sums))}, with few people's figures rounded {narrow}, now "
        f"{len(narrowed_bounds(after, n, sums))}; rounded for few people {sum(figure.step != 0 for figure in told)}, "
        f"for bounds by step (None: hidden) {tally}; {took:.2f} s"
    )
    assert not given_away


def told_figure(members: frozenset[int], n: np.ndarray, sums: np.ndarray, is_top: bool) -> ToldFigure:
    inside = list(members)
    size = int(n[inside].sum())
    told = figure_as_told(members, size, float(sums[inside].sum()), LENGTH, precision_for(size, ITEMS).step)
    return replace(told, is_top=is_top)


if __name__ == "__main__":
    for number in range(3):
        bounds((1, 8, 50), number, 0.75)
        bounds((1, 8, 50), number, 0.9)
    for number in range(2):
        bounds((1, 12, 300), number, 0.7)
        bounds((1, 12, 300), number, 0.8)
        bounds((1, 12, 300), number, 0.9)
    bounds(LEVELS, 0, 0.75)
