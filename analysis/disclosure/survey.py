"""A whole survey: the organisation tree, the breakdowns at the top, and earlier releases of its answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure.bounds import Answers
from analysis.disclosure.figures import FigureProtection, Leak, protect_figures
from analysis.disclosure.forest import Forest
from analysis.disclosure.tree import CellStatus, Protection, describe_tree
from analysis.suppression import SuppressionReason


@dataclass(frozen=True)
class Respondents:
    """The people of one survey, as far as disclosure control needs to know them.

    unit: (N,) node each is placed on.
    answered: (N, measures) bool, has a score in the measure.
    scores: (N, measures) the scores (any value where not answered), or None to leave out the bounds on hidden
        means.
    low, high: the ends of the scores' scale. of_shares: as in `Answers`.
    """

    unit: NDArray[np.int32]
    answered: NDArray[np.bool_]
    scores: NDArray[np.float64] | None = None
    low: float = 1.0
    high: float = 5.0
    of_shares: bool = False


@dataclass(frozen=True)
class Category:
    """One category of a breakdown at the top: n is (measures,)."""

    breakdown: str
    category: int
    status: CellStatus
    reason: SuppressionReason | None
    n: NDArray[np.int64]


@dataclass(frozen=True)
class SurveyProtection:
    """units: the tree, with n as (nodes, measures). categories: every breakdown's categories, in order.

    given_away: what earlier releases reveal by themselves.
    """

    units: Protection
    categories: tuple[Category, ...]
    given_away: tuple[Leak, ...]


def protect_survey(
    parents: NDArray[np.int32],
    respondents: Respondents,
    minimum_group: int,
    *,
    breakdowns: Mapping[str, NDArray[np.int32]] | None = None,
    released: Sequence[NDArray[np.int64]] = (),
    keep: NDArray[np.bool_] | None = None,
    width: float | None = None,
) -> SurveyProtection:
    """One mask for the survey's units and breakdowns, the same for every measure.

    parents: (nodes,) the organisation tree.
    breakdowns: name → (N,) category code of each respondent, −1 for none; reported for all respondents
        together.
    released: figures of the same answers that are out already, each as the indices of the respondents it sums
        over.
    keep: (nodes,) shown last time. width: see `Answers`.

    >>> tree = np.array([-1, 0, 0, 0], dtype=np.int32)
    >>> unit = np.repeat([1, 2, 3], [9, 3, 8]).astype(np.int32)
    >>> people = Respondents(unit, np.ones((20, 1), dtype=bool))
    >>> protect_survey(tree, people, 5).units.reason
    (None, None, 'small', 'protecting')
    """
    cells = Cells.of(parents, respondents.unit, breakdowns, released)
    return protect_cells(cells, respondents, minimum_group, keep=keep, width=width)


def protect_cells(
    cells: "Cells",
    respondents: Respondents,
    minimum_group: int,
    *,
    keep: NDArray[np.bool_] | None = None,
    width: float | None = None,
    released_minimum: int | None = None,
    hidden_before: Sequence[NDArray[np.int64]] = (),
) -> SurveyProtection:
    """As `protect_survey`, for cells made before: they serve every set of measures of the same people.

    released_minimum: as in `protect_figures`. hidden_before: groups that earlier releases hid, as the indices of their
        respondents: whole units, wherever they stand now. Those of fewer than `minimum_group` stay hidden.

    >>> tree = np.array([-1, 0, 0, 0], dtype=np.int32)
    >>> unit = np.repeat([1, 2, 3], [9, 3, 8]).astype(np.int32)
    >>> people = Respondents(unit, np.ones((20, 1), dtype=bool))
    >>> protect_cells(Cells.of(tree, unit), people, 5).units.shown.tolist()
    [True, True, False, False]
    """
    atoms = _Atoms.of(cells, respondents)
    nodes = len(cells.forest.parents)
    figures = [*cells.of_nodes, *(cells.of_category(*category) for category in cells.categories)]
    top = np.zeros(len(figures), dtype=np.bool_)
    top[:nodes] = cells.forest.parents < 0
    kept = np.zeros(len(figures), dtype=np.bool_)
    if keep is not None:
        kept[:nodes] = keep
    answers = None
    if respondents.scores is not None:
        ends = respondents.low, respondents.high
        answers = Answers(atoms.sums(respondents), *ends, width, of_shares=respondents.of_shares)
    result = protect_figures(
        figures,
        atoms.sizes,
        minimum_group,
        released=cells.released,
        one_person=atoms.alone,
        keep=kept,
        always=top,
        answers=answers,
        sensitive=atoms.small_groups(hidden_before, minimum_group) if answers else (),
        released_minimum=released_minimum,
    )
    return _as_survey(atoms, result, minimum_group)


@dataclass(frozen=True)
class Cells:
    """Respondents no figure tells apart, whatever the measure: their unit, categories and history.

    of_person: (N,) cell; unit: (cells,) node; category: breakdown → (cells,) code; of_nodes: cells under each
    node; released: cells of each released figure; categories: every (breakdown, code) somebody is in.
    """

    forest: Forest
    of_person: NDArray[np.int64]
    unit: NDArray[np.int64]
    category: Mapping[str, NDArray[np.int64]]
    of_nodes: tuple[frozenset[int], ...]
    released: tuple[frozenset[int], ...]

    @classmethod
    def of(
        cls,
        parents: NDArray[np.int32],
        unit: NDArray[np.int32],
        breakdowns: Mapping[str, NDArray[np.int32]] | None = None,
        released: Sequence[NDArray[np.int64]] = (),
    ) -> "Cells":
        """As the arguments of `protect_survey`; unit: (N,) node of each respondent."""
        forest, codes = Forest.of(parents), dict(breakdowns or {})
        columns: list[NDArray[np.integer]] = [unit, _release_history(released, len(unit)), *codes.values()]
        index, first = _numbered(columns)
        chosen = [column[first].astype(np.int64) for column in columns]
        below: list[set[int]] = [set() for _ in parents]
        for cell, node in enumerate(chosen[0].tolist()):
            below[node].add(cell)
        for node in forest.bottom_up:
            if parents[node] >= 0:
                below[parents[node]] |= below[node]
        out = tuple(frozenset(index[figure].tolist()) for figure in released)
        category = dict(zip(codes, chosen[2:], strict=True))
        return cls(forest, index, chosen[0], category, tuple(map(frozenset, below)), out)

    @property
    def categories(self) -> list[tuple[str, int]]:
        return [
            (name, int(code))
            for name, column in self.category.items()
            for code in np.unique(column[column >= 0])
        ]

    def of_category(self, name: str, code: int) -> frozenset[int]:
        return frozenset(np.flatnonzero(self.category[name] == code).tolist())

    def summed(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """(cells, measures) column sums of (N, measures) values."""
        return _sums_by(self.of_person, values, len(self.unit))


@dataclass(frozen=True)
class _Atoms:
    """Cells in some measures. sizes: (cells, measures); direct: (nodes, measures) people placed there."""

    cells: Cells
    sizes: NDArray[np.int64]
    direct: NDArray[np.int64]

    @classmethod
    def of(cls, cells: Cells, respondents: Respondents) -> "_Atoms":
        sizes = cells.summed(respondents.answered.astype(np.float64))
        direct = _sums_by(cells.unit, sizes, len(cells.forest.parents))
        return cls(cells, sizes.astype(np.int64), direct.astype(np.int64))

    @property
    def alone(self) -> NDArray[np.bool_]:
        """(atoms,) bool: the only answer placed on its node, in some measure."""
        return np.asarray((self.direct[self.cells.unit] == 1).any(axis=1))

    def sums(self, respondents: Respondents) -> NDArray[np.float64]:
        """(atoms, measures) sum of scores."""
        if respondents.scores is None:
            return np.zeros(self.sizes.shape)
        return self.cells.summed(np.where(respondents.answered, respondents.scores, 0.0))

    def small_groups(self, others: Sequence[NDArray[np.int64]], k: int) -> list[frozenset[int]]:
        """The people placed directly on a node, and the others, where they are fewer than k."""
        groups: dict[int, set[int]] = {}
        for cell, node in enumerate(self.cells.unit.tolist()):
            groups.setdefault(node, set()).add(cell)
        found = [frozenset(group) for _, group in sorted(groups.items())]
        found += [frozenset(self.cells.of_person[people].tolist()) for people in others]
        people = {group: self.sizes[sorted(group)].sum(axis=0) for group in found}
        return [group for group, n in people.items() if n.min() < k and n.max() > 0]


def _numbered(columns: Sequence[NDArray[np.integer]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(N,) each row's number among the distinct rows, and the first row of each number."""
    code = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        _, index = np.unique(column, return_inverse=True)
        _, code = np.unique(code * (int(index.max(initial=0)) + 1) + index, return_inverse=True)
    _, first = np.unique(code, return_index=True)
    return code, first


def _release_history(released: Sequence[NDArray[np.int64]], people: int) -> NDArray[np.int64]:
    """(N,) a number for the set of released figures each person is in."""
    if not released:
        return np.zeros(people, dtype=np.int64)
    history: list[list[int]] = [[] for _ in range(people)]
    for figure, members in enumerate(released):
        for person in members.tolist():
            history[person].append(figure)
    numbers: dict[tuple[int, ...], int] = {}
    return np.array([numbers.setdefault(tuple(figures), len(numbers)) for figures in history], dtype=np.int64)


def _sums_by(index: NDArray[np.integer], values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """(count, measures) column sums of (rows, measures) values by index."""
    return np.stack([np.bincount(index, column, count) for column in values.T], axis=1)


def _as_survey(atoms: _Atoms, result: FigureProtection, k: int) -> SurveyProtection:
    nodes = len(atoms.cells.forest.parents)
    units = describe_tree(atoms.cells.forest, atoms.direct, result.shown[:nodes], k)
    rows = zip(
        atoms.cells.categories, result.status[nodes:], result.reason[nodes:], result.n[nodes:], strict=True
    )
    named = tuple(Category(name, code, status, reason, n) for (name, code), status, reason, n in rows)
    return SurveyProtection(units, named, result.given_away)
