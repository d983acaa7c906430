"""What readers were told, put together: nothing that either of two releases told is forgotten."""

from dataclasses import replace

import numpy as np
import pytest

from surveys.release.protection.prior_knowledge import PriorFigure, PriorKnowledge

FIGURE = PriorFigure(np.array([1, 2, 5]))


@pytest.mark.parametrize(
    "told",
    [
        replace(FIGURE, spread=True),
        replace(FIGURE, classes=True),
        replace(FIGURE, points=True),
        replace(FIGURE, exact_spread=True),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_what_one_release_told_beside_a_mean_is_known_whichever_comes_first(
    told: PriorFigure, first: bool
) -> None:
    more, less = PriorKnowledge((told,)), PriorKnowledge((FIGURE,))
    [found] = (more.and_(less) if first else less.and_(more)).figures
    assert _beside(found) == _beside(told)


@pytest.mark.parametrize("other", [replace(FIGURE, step=0.5), replace(FIGURE, bound="at_least")])
def test_a_mean_told_in_two_ways_is_known_in_both(other: PriorFigure) -> None:
    both = PriorKnowledge((FIGURE,)).and_(PriorKnowledge((other,)))
    assert {(figure.step, figure.bound) for figure in both.figures} == {
        (0.0, "exact"),
        (other.step, other.bound),
    }
    assert len(both.means) == 1


def _beside(figure: PriorFigure) -> tuple[bool, ...]:
    return figure.spread, figure.exact_spread, figure.classes, figure.points
