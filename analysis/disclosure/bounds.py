"""How closely a hidden group's mean can be bounded, knowing that every answer lies on the scale.

The attacker knows every published sum and every group's size. A group's mean then lies between the least and
the largest value that some set of answers inside the scale would give: two linear programs (HiGHS) over
classes of people that no figure tells apart. Two cheaper tests come first and only ever find a range too
small: answers may change places inside a class (in a pure tree that is the whole range), and one program that pushes
many groups up or down at a time shows what each of them can reach.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from analysis.disclosure.structure import Part, Structure

_TOLERANCE = 1e-7
_NOTHING = 1e-6
_PROBES = 4


@dataclass(frozen=True)
class Answers:
    """The true answers, for measuring how much the published figures tell about them.

    sums: (atoms,) or (atoms, measures) sum of each atom's scores.
    low, high: the ends of the scale.
    width: the least permitted width of a hidden mean's range; a quarter of the scale when None (1.0 on 1–5).
    of_shares: each measure is the share who gave one of the answers. Then a range that begins at nothing is never too
        narrow: it says that few or nobody gave that answer, and not that somebody did (decision 054).
    """

    sums: NDArray[np.float64]
    low: float
    high: float
    width: float | None = None
    of_shares: bool = False

    @property
    def least_width(self) -> float:
        return (self.high - self.low) / 4 if self.width is None else self.width

    def is_narrow(self, low: float, high: float) -> bool:
        """Whether a hidden mean that must lie between these is known too closely.

        >>> mean, share = Answers(np.zeros(1), 0, 1), Answers(np.zeros(1), 0, 1, of_shares=True)
        >>> [[answers.is_narrow(*ends) for ends in ((0, 0), (0.1, 0.3), (0.1, 0.4))] for answers in (mean, share)]
        [[True, True, False], [False, True, False]]
        """
        if self.of_shares and low < self.low + _NOTHING:
            return False
        return high - low < self.least_width - _TOLERANCE


@dataclass(frozen=True)
class Witnesses:
    """Other answers that once fitted everything published: measure → (atoms,) sums. They often still do."""

    sums: dict[int, list[NDArray[np.float64]]]


@dataclass(frozen=True)
class MeanRange:
    """What can be said about the mean of one group in one measure.

    members: the group's atoms, ascending; measure: which column of the answers.
    low, high: the mean lies here, and nothing published says where.
    support: the published figures that prove it; without any one of them the range may be wider.
    """

    members: tuple[int, ...]
    measure: int
    low: float
    high: float
    support: frozenset[int]

    @property
    def width(self) -> float:
        return self.high - self.low


def mean_ranges(
    published: Sequence[Collection[int]],
    sizes: NDArray[np.int64],
    groups: Sequence[Collection[int]],
    answers: Answers,
) -> list[MeanRange]:
    """The exact range of every group's mean in every measure where the group has answers.

    published, groups: each as the atoms it sums over; sizes: (atoms,) or (atoms, measures).

    >>> answers = Answers(np.array([12.0, 8.0]), 1, 5)  # four people and three, of whom only the sum of all is out
    >>> (found,) = mean_ranges([{0, 1}], np.array([4, 3]), [{0}], answers)
    >>> found.low, found.high
    (1.25, 4.25)
    """
    structure = Structure.of(published, groups, _table(sizes))
    return [
        view.range_of(group)
        for view in _views(structure, sizes, answers)
        for group in range(len(groups))
        if view.people_in(group)
    ]


def narrow_groups(
    published: Sequence[Collection[int]],
    sizes: NDArray[np.int64],
    groups: Sequence[Collection[int]],
    answers: Answers,
    witnesses: Witnesses | None = None,
    *,
    exact: bool = True,
) -> list[MeanRange]:
    """The groups whose mean is known too closely (`Answers.is_narrow`), with their exact ranges.

    witnesses: from an earlier call about the same answers and groups; saves time and is added to. exact: False is
    quicker where tables are large; the groups are the same, their ranges as wide as is proven at once.

    >>> answers = Answers(np.array([100.0, 15.0]), 1, 5)  # everybody has answered 5
    >>> (found,) = narrow_groups([{0, 1}], np.array([20, 3]), [{1}], answers)
    >>> found.low, found.high
    (5.0, 5.0)
    """
    known = Witnesses({}) if witnesses is None else witnesses
    structure = Structure.of(published, groups, _table(sizes))
    narrow = []
    for view in _views(structure, sizes, answers):
        doubtful = [
            group
            for group in range(len(groups))
            if view.people_in(group) and answers.is_narrow(*view.exchanged(group))
        ]
        for group in view.doubtful_after_probing(doubtful, known):
            found = view.range_of(group) if exact else view.proven_range(group)
            if answers.is_narrow(found.low, found.high):
                narrow.append(found)
    return narrow


def _table(values: NDArray[Any]) -> NDArray[Any]:
    return values[:, None] if values.ndim == 1 else values


def _views(structure: Structure, sizes: NDArray[np.int64], answers: Answers) -> Iterator["_View"]:
    columns = zip(_table(sizes).T, _table(answers.sums).T, strict=True)
    for measure, (people, sums) in enumerate(columns):
        totals = structure.class_totals(people), structure.class_totals(sums)
        yield _View(structure, measure, *totals, people, answers)


@dataclass(frozen=True)
class _View:
    """One measure seen through the published figures; people and sums are (classes,), atom_people (atoms,)."""

    structure: Structure
    measure: int
    people: NDArray[np.float64]
    sums: NDArray[np.float64]
    atom_people: NDArray[np.int64]
    answers: Answers

    @property
    def low(self) -> float:
        return self.answers.low

    @property
    def high(self) -> float:
        return self.answers.high

    def people_in(self, group: int) -> float:
        return float(self.people[self.structure.groups[group]].sum())

    def mean(self, group: int, sums: NDArray[np.float64]) -> float:
        return float(sums[self.structure.groups[group]].sum()) / self.people_in(group)

    def exchanged(self, group: int) -> tuple[float, float]:
        """The ends that the group's mean can reach by exchange with people in the same figures: inside its range."""
        inside = self.structure.groups[group]
        alike, index = np.unique(self.structure.alike[inside], return_inverse=True)
        n = np.bincount(index, self.people[inside])
        total = np.bincount(index, self.sums[inside])
        n_rest, rest = self._of_alike[:, alike] - (n, total)
        up = np.minimum(self.high * n - total, rest - self.low * n_rest)
        down = np.minimum(total - self.low * n, self.high * n_rest - rest)
        low, high = total.sum() - down.sum(), total.sum() + up.sum()
        return float(low / n.sum()), float(high / n.sum())

    @cached_property
    def _of_alike(self) -> NDArray[np.float64]:
        return np.array([np.bincount(self.structure.alike, values) for values in (self.people, self.sums)])

    def doubtful_after_probing(self, groups: list[int], known: Witnesses) -> list[int]:
        """Those of the groups that neither a known witness nor a new one could move far enough."""
        witnesses = known.sums.setdefault(self.measure, [])
        still = [self.structure.class_totals(sums) for sums in witnesses] if groups else []
        seen = [self.sums, *(sums for sums in still if self._fits(sums))]
        groups = self._still_close(groups, seen)
        signs = np.random.default_rng(0)  # any signs are right; the same every time
        for probe in range(_PROBES):
            if not groups:
                break
            sign = self._apart(groups) if probe == 0 else signs.choice((-1.0, 1.0), size=len(groups))
            found = [self._pushed(groups, direction) for direction in (sign, -sign)]
            witnesses += [self.structure.spread(sums, self.people, self.atom_people) for sums in found]
            seen += found
            groups = self._still_close(groups, seen)
        return groups

    def _apart(self, groups: list[int]) -> NDArray[np.float64]:
        """Every second group up and every second down, so that neighbours make room for each other."""
        order = np.argsort([self.structure.neighbourhood(group) for group in groups], kind="stable")
        sign = np.empty(len(groups))
        sign[order] = np.resize((1.0, -1.0), len(groups))
        return sign

    def _still_close(self, groups: list[int], seen: list[NDArray[np.float64]]) -> list[int]:
        """The groups whose mean differs too little between all the answers seen."""
        means = {group: [self.mean(group, sums) for sums in seen] for group in groups}
        return [group for group in groups if self.answers.is_narrow(min(means[group]), max(means[group]))]

    def _fits(self, sums: NDArray[np.float64]) -> bool:
        """Do these (classes,) sums give the same published sums as the true ones?"""
        return bool((np.abs(self.structure.equations @ (sums - self.sums)) < 10 * _TOLERANCE).all())

    def _pushed(self, groups: list[int], direction: NDArray[np.float64]) -> NDArray[np.float64]:
        """(classes,) sums that fit everything published, each group's mean far its way.

        People far from all groups keep their true sums, which makes the program small.
        """
        cost = np.zeros(len(self.people))
        for group, sign in zip(groups, direction, strict=True):
            cost[self.structure.groups[group]] += sign / self.people_in(group)
        part = self.structure.surroundings
        sums = self.sums.copy()
        sums[part.classes] = self._solve(part, cost[part.classes]).x
        return sums

    def range_of(self, group: int) -> MeanRange:
        """The exact range of a group that has people in this measure."""
        ends, support = [], set[int]()
        for sign in (1.0, -1.0):
            end, figures = self._end(group, sign)
            ends.append(sign * end)
            support |= figures
        return MeanRange(self.structure.members[group], self.measure, ends[0], ends[1], frozenset(support))

    def proven_range(self, group: int) -> MeanRange:
        """As `range_of`, but wider where that already shows that it is narrow or that it is not."""
        parts = self.structure.short_part(group), self.structure.near(group)
        (low, below), (high, above) = (self._least(parts[0], group, sign) for sign in (1.0, -1.0))
        loose = MeanRange(self.structure.members[group], self.measure, below, -above, frozenset(low | high))
        is_narrow = self.answers.is_narrow
        if is_narrow(loose.low, loose.high) or not is_narrow(*self._reached(parts[1], group)):
            return loose
        return self.range_of(group)

    def _reached(self, part: Part, group: int) -> tuple[float, float]:
        low, high = (sign * self._least(part, group, sign)[1] for sign in (1.0, -1.0))
        return low, high

    def _end(self, group: int, sign: float) -> tuple[float, set[int]]:
        """The least that sign × mean can be, and the figures that prove it.

        Forgetting the long equations reaches at least as far, moving only people nearby at most as far. The two mostly
        meet, and then the large program need not be solved.
        """
        loose, end = self._least(self.structure.short_part(group), group, sign)
        _, reached = self._least(self.structure.near(group), group, sign)
        if reached - end < _TOLERANCE:
            return end, loose
        figures, end = self._least(self.structure.part((group,)), group, sign)
        return end, figures

    def _least(self, part: Part, group: int, sign: float) -> tuple[set[int], float]:
        inside = np.isin(part.classes, self.structure.groups[group])
        cost = np.where(inside, sign / self.people_in(group), 0.0)
        if not len(part.rows):
            ends = np.outer(self.people[part.classes], (self.low, self.high)) * cost[:, np.newaxis]
            return set(), float(ends.min(axis=1).sum())
        solution = self._solve(part, cost)
        return part.support(solution.eqlin.marginals), float(solution.fun)

    def _solve(self, part: Part, cost: NDArray[Any]) -> Any:
        scale: Any = np.outer(self.people[part.classes], (self.low, self.high))
        solution = linprog(
            cost,
            A_eq=part.matrix,
            b_eq=part.matrix @ self.sums[part.classes],
            bounds=scale,
            method="highs",
            options={
                "presolve": False
            },  # it takes longer than it saves: the programs are small or well linked
        )
        if solution.x is None:
            msg = f"the answers do not lie on the scale: {solution.message}"
            raise ValueError(msg)
        return solution
