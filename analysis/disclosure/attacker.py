"""The exact linear attacker: every small group whose sum follows from published sums.

A published sum is a 0/1 row over atoms (sets of people whom no published figure tells apart). A group can be
derived exactly when its own 0/1 row is a linear combination of the published rows. The search is complete and,
after `merging` has made the problem small, in integers:

1. Elimination with an atom of k or more people as pivot wherever a row has one. A combination that vanishes
   on all such atoms uses only the rows left over, so every breach lies in the span of these.
2. The left-over rows are brought to reduced form, component by component. There the coefficient of a row
   equals the combination's value at the row's pivot atom; in a group of fewer than k people at most k − 1
   rows take part, each once, and a branching search over the atoms that are not yet 0 or 1 finds them all.
3. Where that finds nothing, `combinations` looks for sums with other weights than 0 and 1.
4. For an atom that is a unit of one person the search is repeated with that person's own answer known.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure.combinations import weighted_sum
from analysis.disclosure.elimination import EquationRow, components, eliminate, reduced
from analysis.disclosure.groups import small_groups
from analysis.disclosure.merging import Sums, merged, unmerged


@dataclass(frozen=True)
class Breach:
    """A group that the published sums give away.

    members: its atoms, ascending.
    n: its people.
    figures: the published sums that give it, as (index, coefficient): Σ coefficient × sum = the group's sum,
        apart from the multiple of `insider`'s own answer; or a sum in which the atoms have other weights than 1.
    insider: the one-person atom whose own answer is needed too, or None.
    """

    members: tuple[int, ...]
    n: int
    figures: tuple[tuple[int, Fraction], ...]
    insider: int | None = None

    @property
    def support(self) -> frozenset[int]:
        """The published figures it takes: without any one of them this combination fails."""
        return frozenset(figure for figure, _ in self.figures)


def attack(
    published: Sequence[Collection[int]],
    sizes: NDArray[np.int64],
    minimum_group: int,
    *,
    one_person: NDArray[np.bool_] | None = None,
    shorten: bool = True,
) -> tuple[Breach, ...]:
    """Groups of fewer than `minimum_group` people whose sum, weighted or not, is a combination of published sums.

    An empty result is a proof that there are none (integer arithmetic, complete search). Otherwise the
    breaches reported are examples: none contains another, and what follows by adding them up is left out. Among
    figures too entangled to search (`combinations`) one of k people or more may be what is not proven to be safe.

    published: each figure as the atoms it sums over.
    sizes: (atoms,) people in each atom; atoms of no people are ignored.
    minimum_group: k.
    one_person: (atoms,) True where the atom is everyone who answered in some unit and is one person, so that
        he knows whose answer it is. What only he could find out is reported with him as `insider`, where
        nothing worse was found among the same figures.
    shorten: merge atoms and figures first (`merging`). Without, the same groups are found in integers all the way,
        more slowly.

    >>> sizes = np.array([9, 3, 8])  # a municipality of three units
    >>> (breach,) = attack([{0, 1, 2}, {0, 2}], sizes, 5)
    >>> breach.members, breach.n, [(figure, int(times)) for figure, times in breach.figures]
    ((1,), 3, [(0, 1), (1, -1)])
    """
    alone = set() if one_person is None else set(np.flatnonzero(one_person & (sizes == 1)).tolist())
    sums = (merged if shorten else unmerged)(published, sizes, minimum_group, alone)
    people = sums.people.tolist()
    rows = [
        EquationRow(dict(row), dict.fromkeys(of, 1)) for row, of in zip(sums.rows, sums.figures, strict=True)
    ]
    _, left_over = eliminate(rows, people, minimum_group)
    insiders = {index for index, atoms in enumerate(sums.members) if alone.intersection(atoms)}
    found: dict[tuple[int, ...], Breach] = {}
    for component in components(left_over):
        for breach in _breaches(component, people, minimum_group, insiders):
            found.setdefault(breach.members, breach)
    breaches = [_unfolded(breach, sums) for breach in _smallest(list(found.values()))]
    return tuple(sorted(breaches, key=lambda breach: (breach.n, breach.members)))


def _breaches(component: list[EquationRow], people: list[int], k: int, insiders: set[int]) -> list[Breach]:
    """Breaches anybody can make; only where there are none, those that take an insider."""
    basis = reduced(component, people, insiders)
    plain = [_breach(basis, chosen, people, None) for chosen, _ in small_groups(basis, people, k)]
    plain = plain or _weighted(component, people, k, insiders, None)
    if plain or not insiders:
        return plain
    breaches = [
        _breach(basis, chosen, people, insider)
        for chosen, insider in small_groups(basis, people, k, insiders)
    ]
    # The rows of a one-person pivot hold nobody but one-person atoms, so they are few.
    for insider in sorted(insiders & {pivot for pivot, _ in basis}):
        without = reduced([row.without(insider) for row in component], people, insiders)
        breaches += [
            _breach(without, chosen, people, insider) for chosen, _ in small_groups(without, people, k)
        ]
    if breaches:
        return breaches
    inside = insiders & set().union(*(row.atoms for row in component))
    for insider in sorted(inside):
        without_own = [row.without(insider) for row in component]
        breaches += _weighted(without_own, people, k, insiders, insider)
    return breaches


def _weighted(
    rows: list[EquationRow], people: list[int], k: int, insiders: set[int], insider: int | None
) -> list[Breach]:
    """A sum of few people with other weights than 0 and 1, if there is any."""
    found = weighted_sum(rows, people, k, insiders)
    if found is None:
        return []
    members = tuple(sorted(found.atoms))
    figures = tuple(sorted((figure, Fraction(times)) for figure, times in found.figures.items()))
    return [Breach(members, sum(people[atom] for atom in members), figures, insider)]


def _breach(
    basis: list[tuple[int, EquationRow]], chosen: tuple[int, ...], people: list[int], insider: int | None
) -> Breach:
    atoms: dict[int, Fraction] = {}
    figures: dict[int, Fraction] = {}
    for index in chosen:
        pivot, row = basis[index]
        for source, target in ((row.atoms, atoms), (row.figures, figures)):
            for key, value in source.items():
                target[key] = target.get(key, Fraction(0)) + Fraction(value, row.atoms[pivot])
    members = tuple(sorted(atom for atom, value in atoms.items() if value and atom != insider))
    used = tuple(sorted((figure, value) for figure, value in figures.items() if value))
    return Breach(members, sum(people[atom] for atom in members), used, insider)


def _unfolded(breach: Breach, sums: Sums) -> Breach:
    """The breach in the atoms that `attack` was given."""
    members = tuple(sorted(atom for index in breach.members for atom in sums.members[index]))
    insider = None if breach.insider is None else sums.members[breach.insider][0]
    return Breach(members, breach.n, breach.figures, insider)


def _smallest(breaches: list[Breach]) -> list[Breach]:
    """The breaches that contain no other; one without an insider goes before one that needs him."""
    kept: list[tuple[Breach, frozenset[int]]] = []
    for breach in sorted(breaches, key=lambda breach: (len(breach.members), breach.insider is not None)):
        members = frozenset(breach.members)
        if not any(other <= members for _, other in kept):
            kept.append((breach, members))
    return [breach for breach, _ in kept]
