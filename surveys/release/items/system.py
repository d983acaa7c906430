"""What is told of a theme and of some of its statements, as equations over the answers.

The unknowns are *parts*: in each cell of people that no figure tells apart, the answers to each told statement, the
answers to all the other statements, and the scores of those who left a statement of the theme blank. A statement's
figure is the sum of one part in each of its cells. The theme's figure is the sum of all parts: a score is the mean of
the theme's J answers, so J times the sum of scores is the sum of all answers, and whoever left some blank counts as
having given her score J times. So theme and statements are one system of sums with weights 0 and 1, and everything
that attacks figures of one measure (`analysis.disclosure`) attacks them together.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure import Answers
from analysis.disclosure.detail import is_near_an_end, tells_all_alike
from analysis.responses import Responses
from analysis.scoring import person_scores, scored_answers
from questionnaires.model import Factor
from surveys.release.protection.published import Coverage

Parts = frozenset[int]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ItemSystem:
    """One theme. told: the statements that have a part of their own, fewer than the theme has.

    answers: (N, J) and scores: (N,), as scored, NaN for none.
    """

    factor: Factor
    told: tuple[str, ...]
    coverage: Coverage
    answers: Floats
    scores: Floats

    @classmethod
    def of(
        cls, responses: Responses, factor: Factor, told: Sequence[str], coverage: Coverage
    ) -> "ItemSystem":
        keys = [each.key for each in responses.questionnaire.factors]
        scores = person_scores(responses)[:, keys.index(factor.key)]
        return cls(factor, tuple(told), coverage, scored_answers(responses, factor.key), scores)

    @property
    def length(self) -> float:
        """From the lowest answer to the highest."""
        return float(self.factor.scale.maximum - self.factor.scale.minimum)

    @cached_property
    def complete(self) -> Flags:
        """(N,) who answered every statement of the theme: only they count in a statement's figure."""
        return np.asarray(~np.isnan(self.answers).any(axis=1))

    @cached_property
    def partial(self) -> Flags:
        """(N,) who have a score and left some statement blank."""
        return ~np.isnan(self.scores) & ~self.complete

    def complete_in(self, cells: Iterable[int]) -> int:
        """How many in the cells answered all of the theme."""
        return int(self._complete_in[sorted(cells)].sum())

    def partial_in(self, cells: Iterable[int]) -> int:
        """How many in the cells have a score and left some statement blank."""
        return int(self._partial_in[sorted(cells)].sum())

    @cached_property
    def _complete_in(self) -> NDArray[np.int64]:
        return np.bincount(self.coverage.of_person, self.complete, len(self.coverage.unit)).astype(np.int64)

    @cached_property
    def _partial_in(self) -> NDArray[np.int64]:
        return np.bincount(self.coverage.of_person, self.partial, len(self.coverage.unit)).astype(np.int64)

    @cached_property
    def shares(self) -> Floats:
        """(N, J) the answers of the complete as shares of the scale; NaN for others."""
        found: Floats = np.where(
            self.complete[:, np.newaxis], (self.answers - self.factor.scale.minimum) / self.length, np.nan
        )
        return found

    @cached_property
    def columns(self) -> list[int]:
        """The told statements' places in the theme."""
        keys = [item.key for item in self.factor.items]
        return [keys.index(item) for item in self.told]

    @cached_property
    def others(self) -> list[int]:
        """The places of the statements that are not told."""
        return [place for place in range(len(self.factor.items)) if place not in self.columns]

    @cached_property
    def n(self) -> NDArray[np.int64]:
        """(parts,) answers in each; those of a told statement are people."""
        items = len(self.factor.items)
        weights = [*(1 for _ in self.told), len(self.others)]
        columns = [self.complete.astype(np.float64) * weight for weight in weights]
        return self._by_part([*columns, self.partial.astype(np.float64) * items]).astype(np.int64)

    @cached_property
    def sums(self) -> Floats:
        """(parts,) of answers as shares of the scale."""
        shares = np.nan_to_num(self.shares)
        scores = (self.scores - self.factor.scale.minimum) / self.length
        columns = [*(shares[:, place] for place in self.columns), shares[:, self.others].sum(axis=1)]
        return self._by_part([*columns, np.where(self.partial, scores, 0.0) * len(self.factor.items)])

    def _by_part(self, columns: Sequence[Floats]) -> Floats:
        cells = len(self.coverage.unit)
        table = np.stack([np.bincount(self.coverage.of_person, column, cells) for column in columns], axis=1)
        return np.asarray(table.ravel(), dtype=np.float64)

    @cached_property
    def known(self) -> Answers:
        return Answers(self.sums, 0.0, 1.0)

    @property
    def _width(self) -> int:
        return len(self.told) + 2

    def of_theme(self, cells: Iterable[int]) -> Parts:
        return self._parts(cells, range(self._width))

    def of_item(self, cells: Iterable[int], item: str) -> Parts:
        return self._parts(cells, [self.told.index(item)])

    def of_others(self, cells: Iterable[int]) -> Parts:
        return self._parts(cells, [len(self.told)])

    def of_partial(self, cells: Iterable[int]) -> Parts:
        return self._parts(cells, [len(self.told) + 1])

    def each(self, cells: Iterable[int]) -> list[Parts]:
        """Every kind of part by itself: what rows for analysts tell of the people in the cells."""
        wanted = list(cells)
        return [self._parts(wanted, [column]) for column in range(self._width)]

    def _parts(self, cells: Iterable[int], columns: Iterable[int]) -> Parts:
        wanted = list(columns)
        found = (int(cell) * self._width + column for cell in cells for column in wanted)
        return frozenset(part for part in found if self.n[part])

    def respondents(self, cells: Collection[int]) -> NDArray[np.int64]:
        """Those in the cells who answered all of the theme, by their places in the responses."""
        inside = self.coverage.people(np.array(sorted(cells), dtype=np.int64))
        return inside[self.complete[inside]]

    def may_be_told(self, cells: Collection[int]) -> bool:
        """Whether no statement of the theme, told or not, and not the untold together, says that all answered alike."""
        inside = self.respondents(cells)
        if not len(inside):
            return False
        shares, n = self.shares[inside], float(len(inside))
        alike = tells_all_alike(
            np.full(shares.shape[1], n), shares.sum(axis=0), (shares**2).sum(axis=0), self.length
        )
        left = self.of_others(cells) | self.of_partial(cells)
        total = self.n[sorted(left)].sum()
        mean = np.array([self.sums[sorted(left)].sum() / total])
        return not alike.any() and not is_near_an_end(mean, np.array([n]), self.length).any()
