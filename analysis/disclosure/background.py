"""Background beside units, when the answers are kept and who gave which background is not.

Figures of background stand beside figures of units that are not known yet: units are merged and moved afterwards. What
is decided here holds whatever units are shown.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure.attacker import attack

Codes = NDArray[np.int64]
_NOTHING = 1e-9


def tells_units_apart(
    unit: NDArray[np.int32],
    answered: NDArray[np.bool_],
    figures: Sequence[NDArray[np.int64]],
    with_rows: NDArray[np.bool_] | None = None,
    told: Sequence[NDArray[np.int64]] = (),
) -> bool:
    """Whether figures of background add up to the sum of some units' people, other than everybody's and what is told.

    Such a sum would be a figure of units that no rule for units knows of: when all women are in two units, the figure
    of women is theirs, and a unit made later of these two and a small third gives the third away.

    A combination of figures is a number for each person: the sum of the coefficients of the figures she is in. It is a
    sum over units when it is the same for all in each unit. unit: (N,) node; answered: (N, M) has a score; figures:
    each as the people it sums over. with_rows: (N,) True for units whose rows carry background, and hold nothing back.

    >>> unit, women = np.repeat([0, 1, 2], 5).astype(np.int32), np.arange(10)
    >>> tells_units_apart(unit, np.ones((15, 1), bool), [women])
    True
    >>> tells_units_apart(unit, np.ones((15, 1), bool), [np.arange(8)])
    False
    >>> tells_units_apart(unit, np.ones((15, 1), bool), [women], told=[np.arange(10, 15)])
    False
    """
    if not figures:
        return False
    inside, known = _inside(len(unit), figures), _inside(len(unit), told)
    free = np.zeros(len(unit), dtype=np.bool_) if with_rows is None else with_rows
    return any(
        _is_a_sum_of_units(unit[scored & ~free], inside[scored & ~free], known[scored & ~free])
        for scored in np.unique(answered, axis=1).T
    )


def _inside(people: int, figures: Sequence[NDArray[np.int64]]) -> NDArray[np.float64]:
    """(people, figures) 1 for who is in each."""
    found = np.zeros((people, len(figures)), dtype=np.float64)
    for index, members in enumerate(figures):
        found[members, index] = 1.0
    return found


def _is_a_sum_of_units(
    unit: NDArray[np.int32], inside: NDArray[np.float64], told: NDArray[np.float64]
) -> bool:
    if not len(unit):
        return False
    atoms = np.unique(np.column_stack([unit, inside]), axis=0)
    first = np.flatnonzero(np.append(True, atoms[1:, 0] != atoms[:-1, 0]))
    number = np.cumsum(np.append(True, atoms[1:, 0] != atoms[:-1, 0])) - 1
    firsts = atoms[first, 1:]
    # Within a unit every combination must be level: its coefficients are orthogonal to all differences.
    differences = atoms[:, 1:] - firsts[number]
    _, sizes, basis = np.linalg.svd(differences.T @ differences)
    level = basis[sizes <= _NOTHING * max(1.0, float(sizes.max(initial=0)))]
    if not level.size:
        return False
    values = firsts @ level.T
    # Per unit: everybody, and what is told, which has all or nobody of a unit.
    _, first_person = np.unique(unit, return_index=True)
    known = np.column_stack([np.ones(len(first_person)), told[first_person]])
    new = values - known @ (np.linalg.pinv(known, rcond=1e-9) @ values)
    return bool((np.abs(new) > 1e-6).any())


def kept_background(
    unit: NDArray[np.int32],
    background: Codes,
    answered: NDArray[np.bool_],
    minimum_group: int,
    published: Sequence[NDArray[np.int64]] = (),
) -> NDArray[np.bool_]:
    """(N, V) where a row that stands with its unit may keep its background too.

    A unit keeps a question for all its people or for none: one blank among ten says what it hides. It keeps it where
    every combination with the questions kept before is of k people or more, in every measure. A question that gives
    a small group away together with what is published and every unit's own sum, or that tells units apart
    (`tells_units_apart`), is kept for nobody.
    unit, background, answered, minimum_group, published: as `microdata.recode`.

    >>> staff = np.array([[0]] * 5 + [[1]] * 5 + [[0]] * 9 + [[1]])
    >>> kept = kept_background(np.repeat([0, 1], 10).astype(np.int32), staff, np.ones((20, 1), bool), 5)
    >>> int(kept[:10].sum()), int(kept[10:].sum())
    (10, 0)
    """
    kept = np.zeros(background.shape, dtype=np.bool_)
    shown = np.full(background.shape, -1, dtype=np.int64)
    for column in range(background.shape[1]):
        tried = shown.copy()
        tried[:, column] = background[:, column]
        _, cell = np.unique(np.column_stack([unit, tried]), axis=0, return_inverse=True)
        cell = cell.ravel()
        counts = np.stack([np.bincount(cell, of) for of in (np.ones(len(unit)), *answered.T)], axis=1)
        small: NDArray[np.bool_] = np.asarray(((counts > 0) & (counts < minimum_group)).any(axis=1))
        holds = ~np.isin(unit, np.unique(unit[small[cell]]))
        tried[~holds, column] = -1
        if not holds.any() or tells_units_apart(
            unit, answered, published, np.asarray((tried >= 0).any(axis=1))
        ):
            continue
        if not _mixed_breach(unit, tried, answered, minimum_group, published):
            shown = tried
            kept[holds, column] = True
    return kept


def _mixed_breach(
    unit: NDArray[np.int32],
    background: Codes,
    answered: NDArray[np.bool_],
    minimum_group: int,
    published: Sequence[NDArray[np.int64]],
) -> bool:
    """Whether rows of unit and background, and the published figures, give a small group that is not a whole unit."""
    membership = np.zeros((len(unit), len(published)), dtype=np.bool_)
    for index, members in enumerate(published):
        membership[members, index] = True
    atoms, atom = np.unique(np.column_stack([unit, background, membership]), axis=0, return_inverse=True)
    atom = atom.ravel()
    of_unit = [frozenset(np.flatnonzero(atoms[:, 0] == node).tolist()) for node in np.unique(unit)]
    _, cell = np.unique(atoms[:, : 1 + background.shape[1]], axis=0, return_inverse=True)
    cells = [np.flatnonzero(cell.ravel() == number).tolist() for number in range(int(cell.max()) + 1)]
    start = 1 + background.shape[1]
    rows = [*cells, *(np.flatnonzero(atoms[:, start + index]).tolist() for index in range(len(published)))]
    counts = np.stack([np.bincount(atom, of) for of in (np.ones(len(unit)), *answered.T)], axis=1)
    return any(
        frozenset(breach.members) not in of_unit
        for sizes in np.unique(counts.astype(np.int64), axis=1).T
        for breach in attack(rows, sizes, minimum_group)
    )
