"""What it costs the rows for analysts that a unit has rows of its own only where all its figures are told exactly.

Random organisations of which some unit is told as a bound: the share of rows that carry their own unit, and how often
all rows are under the top, without the rule, where only the bounded units lose theirs, and by the rule.
"""

from dataclasses import dataclass

import numpy as np
from disclosure import K, organisation
from numpy.typing import NDArray
from told_bounds import ITEMS, LENGTH, told_figure

from analysis.disclosure import Respondents
from analysis.disclosure.microdata import recode
from analysis.disclosure.survey import Cells, protect_cells
from analysis.disclosure.told_bounds import told_less
from analysis.precision import EXACT_FROM

THEMES = 10


@dataclass(frozen=True, eq=False)
class Draw:
    """parents: (nodes,). unit: (N,) of each person. scores: (N, THEMES) shares of the scale."""

    parents: NDArray[np.int32]
    unit: NDArray[np.int32]
    scores: NDArray[np.float64]

    @classmethod
    def of(cls, levels: tuple[int, ...], seed: int, centre: float) -> "Draw":
        rng = np.random.default_rng(seed)
        parents, counts = organisation(rng, levels)
        unit = np.repeat(np.arange(len(parents)), counts).astype(np.int32)
        person = rng.normal(centre, 0.12, len(parents))[unit] + rng.normal(0, 0.16, len(unit))
        themes = []
        for _ in range(THEMES):
            own = person + rng.normal(0, 0.05, len(parents))[unit]
            answers = np.rint((own[:, None] + rng.normal(0, 0.12, (len(unit), ITEMS))) * LENGTH)
            themes.append(answers.clip(0, LENGTH).mean(axis=1) / LENGTH)
        return cls(parents, unit, np.column_stack(themes))


def masks(draw: Draw) -> dict[str, NDArray[np.bool_]]:
    """(nodes,) which units may have rows of their own, by rule; empty where no unit is told as a bound."""
    cells = Cells.of(draw.parents, draw.unit, {})
    first = draw.scores[:, :1]
    people = Respondents(draw.unit, np.ones_like(first, dtype=np.bool_), first, 0.0, 1.0)
    shown = protect_cells(cells, people, K).units.shown
    nodes = np.flatnonzero(shown).tolist()
    bounded, exact = np.zeros_like(shown), shown.copy()
    for theme in draw.scores.T:
        n, sums = (cells.summed(column[:, None])[:, 0] for column in (np.ones_like(theme), theme))
        members = [cells.of_nodes[node] for node in nodes]
        told = [told_figure(each, n, sums, len(each) == len(n)) for each in members]
        after, _ = told_less(told, n, sums, 1 / LENGTH)
        for node, figure in zip(nodes, after, strict=True):
            bounded[node] |= figure.bound != "exact"
            exact[node] &= figure.bound == "exact" and not figure.step
    if not bounded.any():
        return {}
    return {"without": shown, "bounds alone": shown & ~bounded, "now": exact}


def rows_of(draw: Draw, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(N,) the unit each row carries. Raises ValueError where no rows can be given out at all."""
    nothing = np.empty((len(draw.unit), 0), dtype=np.int64)
    lengths = np.full(THEMES, ITEMS * LENGTH)
    return recode(draw.parents, draw.unit, mask, nothing, draw.scores, lengths, K, least_rows=EXACT_FROM).node


def cost(levels: tuple[int, ...], centre: float, draws: int) -> None:
    own: dict[str, list[float]] = {}
    at_top: dict[str, int] = {}
    for seed in range(draws):
        draw = Draw.of(levels, seed, centre)
        try:
            found = {name: rows_of(draw, mask) for name, mask in masks(draw).items()}
        except ValueError:  # fewer than ten people, or all alike
            continue
        for name, node in found.items():
            own.setdefault(name, []).append(float((node == draw.unit).mean()))
            at_top[name] = at_top.get(name, 0) + bool((node <= 0).all())
    said = [
        f"{name} {100 * np.mean(of):.0f} % own unit, all at the top in {at_top[name]}"
        for name, of in own.items()
    ]
    print(f"{levels[-1]} units, centre {centre}, {len(own['now'])} with a bound: {'; '.join(said)}")


if __name__ == "__main__":
    for centre in (0.8, 0.9):
        for levels in ((1, 5), (1, 8), (1, 4, 16)):
            cost(levels, centre, 25)
    cost((1, 12, 300), 0.9, 1)
