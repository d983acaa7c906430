"""All that is known of one theme: everything released about it, over people as the opened answers have them.

It trusts nothing a release believed: figures are those in the table.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure import Answers
from analysis.disclosure.spread import People, PublishedDetail
from surveys.platform.texts import _
from surveys.release.models import FigureKind
from surveys.release.protection.published import Coverage, Covering, PublishedFigure, ReleasedFigures

RespondentGroup = frozenset[int]
CoveredFigure = tuple[ReleasedFigures, PublishedFigure, RespondentGroup]
"""A figure, its release, and the cells that it covers."""


@dataclass(frozen=True)
class ThemeColumn:
    """A mean (with its index) or the share of one answer. length: of the scale people answered on, 1 for a share."""

    measures: frozenset[str]
    length: float


@dataclass(frozen=True, eq=False)
class ThemeKnowledge:
    """Everything known of one theme.

    columns: of the scores, each with the keys its figures go by. rows: those alike in rows for analysts, whose sum is
    known. rows_after: the last release that was out when these were made, or those it may have been. scores:
    (N, columns) shares of the scale. blank: (N,) as `left_blank`. codes: unit id → code.
    """

    theme: str
    columns: Sequence[ThemeColumn]
    coverage: Coverage
    covering: Sequence[Covering]
    rows: tuple[RespondentGroup, ...]
    rows_after: tuple[int, ...]
    scores: NDArray[np.float64]
    blank: NDArray[np.bool_]
    codes: Mapping[int, str]

    @cached_property
    def measures(self) -> frozenset[str]:
        return frozenset(key for column in self.columns for key in column.measures)

    @property
    def length(self) -> float:
        return self.columns[0].length

    @property
    def is_of_shares(self) -> bool:
        return len(self.columns) > 1

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """(cells,) people with a score."""
        return self.coverage.summed(self._scored.astype(np.float64))[:, 0].astype(np.int64)

    @cached_property
    def alone(self) -> NDArray[np.bool_]:
        """(cells,) the only one with a score in the unit."""
        return self.alone_of(self.sizes)

    def alone_of(self, sizes: NDArray[np.int64]) -> NDArray[np.bool_]:
        _, unit = np.unique(self.coverage.unit, return_inverse=True)
        return np.asarray(np.bincount(unit, sizes)[unit] == 1)

    @property
    def _scored(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.scores[:, :1])

    @cached_property
    def figures(self) -> list[CoveredFigure]:
        return [
            (covering.release, figure, frozenset(covering.cells(figure.place, figure.measure).tolist()))
            for covering in self.covering
            for figure in covering.release.figures
            if figure.measure in self.measures and not figure.place.is_of_background
        ]

    def facts(self, cells: Iterable[int], width: float, length: float) -> dict[str, str]:
        """Of a text: whose mean, and how closely it is known. width: a share of the scale."""
        return {
            "units": self.named(sorted(cells)),
            "width": f"{width * length:.2f}",
            "length": f"{length:g}",
        }

    def out(
        self, level: int, release: ReleasedFigures | None = None, *, before: float = inf
    ) -> list[RespondentGroup]:
        """What is told: means at level 1, three classes at 2, every answer at 3; of one release, or of all.

        before: only of releases before this number.
        """
        told = {
            cells
            for of, figure, cells in self.figures
            if figure.shown and (level == 1 or (figure.points if level == 3 else figure.classes))
            if (release is None or of is release) and of.number < before
        }
        return ordered(told)

    @property
    def table(self) -> NDArray[np.int64]:
        return np.repeat(self.sizes[:, np.newaxis], self.scores.shape[1], axis=1)

    @cached_property
    def answers(self) -> Answers:
        sums = self.coverage.summed(np.nan_to_num(self.scores))
        return Answers(sums, 0.0, 1.0, of_shares=self.is_of_shares)

    @property
    def people(self) -> People:
        return People(self.coverage.of_person, self.scores, len(self.coverage.unit))

    def as_published(
        self,
        shown: Sequence[CoveredFigure],
        columns: int,
        *,
        exact_only: bool = False,
    ) -> PublishedDetail:
        """A breakdown is a table, and the top is in all of them. exact_only: a spread told as a class is left out."""
        names = sorted({figure.place.breakdown for _, figure, _ in shown} | {""})
        whole = {(covering.release.number, covering.top) for covering in self.covering}

        def table(release: ReleasedFigures, figure: PublishedFigure) -> int:
            is_top = (release.number, figure.place.unit_id) in whole and figure.place.kind == FigureKind.UNIT
            return -1 if is_top else names.index(figure.place.breakdown)

        spread = [figure.exact_spread if exact_only else figure.spread for _, figure, _ in shown]
        return PublishedDetail(
            [cells for _, _, cells in shown],
            np.array([table(release, figure) for release, figure, _ in shown], dtype=np.int64),
            np.array([[each] * columns for each in spread], dtype=np.bool_).reshape(-1, columns),
            np.array([[f.classes] * columns for _, f, _ in shown], dtype=np.bool_).reshape(-1, columns),
            np.ones(len(shown), dtype=np.bool_),
            np.zeros(len(shown), dtype=np.bool_),
        )

    def named(self, cells: Sequence[int]) -> str:
        """The codes of the units the cells are in; only for those who run the audit."""
        codes = sorted({self.codes[int(self.coverage.unit[cell])] for cell in cells})
        return _("enhet %(codes)s", codes=", ".join(codes[:5]) + (" …" if len(codes) > 5 else ""))


def ordered(groups: Iterable[RespondentGroup]) -> list[RespondentGroup]:
    """The largest first."""
    return sorted(groups, key=lambda cells: (-len(cells), sorted(cells)))
