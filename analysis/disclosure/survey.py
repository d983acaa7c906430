"""A whole survey: the organisation tree, the breakdowns at the top, and earlier releases of its answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure.bounds import Answers
from analysis.disclosure.figures import FigureProtection, Leak, protect_figures
from analysis.disclosure.forest import Forest
from analysis.disclosure.tree import Protection, Reason, Status, describe_tree


@dataclass(frozen=True)
class Respondents:
    """The people of one survey, as far as disclosure control needs to know them.

    unit: (N,) node each is placed on.
    answered: (N, measures) bool, has a score in the measure.
    scores: (N, measures) the scores (any value where not answered), or None to leave out the bounds on hidden
        means.
    low, high: the ends of the scores' scale.
    """

    unit: NDArray[np.int32]
    answered: NDArray[np.bool_]
    scores: NDArray[np.float64] | None = None
    low: float = 1.0
    high: float = 5.0


@dataclass(frozen=True)
class Category:
    """One category of a breakdown at the top: n is (measures,)."""

    breakdown: str
    category: int
    status: Status
    reason: Reason | None
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
    """
    forest = Forest.of(parents)
    codes = dict(breakdowns or {})
    atoms = _Atoms.of(forest, respondents, codes, released)
    categories = [
        (name, int(code)) for name, column in codes.items() for code in np.unique(column[column >= 0])
    ]
    figures = [*atoms.of_nodes, *(atoms.of_category(name, code) for name, code in categories)]
    top = np.zeros(len(figures), dtype=np.bool_)
    top[: len(parents)] = parents < 0
    kept = np.zeros(len(figures), dtype=np.bool_)
    if keep is not None:
        kept[: len(parents)] = keep
    answers = None
    if respondents.scores is not None:
        answers = Answers(atoms.sums(respondents), respondents.low, respondents.high, width)
    result = protect_figures(
        figures,
        atoms.sizes,
        minimum_group,
        released=atoms.released,
        one_person=atoms.alone,
        keep=kept,
        always=top,
        answers=answers,
        sensitive=atoms.small_direct_groups(minimum_group),
    )
    return _as_survey(forest, atoms, categories, result, minimum_group)


@dataclass(frozen=True)
class _Atoms:
    """Respondents no figure tells apart.

    of_person: (N,) atom; unit: (atoms,) node; category: breakdown → (atoms,) code; sizes: (atoms, measures);
    of_nodes: atoms under each node; released: atoms of each released figure; direct: (nodes, measures) placed there.
    """

    of_person: NDArray[np.int64]
    unit: NDArray[np.int64]
    category: dict[str, NDArray[np.int64]]
    sizes: NDArray[np.int64]
    of_nodes: tuple[frozenset[int], ...]
    released: tuple[frozenset[int], ...]
    direct: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        forest: Forest,
        respondents: Respondents,
        codes: Mapping[str, NDArray[np.int32]],
        released: Sequence[NDArray[np.int64]],
    ) -> "_Atoms":
        history = _release_history(released, len(respondents.unit))
        columns = np.column_stack([respondents.unit, history, *codes.values()])
        cells, of_person = np.unique(columns, axis=0, return_inverse=True)
        of_person = of_person.ravel()
        sizes = _per_atom(of_person, respondents.answered.astype(np.float64), len(cells)).astype(np.int64)
        nodes = len(forest.parents)
        direct = _per_atom(respondents.unit, respondents.answered.astype(np.float64), nodes).astype(np.int64)
        below: list[set[int]] = [set() for _ in range(nodes)]
        for atom, node in enumerate(cells[:, 0].tolist()):
            below[node].add(atom)
        for node in forest.bottom_up:
            if forest.parents[node] >= 0:
                below[forest.parents[node]] |= below[node]
        out = tuple(frozenset(of_person[figure].tolist()) for figure in released)
        category = {name: cells[:, 2 + i] for i, name in enumerate(codes)}
        return cls(of_person, cells[:, 0], category, sizes, tuple(map(frozenset, below)), out, direct)

    @property
    def alone(self) -> NDArray[np.bool_]:
        """(atoms,) bool: the only answer placed on its node, in some measure."""
        return np.asarray((self.direct[self.unit] == 1).any(axis=1))

    def of_category(self, name: str, code: int) -> frozenset[int]:
        return frozenset(np.flatnonzero(self.category[name] == code).tolist())

    def sums(self, respondents: Respondents) -> NDArray[np.float64]:
        """(atoms, measures) sum of scores."""
        if respondents.scores is None:
            return np.zeros(self.sizes.shape)
        scores = np.where(respondents.answered, respondents.scores, 0.0)
        return _per_atom(self.of_person, scores, len(self.sizes))

    def small_direct_groups(self, k: int) -> list[frozenset[int]]:
        """The people placed directly on a node, where they are fewer than k."""
        small = np.flatnonzero((self.direct.min(axis=1) < k) & (self.direct.max(axis=1) > 0))
        return [frozenset(np.flatnonzero(self.unit == node).tolist()) for node in small.tolist()]


def _release_history(released: Sequence[NDArray[np.int64]], people: int) -> NDArray[np.int64]:
    """(N,) a number for the set of released figures each person is in."""
    history: list[list[int]] = [[] for _ in range(people)]
    for figure, members in enumerate(released):
        for person in members.tolist():
            history[person].append(figure)
    numbers: dict[tuple[int, ...], int] = {}
    return np.array([numbers.setdefault(tuple(figures), len(numbers)) for figures in history], dtype=np.int64)


def _per_atom(index: NDArray[np.integer], values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """(count, measures) column sums of (N, measures) values by index."""
    return np.stack([np.bincount(index, column, count) for column in values.T], axis=1)


def _as_survey(
    forest: Forest,
    atoms: _Atoms,
    categories: Sequence[tuple[str, int]],
    result: FigureProtection,
    k: int,
) -> SurveyProtection:
    nodes = len(forest.parents)
    units = describe_tree(forest, atoms.direct, result.shown[:nodes], k)
    rows = zip(categories, result.status[nodes:], result.reason[nodes:], result.n[nodes:], strict=True)
    named = tuple(Category(name, code, status, reason, n) for (name, code), status, reason, n in rows)
    return SurveyProtection(units, named, result.given_away)
