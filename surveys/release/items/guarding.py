"""What nobody may find out of a theme's statements: the groups of answers whose mean must stay open."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from analysis.disclosure import narrow_groups
from surveys.release.items.item_measures import least_people
from surveys.release.items.system import ItemSystem, Parts
from surveys.release.models import Coding, FigureKind
from surveys.release.protection.published import Covering, FigureSubject, PublishedFigure

LEAST_WIDTH: Final = 0.25
"""Of the scale: how much a hidden group's mean must be free to vary by."""

CellGroup = frozenset[int]


@dataclass(frozen=True, eq=False)
class ThemeFigures:
    """All that is out of a theme's own mean.

    covering: every release, oldest first. rows: the cells of rows for analysts that carry the theme.
    """

    system: ItemSystem
    covering: Sequence[Covering]
    rows: tuple[CellGroup, ...] = ()

    @property
    def minimum_group(self) -> int:
        return min(covering.release.minimum_group for covering in self.covering)

    def each(self) -> Iterator[tuple[Covering, PublishedFigure, CellGroup]]:
        """Every shown figure of the theme's mean; its index says the same."""
        for covering in self.covering:
            for figure in covering.release.figures:
                is_own = figure.measure == self.system.factor.key and figure.shown
                if is_own and not figure.place.is_of_background:
                    yield covering, figure, frozenset(covering.cells(figure.place, figure.measure).tolist())

    def equations(self) -> list[Parts]:
        """A rounded mean is taken to be known exactly, a bound not at all."""
        told = {
            self.system.of_theme(cells) for _, figure, cells in self.each() if figure.coded == Coding.EXACT
        }
        told |= {parts for cells in self.rows for parts in self.system.each(cells)}
        return sorted(told - {frozenset()}, key=sorted)

    def units(self) -> dict[CellGroup, frozenset[int]]:
        """The cells of every unit of every picture of the tree, and of those placed on one → the ids of the units."""
        found: dict[CellGroup, set[int]] = {}
        for covering in self.covering:
            for unit in covering.release.tree.unit_ids:
                cells = frozenset(covering.cells(FigureSubject(FigureKind.UNIT, unit)).tolist())
                found.setdefault(cells, set()).add(unit)
        own: dict[int, set[int]] = {}
        for cell, unit in enumerate(self.system.coverage.unit.tolist()):
            own.setdefault(unit, set()).add(cell)
        for unit, inside in own.items():
            found.setdefault(frozenset(inside), set()).add(unit)
        found.pop(frozenset(), None)
        return {cells: frozenset(units) for cells, units in found.items()}


def guarded(figures: ThemeFigures, told: Collection[CellGroup]) -> list[Parts]:
    """The groups of answers whose mean must stay open, but for those that the theme's own figures bound already.

    told: the cells of units where the statements are told. A statement of fewer than ten, one that nearly all answered
    alike, and the scores of a few who left something blank.
    """
    system = figures.system
    groups = {
        parts
        for cells in figures.units()
        for parts in _of_unit(system, cells, figures.minimum_group, is_told=cells in told)
    }
    wanted = sorted(groups - {frozenset()}, key=sorted)
    known = narrow_groups(figures.equations(), system.n, wanted, system.known, exact=False)
    bounded = {frozenset(found.members) for found in known}
    return [parts for parts in wanted if parts not in bounded]


def _of_unit(system: ItemSystem, cells: CellGroup, minimum_group: int, *, is_told: bool) -> Iterator[Parts]:
    n = system.complete_in(cells)
    is_small = 0 < n < least_people(minimum_group)
    if is_small or (n and not is_told and not system.may_be_told(cells)):
        yield from (system.of_item(cells, item) for item in system.told)
        if len(system.others) == 1:
            yield system.of_others(cells)
    if 0 < system.partial_in(cells) < minimum_group:
        yield system.of_partial(cells)


def small_groups(figures: ThemeFigures) -> list[CellGroup]:
    """The cells of units where fewer than ten answered all of the theme."""
    system, least = figures.system, least_people(figures.minimum_group)
    filled = (frozenset(cell for cell in cells if system.complete_in([cell])) for cells in figures.units())
    return sorted((cells for cells in set(filled) if 0 < system.complete_in(cells) < least), key=sorted)
