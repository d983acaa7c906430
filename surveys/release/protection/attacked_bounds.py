"""An attack on the figures that are told as a bound: do all the others give their means more closely?"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure.spread import People, PublishedDetail, narrowed_ranges
from analysis.disclosure.told_bounds import LEAST_OPEN, NarrowedBound, ToldFigure, narrowed_bounds
from analysis.scale_ends import Bound
from surveys.platform.texts import _
from surveys.release.models import bound_of
from surveys.release.protection.bounded_figures import figure_as_told
from surveys.release.protection.findings import DisclosureFinding
from surveys.release.protection.theme_knowledge import RespondentGroup, ThemeColumn, ThemeKnowledge

ToldKey = tuple[RespondentGroup, Bound, float]

_TOLERANCE: Final = 1e-6
_JUST_BEFORE: Final = 0.5
"""A release's number less this is after the one before it, and rows for analysts come that much after one."""


@dataclass(frozen=True, eq=False)
class BoundAttacker:
    """known: what is attacked with."""

    known: ThemeKnowledge

    def findings(self) -> Iterator[DisclosureFinding]:
        """Figures told as bounds that a release narrows: the first that tells them so, or a later one."""
        for index, column in enumerate(self.known.columns):
            n, sums = self.known.table[:, index], self.known.answers.sums[:, index]
            # First to those who never have the rows, then by when the others may have had them.
            orders = [self._told_of(column, after) for after in (inf, *self.known.rows_after)]
            told = [self._told_as(index, column.length, *key) for key in orders[0]]
            first = list(orders[0].values())
            wanted = [place for place, number in enumerate(first) if number and told[place].bound != "exact"]
            if not wanted:
                continue
            for found in narrowed_bounds(told, n, sums, wanted):
                by_readers, *by_analysts = (
                    self._is_narrowed_by_a_release(told, list(since.values()), found.figure, n, sums)
                    for since in orders
                )
                if by_readers or all(by_analysts):
                    yield DisclosureFinding(
                        self.known.theme, self._bound_text(told[found.figure].cells, found, column.length)
                    )
            yield from self._bounds_by_squares(
                index, column, told, [(place, first[place]) for place in wanted]
            )

    def _is_narrowed_by_a_release(
        self,
        told: Sequence[ToldFigure],
        first: Sequence[float],
        bound: int,
        n: NDArray[np.int64],
        sums: NDArray[np.float64],
    ) -> bool:
        """Whether a release that tells the bound, or comes later, told more of it than what was out before."""

        def known(until: float) -> list[NarrowedBound]:
            out = [told[place] for place, since in enumerate(first) if place != bound and since <= until]
            return narrowed_bounds([*out, told[bound]], n, sums, [len(out)])

        for number in sorted({int(since) for since in first if first[bound] <= since < inf}):
            before = known(number - _JUST_BEFORE)
            if any(not any(old.is_as_close_as(now) for old in before) for now in known(number)):
                return True
        return False

    def _told_of(self, column: ThemeColumn, rows_after: float) -> dict[ToldKey, float]:
        """Every figure as told, and the first release that told it: 0 before the rule.

        Rows for analysts are exact, and stand between two releases. rows_after: one of `ThemeKnowledge.rows_after`, or
        infinite for whoever never has them.
        """
        found: dict[ToldKey, float] = {}
        for release, figure, cells in self.known.figures:
            if figure.shown and figure.measure in column.measures:
                key = cells, bound_of(figure.coded), figure.step
                number = release.number if release.by_precision else 0
                found[key] = min(found.get(key, number), number)
        for cells in self.known.rows:
            row: ToldKey = cells, "exact", 0.0
            found[row] = min(found.get(row, inf), rows_after + _JUST_BEFORE)
        return found

    def _told_as(
        self, index: int, length: float, cells: RespondentGroup, bound: Bound, step: float
    ) -> ToldFigure:
        inside = sorted(cells)
        n, total = int(self.known.sizes[inside].sum()), float(self.known.answers.sums[inside, index].sum())
        return figure_as_told(cells, max(n, 1), total, length, step, bound)

    def _bounds_by_squares(
        self,
        index: int,
        column: ThemeColumn,
        told: Sequence[ToldFigure],
        wanted: Sequence[tuple[int, float]],
    ) -> Iterator[DisclosureFinding]:
        """wanted: places of bounds in `told`, with the release that first told them."""
        exact = {figure.cells for figure in told if figure.bound == "exact" and figure.step == 0}
        zones = np.array([told[place].zone for place, _ in wanted]).reshape(-1, 2)
        least = LEAST_OPEN * (zones[:, 1] - zones[:, 0])
        groups = [told[place].cells for place, _ in wanted]
        people = People(
            self.known.coverage.of_person, self.known.scores[:, [index]], len(self.known.coverage.unit)
        )
        for detail in narrowed_ranges(self._detail(column.measures, exact), groups, people, least, zones):
            one = slice(detail.group, detail.group + 1)
            before = self._detail(column.measures, exact, before=wanted[detail.group][1])
            if not any(
                old.width <= detail.width + _TOLERANCE
                for old in narrowed_ranges(before, groups[one], people, least[one], zones[one])
            ):
                yield DisclosureFinding(
                    self.known.theme, self._text_of_squares(groups[detail.group], detail.width, column.length)
                )

    def _text_of_squares(self, cells: RespondentGroup, width: float, length: float) -> str:
        return _(
            "Snittet for %(units)s er vist som en grense, men kan regnes ut til innenfor %(width)s på en skala som er "
            "%(length)s lang, når en også kjenner spredning og fordelinger.",
            **self.known.facts(cells, width, length),
        )

    def _detail(
        self, measures: frozenset[str], exact: Set[RespondentGroup], *, before: float | None = None
    ) -> PublishedDetail:
        """The figures told exactly with what is told beside them.

        before: only of releases before this number, and of those before the rule.
        """
        shown = [
            one
            for one in self.known.figures
            if one[1].shown
            and one[1].measure in measures
            and one[2] in exact
            and (before is None or not one[0].by_precision or one[0].number < before)
        ]
        return self.known.as_published(shown, 1, exact_only=True)

    def _bound_text(self, cells: RespondentGroup, found: NarrowedBound, length: float) -> str:
        return _(
            "Snittet for %(units)s er vist som en grense, men kan regnes ut til innenfor %(width)s på en skala som er "
            "%(length)s lang.",
            **self.known.facts(cells, found.high - found.low, length),
        )
