"""What readers have already been told of a survey's answers."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.scale_ends import Bound

RespondentIndices = NDArray[np.int64]
"""Some respondents, by their places in `Responses`."""

ROWS: Final = "rows for analysts"
"""The table that the cells of microdata are."""


@dataclass(frozen=True, eq=False)
class PriorFigure:
    """A mean that is out, and what stands beside it.

    people: whom it covers. table: the breakdown's key, «» for a unit of any version of the tree, or `ROWS`.
    bound: of which kind, when the mean was told as one. step: what it was rounded to, in points; 0 for not at all.
    exact_spread: with all its digits, and not as the end of a class.
    """

    people: RespondentIndices
    table: str = ""
    spread: bool = False
    classes: bool = False
    points: bool = False
    bound: Bound = "exact"
    step: float = 0.0
    exact_spread: bool = False

    @property
    def name(self) -> tuple[str, bytes, Bound, float]:
        """Whom it covers and how their mean was told. Told in two ways, both are known, and where they meet."""
        return self.table, self.people.tobytes(), self.bound, self.step


@dataclass(frozen=True, eq=False)
class PriorKnowledge:
    """All that is out about one measure, or about several of the same people.

    minimum_group: the smallest that the releases kept to; None when the figures are no release's. hidden: people whose
    mean a release left out: the unit they are in may be another now, and nobody may come close to them still.
    """

    figures: tuple[PriorFigure, ...] = ()
    minimum_group: int | None = None
    hidden: tuple[RespondentIndices, ...] = ()

    @property
    def means(self) -> tuple[RespondentIndices, ...]:
        return _people(self.figures)

    @property
    def classes(self) -> tuple[RespondentIndices, ...]:
        return _people(figure for figure in self.figures if figure.classes)

    @property
    def detailed(self) -> tuple[RespondentIndices, ...]:
        """Where three classes or an exact spread is out: sums of few people follow from either by subtraction."""
        return _people(figure for figure in self.figures if figure.classes or figure.exact_spread)

    @property
    def points(self) -> tuple[RespondentIndices, ...]:
        return _people(figure for figure in self.figures if figure.points)

    def and_(self, other: "PriorKnowledge") -> "PriorKnowledge":
        """Both, each figure once with everything that either tells of it."""
        found = {figure.name: figure for figure in self.figures}
        for figure in other.figures:
            same = found.get(figure.name, figure)
            found[figure.name] = replace(
                figure,
                spread=figure.spread or same.spread,
                classes=figure.classes or same.classes,
                points=figure.points or same.points,
                exact_spread=figure.exact_spread or same.exact_spread,
            )
        kept_to = [of.minimum_group for of in (self, other) if of.minimum_group is not None]
        hidden = _distinct((*self.hidden, *other.hidden))
        return PriorKnowledge(tuple(found.values()), min(kept_to, default=None), hidden)


def _people(figures: Iterable[PriorFigure]) -> tuple[RespondentIndices, ...]:
    return _distinct(figure.people for figure in figures)


def _distinct(groups: Iterable[RespondentIndices]) -> tuple[RespondentIndices, ...]:
    return tuple({people.tobytes(): people for people in groups}.values())
