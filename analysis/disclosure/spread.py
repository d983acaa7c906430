"""What spread and distributions of published groups tell about a hidden group's mean, and where they must not stand.

A published mean and standard deviation give a group's sum of squares. These add up over the organisation as sums do,
and with the means' own mask no sum of squares of fewer than k people follows either. But they limit how far a small
group can lie from the people it stands beside: among n people with standard deviation s (dividing by n) the mean of
m lies within s·√((n − m)/m) of theirs, at both ends exactly (Samuelson's inequality for m = 1). A distribution
limits it too: m of n people cannot be higher than the m highest.

The tables are looked at one at a time (the tree with its earlier versions, then each breakdown). In a table people
*alike* are those in the same figures. What a reader knows of people alike in the means is their sum; of people alike
in the spreads, who are as many or more, their sum of squares; of people alike in the distributions, all answers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure.detail import tells_all_alike

_TOLERANCE = 1e-7
_SEED = 2  # any random keys do
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class People:
    """Everybody's scores as shares of the scale. cell: (N,) int; scores: (N, M), NaN for none; cells: how many."""

    cell: NDArray[np.int64]
    scores: Floats
    cells: int

    @cached_property
    def n(self) -> Floats:
        """(cells, M) people with a score."""
        return self._summed((~np.isnan(self.scores)).astype(np.float64))

    @cached_property
    def sums(self) -> Floats:
        return self._summed(np.nan_to_num(self.scores))

    @cached_property
    def squares(self) -> Floats:
        return self._summed(np.nan_to_num(self.scores) ** 2)

    def _summed(self, values: Floats) -> Floats:
        return np.stack([np.bincount(self.cell, column, self.cells) for column in values.T], axis=1)


@dataclass(frozen=True, eq=False)
class PublishedDetail:
    """Published figures and what each tells.

    figures: each as the cells it covers. table: (figures,) 0 for the tree, 1 and up for a breakdown, −1 for a figure
    in every table (the whole). spread, distribution: (figures, M) where these stand. fixed: (figures,) out already.
    rest: (figures,) what is left of a figure when others are taken out of it.
    """

    figures: Sequence[frozenset[int]]
    table: NDArray[np.int64]
    spread: Flags
    distribution: Flags
    fixed: Flags
    rest: Flags


@dataclass(frozen=True)
class NarrowedRange:
    """A hidden group whose mean is bounded to `width` (share of the scale) by `what` of a table's figures."""

    group: int
    measure: int
    table: int
    distribution: bool
    width: float


def narrowed_ranges(
    published: PublishedDetail,
    groups: Sequence[frozenset[int]],
    people: People,
    least: float | Floats,
    zones: Floats | None = None,
) -> Iterator[NarrowedRange]:
    """The groups that spread or distributions bound to less than `least`, where the means alone do not.

    zones: (groups, 2) between which shares of the scale a reader knows each mean to lie as it is; the width counts
    inside them. None for the whole scale.

    >>> people = People(np.repeat([0, 1], [3, 9]), np.full((12, 1), 0.5), 2)  # three of twelve, all alike
    >>> flags, no = np.ones((1, 1), dtype=bool), np.zeros(1, dtype=bool)
    >>> published = PublishedDetail([frozenset({0, 1})], np.array([0]), flags, ~flags, no, no)
    >>> [(one.group, one.width) for one in narrowed_ranges(published, [frozenset({0})], people, 0.25)]
    [(0, 0.0)]
    """
    room = _Room.of(least, zones, len(groups))
    for table in _tables(published, groups, people):
        for measure in range(people.scores.shape[1]):
            for distribution in (False, True):
                yield from table.narrow(published, measure, room, distribution=distribution)


def without_narrowing(
    published: PublishedDetail,
    groups: Sequence[frozenset[int]],
    people: People,
    least: float | Floats,
    zones: Floats | None = None,
) -> PublishedDetail:
    """`published` with spread and distributions taken away where they bound a group to less than `least`.

    zones: as in `narrowed_ranges`. Each time the cheapest figure around the group goes: what is left over first, then
    the fewest people, the whole last. What is fixed stays, whatever it gives away.

    >>> people = People(np.repeat([0, 1], [3, 9]), np.full((12, 1), 0.5), 2)  # three of twelve, all alike
    >>> flags, no = np.ones((1, 1), dtype=bool), np.zeros(1, dtype=bool)
    >>> published = PublishedDetail([frozenset({0, 1})], np.array([0]), flags, ~flags, no, no)
    >>> without_narrowing(published, [frozenset({0})], people, 0.25).spread.tolist()
    [[False]]
    """
    room = _Room.of(least, zones, len(groups))
    for table in _tables(published, groups, people):
        for measure in range(people.scores.shape[1]):
            for distribution in (False, True):
                published = table.relieved(published, measure, room, distribution=distribution)
    return published


def may_show_spread(people: People, figures: Sequence[frozenset[int]], length: float) -> Flags:
    """(figures, M) True where neither the mean nor the spread itself says that all answered alike.

    length: of the scale that people answered on.

    >>> scores = np.array([[0.5], [0.5], [0.5], [0.2], [0.6], [0.8]])  # three who answered alike, and three who did not
    >>> people = People(np.array([0, 0, 0, 1, 1, 1]), scores, 2)
    >>> may_show_spread(people, [frozenset({0}), frozenset({1})], 4.0).tolist()
    [[False], [True]]
    """
    inside = [np.fromiter(figure, np.int64, len(figure)) for figure in figures]
    rows = [
        [values[cells].sum(axis=0) for cells in inside] for values in (people.n, people.sums, people.squares)
    ]
    n, sums, squares = (np.array(row).reshape(-1, people.scores.shape[1]) for row in rows)
    return ~tells_all_alike(n, sums, squares, length)


def _tables(
    published: PublishedDetail, groups: Sequence[frozenset[int]], people: People
) -> Iterator["_Table"]:
    if not groups:
        return
    for number in range(int(published.table.max(initial=0)) + 1):
        yield _Table.of(number, published, groups, people)


@dataclass(frozen=True, eq=False)
class _Room:
    """least: how wide the range of a group's mean must be, of all or of each; zones: (groups, 2), where it counts."""

    least: float | Floats
    zones: Floats

    @classmethod
    def of(cls, least: float | Floats, zones: Floats | None, groups: int) -> "_Room":
        return cls(least, np.tile([0.0, 1.0], (groups, 1)) if zones is None else zones)


@dataclass(frozen=True, eq=False)
class _Table:
    """One table. figure, cell: which cells its figures cover, in parallel. alike: (cells,) number of those in the same
    figures. Pieces are the parts of the groups that are alike: piece_group, piece_alike: (pieces,);
    group_cell, piece_of: in parallel, every cell of a group and the piece it is in.
    """

    number: int
    figure: NDArray[np.int64]
    cell: NDArray[np.int64]
    alike: NDArray[np.int64]
    piece_group: NDArray[np.int64]
    piece_alike: NDArray[np.int64]
    group_cell: NDArray[np.int64]
    piece_of: NDArray[np.int64]
    groups: int
    people: People

    @classmethod
    def of(
        cls, number: int, published: PublishedDetail, groups: Sequence[frozenset[int]], people: People
    ) -> "_Table":
        chosen = np.flatnonzero((published.table == number) | (published.table < 0)).tolist()
        lengths = [len(published.figures[index]) for index in chosen]
        figure = np.repeat(np.array(chosen, dtype=np.int64), lengths)
        cell = np.fromiter(
            chain.from_iterable(published.figures[index] for index in chosen), np.int64, sum(lengths)
        )
        _, alike = np.unique(
            _signature(figure, cell, people.cells, len(published.figures)), return_inverse=True
        )
        sizes = [len(group) for group in groups]
        group_cell = np.fromiter((c for group in groups for c in sorted(group)), np.int64, sum(sizes))
        of_group = np.repeat(np.arange(len(groups)), sizes)
        pieces, piece_of = np.unique(np.stack([of_group, alike[group_cell]]), axis=1, return_inverse=True)
        return cls(
            number,
            figure,
            cell,
            alike,
            pieces[0],
            pieces[1],
            group_cell,
            piece_of.ravel(),
            len(groups),
            people,
        )

    def narrow(
        self, published: PublishedDetail, measure: int, room: "_Room", *, distribution: bool
    ) -> list[NarrowedRange]:
        found, _ = self._narrow(published, measure, room, distribution=distribution)
        return found

    def relieved(
        self, published: PublishedDetail, measure: int, room: "_Room", *, distribution: bool
    ) -> PublishedDetail:
        while True:
            found, marks = self._narrow(published, measure, room, distribution=distribution)
            stands = published.distribution if distribution else published.spread
            gone = {
                index
                for one in found
                for index in self._cheapest(published, stands[:, measure], one.group, marks)
            }
            if not gone:
                return published
            published = _without(published, sorted(gone), measure, distribution=distribution)

    def _narrow(
        self, published: PublishedDetail, measure: int, room: "_Room", *, distribution: bool
    ) -> tuple[list[NarrowedRange], NDArray[np.uint64]]:
        """The narrow groups, and (cells,) a mark that is equal for cells alike in what stands."""
        stands = (published.distribution if distribution else published.spread)[:, measure]
        told_here = stands[self.figure]
        marks = _signature(
            self.figure[told_here], self.cell[told_here], self.people.cells, len(published.figures)
        )
        if not told_here.any():
            return [], marks
        widths = _Widths(self, measure, marks, room.zones)
        free = widths.by_means()
        width = widths.by_answers() if distribution else widths.by_spread()
        narrow = np.flatnonzero(width < np.minimum(room.least, free) - _TOLERANCE).tolist()
        return [
            NarrowedRange(one, measure, self.number, distribution, float(width[one])) for one in narrow
        ], marks

    def _cheapest(
        self, published: PublishedDetail, stands: Flags, group: int, marks: NDArray[np.uint64]
    ) -> list[int]:
        """The figures that should not tell: removing them puts part of the group among more people."""
        cells = self.group_cell[self.piece_group[self.piece_of] == group]
        around = np.unique(self.figure[np.isin(self.cell, cells)])
        open_to = stands & ~published.fixed
        rests = [index for index in around.tolist() if published.rest[index] and open_to[index]]
        if rests:
            return rests
        keys = _keys(len(published.figures))
        seen = np.unique(marks)
        here = np.unique(self.figure)
        here = here[open_to[here]]
        near = here[np.isin(marks[cells][:, np.newaxis] ^ keys[here], seen).any(axis=0)].tolist()
        fitting = near or [index for index in around.tolist() if open_to[index]]
        if not fitting:
            return self._between(published, stands, cells)
        return sorted(
            fitting, key=lambda index: (published.table[index] < 0, self._people_in(published, index), index)
        )[:1]

    def _between(
        self, published: PublishedDetail, stands: Flags, group_cells: NDArray[np.int64]
    ) -> list[int]:
        """All that tells part of the group from somebody, with the fewest people in it; nothing where that is out."""
        here = np.unique(self.figure)
        here = here[stands[here]]
        inside = np.zeros((len(here), self.people.cells), dtype=np.bool_)
        told_here = stands[self.figure]
        inside[np.searchsorted(here, self.figure[told_here]), self.cell[told_here]] = True
        price = np.array([self._people_in(published, index) for index in here.tolist()])
        somebody = self.people.n.max(axis=1) > 0
        found: dict[float, list[int]] = {}
        for cell in group_cells.tolist():
            differ = inside != inside[:, [cell]]
            possible = somebody & differ.any(axis=0) & ~differ[published.fixed[here]].any(axis=0)
            if possible.any():
                other = int(np.argmin(np.where(possible, price @ differ, np.inf)))
                found.setdefault(float(price @ differ[:, other]), here[differ[:, other]].tolist())
        return found[min(found)] if found else []

    def _people_in(self, published: PublishedDetail, index: int) -> float:
        return float(self.people.n[sorted(published.figures[index])].sum())


def _without(
    published: PublishedDetail, places: list[int], measure: int, *, distribution: bool
) -> PublishedDetail:
    """No distribution stands where no spread does."""
    flags = published.distribution.copy()
    flags[places, measure] = False
    if distribution:
        return replace(published, distribution=flags)
    spread = published.spread.copy()
    spread[places, measure] = False
    return replace(published, spread=spread, distribution=flags)


def _keys(figures: int) -> NDArray[np.uint64]:
    return np.random.default_rng(_SEED).integers(1, 2**63, figures, dtype=np.uint64)


def _signature(
    figure: NDArray[np.int64], cell: NDArray[np.int64], cells: int, figures: int
) -> NDArray[np.uint64]:
    """(cells,) equal for cells in the same figures, 0 for those in none; different otherwise but for one in 2⁴⁰."""
    marks = np.zeros(cells, dtype=np.uint64)
    np.bitwise_xor.at(marks, cell, _keys(figures)[figure])
    return marks


@dataclass(frozen=True, eq=False)
class _Widths:
    """(groups,) how wide the range of each group's mean is inside its zone, in one measure; infinite for nobody.

    zones: (groups, 2). Each is what can be reached by changing people alike for one another, so the true range is at
    least as wide.
    """

    table: _Table
    measure: int
    marks: NDArray[np.uint64]
    zones: Floats

    def by_means(self) -> Floats:
        return self._width(self.table.piece_group, *self._ends, self._m)

    def by_spread(self) -> Floats:
        """Squares in people alike in the spreads may gather among those alike in the means, beside one piece."""
        table = self.table
        known = self._of_alike(self.marks != 0) > 0
        _, around = np.unique(self.marks, return_inverse=True)
        inside = np.maximum(self._squares - self._sums**2 / np.maximum(self._n, 1), 0)
        # Which people alike in the spreads those alike in the means are among.
        beside = np.zeros(len(self._n), dtype=np.int64)
        beside[table.alike] = around
        gathered = np.bincount(beside, inside)[beside]
        pair = np.stack([table.piece_group, beside[table.piece_alike]])
        _, index, times = np.unique(pair[:, self._m > 0], axis=1, return_inverse=True, return_counts=True)
        alone = np.zeros(len(self._m), dtype=np.bool_)
        alone[self._m > 0] = times[index.ravel()] == 1
        at = table.piece_alike
        budget = np.where(alone, gathered[at], inside[at])
        budget = np.where(known[at], budget, np.inf)
        n, rest = self._n[at], self._n[at] - self._m
        with np.errstate(invalid="ignore"):
            half = np.where(rest > 0, np.sqrt(budget / np.maximum(n, 1) * self._m * rest), 0.0)
        middle = self._m * self._sums[at] / np.maximum(n, 1)
        low, high = self._ends
        low, high = np.maximum(low, middle - half), np.minimum(high, middle + half)
        return self._width(table.piece_group, low, high, self._m)

    def by_answers(self) -> Floats:
        """From the m lowest to the m highest of those alike in the distributions, where one covers them."""
        table, scores = self.table, self.table.people.scores[:, self.measure]
        has = np.flatnonzero(~np.isnan(scores))
        _, around = np.unique(self.marks, return_inverse=True)
        order = has[np.lexsort((scores[has], around[table.people.cell[has]]))]
        total = np.concatenate([[0.0], np.cumsum(scores[order])])
        ends = np.cumsum(np.bincount(around[table.people.cell[has]], minlength=int(around.max()) + 1))
        cells, pieces = table.group_cell, table.piece_of
        # Pieces of a group that are alike in the distributions count as one.
        pair, index = np.unique(
            np.stack([table.piece_group[pieces], around[cells]]), axis=1, return_inverse=True
        )
        m = np.bincount(index.ravel(), table.people.n[cells, self.measure]).astype(np.int64)
        end = ends[pair[1]]
        start = np.concatenate([[0], ends])[pair[1]]
        free = (np.bincount(around, self.marks == 0) > 0)[pair[1]]
        low = np.where(free, 0.0, total[start + m] - total[start])
        high = np.where(free, m, total[end] - total[end - m])
        return self._width(pair[0], low, high, m)

    @cached_property
    def _ends(self) -> tuple[Floats, Floats]:
        """(pieces,) least and largest sum, with everybody else of those alike on the scale."""
        at = self.table.piece_alike
        rest, total = self._n[at] - self._m, self._sums[at]
        return np.maximum(0.0, total - rest), np.minimum(self._m, total)

    @cached_property
    def _m(self) -> Floats:
        n = self.table.people.n[self.table.group_cell, self.measure]
        return np.bincount(self.table.piece_of, n, len(self.table.piece_group)).astype(np.float64)

    @cached_property
    def _n(self) -> Floats:
        return self._of_alike(self.table.people.n[:, self.measure])

    @cached_property
    def _sums(self) -> Floats:
        return self._of_alike(self.table.people.sums[:, self.measure])

    @cached_property
    def _squares(self) -> Floats:
        return self._of_alike(self.table.people.squares[:, self.measure])

    def _of_alike(self, values: NDArray[Any]) -> Floats:
        return np.bincount(self.table.alike, values).astype(np.float64)

    def _width(self, group: NDArray[np.int64], low: Floats, high: Floats, m: NDArray[Any]) -> Floats:
        """low, high: least and largest sum of each part of a group; m: its people."""
        people = np.bincount(group, m, self.table.groups)
        with np.errstate(divide="ignore", invalid="ignore"):
            lowest, highest = (np.bincount(group, ends, self.table.groups) / people for ends in (low, high))
            inside = np.minimum(highest, self.zones[:, 1]) - np.maximum(lowest, self.zones[:, 0])
        width: Floats = np.where(people > 0, np.maximum(inside, 0.0), np.inf)
        return width
