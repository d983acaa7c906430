"""An attack on a theme and its statements as one system: everything that every release told of them, taken together.

It trusts nothing a release believed: figures as they are in the tables, people as the opened answers have them. What
the theme's own figures give away by themselves is for `protection.attacking`; here is what the statements add.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure import narrow_groups
from analysis.disclosure.auditing import breaches
from analysis.disclosure.spread import People, PublishedDetail, narrowed_ranges
from analysis.disclosure.told_bounds import NarrowedBound, ToldFigure, narrowed_bounds
from surveys.platform.texts import _
from surveys.release.items.guarding import (
    LEAST_WIDTH,
    CellGroup,
    ThemeFigures,
    guarded,
    small_groups,
)
from surveys.release.items.item_measures import item_key, least_people
from surveys.release.items.system import Parts
from surveys.release.items.told import CoveredItem
from surveys.release.models import Coding, bound_of
from surveys.release.protection.bounded_figures import figure_as_told
from surveys.release.protection.findings import DisclosureFinding
from surveys.release.protection.published import Covering, PublishedFigure


@dataclass(frozen=True, eq=False)
class ItemAttack:
    """One theme. told: of its statements, in every release."""

    figures: ThemeFigures
    told: Sequence[CoveredItem]
    thorough: bool = False

    @property
    def _least(self) -> int:
        return least_people(self.figures.minimum_group)

    def findings(self) -> Iterator[DisclosureFinding]:
        system = self.figures.system
        if not self.told:
            return
        yield from self._wrong_figures()
        if not system.others:
            yield self._finding(_("Alle spørsmålene i temaet er vist hver for seg."))
            return
        for item in system.told:
            if self._breaches(self._of_item(item), self._least):
                yield self._finding(_("Snittet for noen få kan regnes ut."), item)
        if self.joint_breach():
            yield self._finding(
                _("Svarene til noen få kan regnes ut av temaet og de enkelte spørsmålene sammen.")
            )
        yield from (
            self._finding(_("Snittet for en skjult gruppe kan regnes ut for nøyaktig."))
            for _group in self.narrow()
        )
        yield from (
            self._finding(_("Et snitt som er vist som en grense, kan regnes ut for nøyaktig."))
            for _bound in self.bounds()
        )
        yield from self._narrowed_by_spread()

    def _finding(self, text: str, item: str = "") -> DisclosureFinding:
        return DisclosureFinding(item_key(item) if item else self.figures.system.factor.key, text)

    def _wrong_figures(self) -> Iterator[DisclosureFinding]:
        """Other people than it says, fewer than ten, or where the theme is not told exactly or all answered alike."""
        exact = {
            (covering.release.number, cells)
            for covering, figure, cells in self.figures.each()
            if figure.coded == Coding.EXACT and not figure.step
        }
        system = self.figures.system
        for each in self.told:
            n = system.complete_in(each.cells)
            if each.told.n != n:
                yield self._finding(_("Et tall dekker andre enn det sier."), each.told.item)
            elif n < self._least or (each.told.release, each.cells) not in exact:
                yield self._finding(_("Et tall er vist der det skulle vært skjult."), each.told.item)
            elif not system.may_be_told(each.cells):
                yield self._finding(_("Et tall sier at nesten alle svarte likt."), each.told.item)

    def _of_item(self, item: str) -> list[Parts]:
        system = self.figures.system
        found = {system.of_item(each.cells, item) for each in self.told if each.told.item == item}
        found |= {system.of_item(cells, item) for cells in self.figures.rows}
        return sorted(found - {frozenset()}, key=sorted)

    @cached_property
    def _statements(self) -> list[Parts]:
        system = self.figures.system
        found = {system.of_item(each.cells, each.told.item) for each in self.told}
        return sorted(found - {frozenset()}, key=sorted)

    @cached_property
    def _equations(self) -> list[Parts]:
        return [*self.figures.equations(), *self._statements]

    def _breaches(self, out: Sequence[Parts], least: int) -> bool:
        n = self.figures.system.n
        return bool(breaches(out, n, least, np.zeros(len(n), dtype=np.bool_), shorten=not self.thorough))

    def joint_breach(self) -> bool:
        """Whether theme and statements give the sum of so few answers that they are of fewer than the minimum group.

        Everybody behind a theme's figure has as many answers in it as the theme has statements.
        """
        least = joint_least(self.figures)
        return self._breaches(self._equations, least) and not self._breaches(self.figures.equations(), least)

    def narrow(self) -> list[Parts]:
        """The groups that must stay open and are bounded too closely."""
        system = self.figures.system
        groups = guarded(self.figures, {each.cells for each in self.told})
        found = narrow_groups(self._equations, system.n, groups, system.known, exact=self.thorough)
        return [frozenset(each.members) for each in found]

    @cached_property
    def _as_told(self) -> list[ToldFigure]:
        """The theme's figures as they are told, then the statements'."""
        theme = [
            _theme_as_told(self.figures, covering, figure, cells)
            for covering, figure, cells in self.figures.each()
        ]
        return [*theme, *map(ToldFigure, self._statements)]

    def bounds(self) -> list[tuple[NarrowedBound, frozenset[Parts]]]:
        """The theme's bounds that the statements narrow more than it does, each with the statements that prove it."""
        system, told = self.figures.system, self._as_told
        theme = told[: len(told) - len(self._statements)]
        wanted = [place for place, figure in enumerate(theme) if figure.bound != "exact" and not figure.fixed]
        if not wanted:
            return []
        before = {found.figure: found for found in narrowed_bounds(theme, system.n, system.sums, wanted)}
        return [
            (found, frozenset(told[place].cells for place in found.support if place >= len(theme)))
            for found in narrowed_bounds(told, system.n, system.sums, wanted)
            if found.figure not in before or not before[found.figure].is_as_close_as(found)
        ]

    def _narrowed_by_spread(self) -> Iterator[DisclosureFinding]:
        system, groups = self.figures.system, small_groups(self.figures)
        for item, column in zip(system.told, system.columns, strict=True):
            own = [each for each in self.told if each.told.item == item]
            flags = np.array([[each.told.spread] for each in own], dtype=np.bool_).reshape(-1, 1)
            detail = spread_detail([each.cells for each in own], flags, np.ones(len(own), dtype=np.bool_))
            people = People(system.coverage.of_person, system.shares[:, [column]], len(system.coverage.unit))
            for _found in narrowed_ranges(detail, groups, people, LEAST_WIDTH):
                yield self._finding(_("Spredningen røper for mye om en skjult gruppe."), item)


def joint_least(figures: ThemeFigures) -> int:
    """Answers, in a system of theme and statements together."""
    return min(least_people(figures.minimum_group), len(figures.system.factor.items) * figures.minimum_group)


def spread_detail(
    figures: Sequence[CellGroup], spread: NDArray[np.bool_], fixed: NDArray[np.bool_]
) -> PublishedDetail:
    """One statement's figures. spread: (figures, 1) where its class is told; fixed: (figures,) out already."""
    none = np.zeros((len(figures), 1), dtype=np.bool_)
    return PublishedDetail(
        list(figures), np.zeros(len(figures), dtype=np.int64), spread, none, fixed, none[:, 0]
    )


def _theme_as_told(
    figures: ThemeFigures, covering: Covering, figure: PublishedFigure, cells: CellGroup
) -> ToldFigure:
    """fixed: of a release from before bounds were protected."""
    system = figures.system
    parts = system.of_theme(cells)
    inside = sorted(parts)
    items = len(system.factor.items)
    n = int(system.n[inside].sum()) // items
    total = float(system.sums[inside].sum()) / items
    told = figure_as_told(parts, max(n, 1), total, system.length, figure.step, bound_of(figure.coded))
    return replace(told, fixed=not covering.release.by_precision)
