"""What readers have already been told of a survey's answers."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

People = NDArray[np.int64]
"""Some respondents, by their places in `Responses`."""

ROWS: Final = "rows for analysts"
"""The table that the cells of microdata are."""


@dataclass(frozen=True, eq=False)
class KnownFigure:
    """A mean that is out, and what stands beside it.

    people: whom it covers. table: the breakdown's key, «» for a unit of any version of the tree, or `ROWS`.
    """

    people: People
    table: str = ""
    spread: bool = False
    classes: bool = False
    points: bool = False


@dataclass(frozen=True, eq=False)
class Known:
    """All that is out about one measure, or about several of the same people."""

    figures: tuple[KnownFigure, ...] = ()

    @property
    def means(self) -> tuple[People, ...]:
        return _people(self.figures)

    @property
    def classes(self) -> tuple[People, ...]:
        return _people(figure for figure in self.figures if figure.classes)

    @property
    def points(self) -> tuple[People, ...]:
        return _people(figure for figure in self.figures if figure.points)

    def and_(self, other: "Known") -> "Known":
        """Both, each figure once with everything that either tells of it."""
        found = {_name(figure): figure for figure in self.figures}
        for figure in other.figures:
            same = found.get(_name(figure), figure)
            found[_name(figure)] = replace(
                figure,
                spread=figure.spread or same.spread,
                classes=figure.classes or same.classes,
                points=figure.points or same.points,
            )
        return Known(tuple(found.values()))


def _name(figure: KnownFigure) -> tuple[str, bytes]:
    return figure.table, figure.people.tobytes()


def _people(figures: Iterable[KnownFigure]) -> tuple[People, ...]:
    return tuple({figure.people.tobytes(): figure.people for figure in figures}.values())
