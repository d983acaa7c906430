"""The search for weighted sums of fewer than k people.

`groups` finds the sums that count everybody in them once. Other weights tell as much: where a + b − c = 9 for three
people on a scale from 1 to 5, a and b answered 5 and c answered 1. So no combination may leave fewer than k people.
"""

from collections.abc import Iterator, Sequence, Set

from analysis.disclosure.elimination import EquationRow, cleared, reduced

_MOST_SETS = (
    20_000  # sets of rows tried in one component, some seconds; 46 in 3,000 units with five breakdowns
)


def weighted_sum(
    rows: Sequence[EquationRow], people: Sequence[int], k: int, avoid: Set[int] = frozenset()
) -> EquationRow | None:
    """A combination of the rows, with any weights, in which fewer than `k` people have a part; None without any.

    rows: connected, as `elimination.eliminate` leaves them over. avoid: as for `reduced`.

    In reduced form a combination's weight on a row is its value at the row's pivot. So the pivots of the rows it takes
    are among its own people, and connected sets of fewer than k such people are all there is to try. Where there are
    more than `_MOST_SETS` of these, the row of fewest people is returned without further search: figures that hang
    together in so many ways are not proven to be safe, and count as unsafe.

    >>> rows = [EquationRow({0: 1, 1: 1, 2: 1, 3: 1}, {0: 1}), EquationRow({1: 1, 2: 2, 3: 1}, {1: 1})]
    >>> found = weighted_sum(rows, [1, 1, 1, 1], 3)
    >>> found.atoms if found else None
    {0: 1, 2: -1}
    """
    basis = reduced([row for row in rows if row.atoms], people, avoid)
    for tried, chosen in enumerate(_connected_sets(basis, people, k)):
        if tried == _MOST_SETS:
            return min((row for _, row in basis), key=lambda row: sum(people[atom] for atom in row.atoms))
        if found := _small([basis[index][1] for index in chosen], people, frozenset(), k - 1):
            return found
    return None


def _connected_sets(
    basis: Sequence[tuple[int, EquationRow]], people: Sequence[int], k: int
) -> Iterator[frozenset[int]]:
    """Sets of rows that share atoms and whose pivots are fewer than `k` people, small sets first."""
    touching: dict[int, set[int]] = {}
    for index, (_, row) in enumerate(basis):
        for atom in row.atoms:
            touching.setdefault(atom, set()).add(index)
    beside = [set().union(*(touching[atom] for atom in row.atoms)) for _, row in basis]
    layer = {frozenset({index}) for index in range(len(basis))}
    while layer:
        larger: set[frozenset[int]] = set()
        for chosen in sorted(layer, key=sorted):
            yield chosen
            used = sum(people[basis[index][0]] for index in chosen)
            near = set().union(*(beside[index] for index in chosen)) - chosen
            larger |= {chosen | {index} for index in near if used + people[basis[index][0]] < k}
        layer = larger


def _small(
    space: Sequence[EquationRow], people: Sequence[int], allowed: frozenset[int], budget: int
) -> EquationRow | None:
    """A combination of independent rows with people of `allowed` atoms and at most `budget` others in it.

    Any other atom is either out, which leaves one row less to combine, or in.
    """
    others = [{atom for atom in row.atoms if atom not in allowed} for row in space]
    for row, atoms in zip(space, others, strict=True):
        if sum(people[atom] for atom in atoms) <= budget:
            return row
    if len(space) < 2:
        return None
    atom = min(set().union(*others))
    index = next(index for index, atoms in enumerate(others) if atom in atoms)
    rest = [*space[:index], *space[index + 1 :]]
    if found := _small([cleared(row, atom, space[index]) for row in rest], people, allowed, budget):
        return found
    if people[atom] > budget:
        return None
    return _small(space, people, allowed | {atom}, budget - people[atom])
