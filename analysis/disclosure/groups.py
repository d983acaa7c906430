"""The search for small groups among the combinations of reduced rows."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from fractions import Fraction

from analysis.disclosure.elimination import EquationRow

CellTotals = dict[int, Fraction | int]
Found = tuple[tuple[int, ...], int | None]


def small_groups(
    basis: Sequence[tuple[int, EquationRow]], people: Sequence[int], k: int, insiders: Set[int] = frozenset()
) -> list[Found]:
    """All sets of basis rows whose scaled sum is 0 or 1 on every atom, and 1 on fewer than `k` people.

    For each insider who is no pivot also the sets whose sum is so on every atom but his own. Each set comes
    with the insider it needs, or None. Sets that contain a found set may be left out; complete for the rest.

    basis: (pivot, row) in reduced form; a row's scale makes it 1 at its pivot.

    >>> from analysis.disclosure.elimination import EquationRow
    >>> small_groups([(0, EquationRow({0: 1}, {0: 1})), (1, EquationRow({1: 1}, {1: 1}))], [9, 3], 5)
    [((1,), None)]
    """
    search = _Search.of(basis, people, k, insiders)
    found: dict[tuple[int, ...], int | None] = {}
    for rank in range(len(basis)):
        for chosen, insider in search.extend((rank,), search.values[rank], rank):
            found[tuple(sorted(search.order[rank] for rank in chosen))] = insider
    return sorted(found.items())


@dataclass(frozen=True)
class _Search:
    """Rows by falling length, so that a set is found from its longest row and only by adding shorter ones.

    order: rank → index in the basis; values: rank → atom values; touching: atom → ranks of rows with that
        atom.
    """

    order: tuple[int, ...]
    values: tuple[CellTotals, ...]
    pivot_people: tuple[int, ...]
    touching: dict[int, list[int]]
    people: Sequence[int]
    k: int
    insiders: Set[int]

    @classmethod
    def of(
        cls, basis: Sequence[tuple[int, EquationRow]], people: Sequence[int], k: int, insiders: Set[int]
    ) -> "_Search":
        order = sorted(range(len(basis)), key=lambda index: -len(basis[index][1].atoms))
        values = []
        touching: dict[int, list[int]] = {}
        for rank, index in enumerate(order):
            pivot, row = basis[index]
            scale = row.atoms[pivot]
            values.append({atom: _ratio(value, scale) for atom, value in row.atoms.items()})
            for atom in row.atoms:
                touching.setdefault(atom, []).append(rank)
        pivots = tuple(people[basis[index][0]] for index in order)
        free_insiders = insiders - {pivot for pivot, _ in basis}
        return cls(tuple(order), tuple(values), pivots, touching, people, k, free_insiders)

    def extend(self, chosen: tuple[int, ...], total: CellTotals, longest: int) -> Iterator[Found]:
        """Every way of completing `chosen`, whose values sum to `total`, with shorter rows."""
        budget = self.k - 1 - sum(self.pivot_people[rank] for rank in chosen)
        if budget < 0:
            return
        wrong = [atom for atom, value in total.items() if value not in (0, 1)]
        group = [atom for atom, value in total.items() if value == 1]
        insider = self._insider(wrong, group)
        if self._is_small(wrong, group, insider):
            yield tuple(sorted(chosen)), insider
            return
        for rank in self._next(wrong, group, longest, budget):
            if rank not in chosen:
                yield from self.extend((*chosen, rank), _add(total, self.values[rank]), longest)

    def _insider(self, wrong: list[int], group: list[int]) -> int | None:
        """Who could make a small group of this total, if it takes someone who knows an atom of his own."""
        if len(wrong) == 1 and wrong[0] in self.insiders:
            return wrong[0]
        if wrong or sum(self.people[atom] for atom in group) != self.k:
            return None
        return next((atom for atom in group if atom in self.insiders), None)

    def _is_small(self, wrong: list[int], group: list[int], insider: int | None) -> bool:
        others = sum(self.people[atom] for atom in group if atom != insider)
        return others < self.k and (not wrong or insider is not None)

    def _next(self, wrong: list[int], group: list[int], longest: int, budget: int) -> list[int]:
        """Rows of which at least one must be added: to mend an atom, or to take people out."""
        if len(wrong) > budget * len(self.values[longest]) + 1:
            return []
        certain = [atom for atom in wrong if atom not in self.insiders]
        if certain:
            atoms = [min(certain, key=lambda atom: len(self.touching[atom]))]
        elif len(wrong) > 1:
            atoms = wrong[:2]
        else:
            atoms = wrong + group
        candidates = {rank for atom in atoms for rank in self.touching[atom]}
        return sorted(rank for rank in candidates if rank > longest and self.pivot_people[rank] <= budget)


def _ratio(value: int, scale: int) -> Fraction | int:
    return value // scale if value % scale == 0 else Fraction(value, scale)


def _add(left: CellTotals, right: CellTotals) -> CellTotals:
    total = dict(left)
    for atom, value in right.items():
        total[atom] = total.get(atom, 0) + value
    return total
