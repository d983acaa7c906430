"""Attack, cut, repeat: the cheapest set of figures to hide when safe means that no attack succeeds.

A cut is a set of figures that give something away together: one of them must be hidden. Hiding more never
reveals more, so a set is safe exactly when it meets every cut there is. Few of these are needed: they are
found by attacking what looks best so far, and the cheapest set that meets all known cuts is found by integer
programming (HiGHS). What that costs is a lower bound for every safe set.
"""

from collections.abc import Callable, Collection, Iterable, Set
from dataclasses import dataclass, field
from itertools import compress

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

Cut = frozenset[int]
_EXACT_CUTS = 300  # more known cuts than this, and the last per cent is not fought for
_FEW_CUTS = 100  # up to here another cover costs less than thinning
_NEAR = 0.01
_ROUNDS = 8
_DIRECT_ROUNDS = 6
_FAR_DEARER = 10


@dataclass
class Hiding:
    """A search for the cheapest safe set.

    price: (figures,) what hiding each costs; attack: hidden figures → cuts they do not meet, none when safe;
    made_up_for: hidden figures → figures that the others still tell. To hide one of these is of no use by itself.
    effort: attacks after which, with many cuts, the best safe set found is taken as it is.
    """

    price: NDArray[np.float64]
    attack: Callable[[Collection[int]], Collection[Cut]]
    made_up_for: Callable[[Collection[int]], Set[int]]
    effort: int
    cuts: dict[Cut, None] = field(default_factory=dict)
    safe: list[frozenset[int]] = field(default_factory=list)
    attacks: int = 0
    rounds: int = 0

    def solve(self) -> set[int]:
        """A cheapest safe set; one within 1 % if there are many cuts, or the best found if effort runs out."""
        while len(self.cuts) <= _EXACT_CUTS and self.attacks < _DIRECT_ROUNDS:
            hidden, _ = cheapest_cover(self.cuts, self.price)
            if not self._broken(hidden):
                return hidden
        return self._solved_between_bounds()

    def _solved_between_bounds(self) -> set[int]:
        """The long way: safe sets from above, the cheapest cover from below, until they meet or nearly do."""
        best: set[int] | None = None
        while True:
            hidden, bound = cheapest_cover(self.cuts, self.price)
            if best is not None and (self._is_spent() or self._is_near(bound, best)):
                return best
            self.rounds += 1
            found = self._mended(hidden)
            if found == hidden and len(self.cuts) <= _EXACT_CUTS:
                return hidden
            if len(self.cuts) > _FEW_CUTS:
                found = self._thinned(found)
            if best is None or self._total(found) < self._total(best):
                best = found

    def _is_spent(self) -> bool:
        many = len(self.cuts) > _EXACT_CUTS
        return many and (self.attacks > self.effort or self.rounds >= _ROUNDS)

    def _is_near(self, bound: float, best: set[int]) -> bool:
        slack = _NEAR if len(self.cuts) > _EXACT_CUTS else 0.0
        return bound >= self._total(best) * (1 - slack) - 1e-6

    def _total(self, hidden: Collection[int]) -> float:
        return float(self.price[list(hidden)].sum())

    def _mended(self, hidden: set[int]) -> set[int]:
        """`hidden` and as much more as makes it safe."""
        mended = set(hidden)
        while found := self._broken(mended):
            of_no_use = self.made_up_for(mended)
            mended |= cheapest_cover([self._worth_hiding(cut, of_no_use) for cut in found], self.price)[0]
        return mended

    def _worth_hiding(self, cut: Cut, of_no_use: Set[int]) -> Cut:
        """The members of the cut that no others make up for, unless all of these are far dearer than the rest."""
        lasting = cut - of_no_use
        if not lasting or min(self.price[list(lasting)]) > _FAR_DEARER * min(self.price[list(cut)]):
            return cut
        return lasting

    def _broken(self, hidden: set[int]) -> Collection[Cut]:
        if any(safe <= hidden for safe in self.safe):
            return ()
        self.attacks += 1
        found = self.attack(hidden)
        if not found:
            self.safe.append(frozenset(hidden))
        self.cuts.update(dict.fromkeys(found))
        return found

    def _thinned(self, hidden: set[int]) -> set[int]:
        """Show again what no known cut needs, mend what that gives away, and so on as long as it pays."""
        while not self._is_spent() and (needed := self._needed(hidden)) != hidden:
            mended = self._mended(needed)
            if self._total(mended) >= self._total(hidden):
                break
            hidden = mended
        return hidden

    def _needed(self, hidden: set[int]) -> set[int]:
        """`hidden` without figures that no known cut needs, the dearest first."""
        met: dict[int, list[Cut]] = {figure: [] for figure in hidden}
        times: dict[Cut, int] = {}
        for cut in self.cuts:
            common = cut & hidden
            times[cut] = len(common)
            for figure in common:
                met[figure].append(cut)
        needed = set(hidden)
        for figure in sorted(hidden, key=lambda figure: (-self.price[figure], figure)):
            if all(times[cut] > 1 for cut in met[figure]):
                needed.discard(figure)
                for cut in met[figure]:
                    times[cut] -= 1
        return needed


def cheapest_cover(cuts: Iterable[Cut], price: NDArray[np.float64]) -> tuple[set[int], float]:
    """The cheapest set with a member in every cut, and a lower bound for the price of any such set.

    Exact for up to 300 cuts, within 0.2 % beyond. Raises RuntimeError if the solver gives up.

    >>> cheapest_cover([frozenset({0, 1}), frozenset({1, 2})], np.array([1.0, 1.5, 1.0]))
    ({1}, 1.5)
    """
    listed = [sorted(cut) for cut in cuts]
    if not listed:
        return set(), 0.0
    used = sorted(set().union(*listed))
    index = {figure: column for column, figure in enumerate(used)}
    rows = np.repeat(np.arange(len(listed)), [len(cut) for cut in listed])
    columns = np.array([index[figure] for cut in listed for figure in cut])
    matrix = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(listed), len(used)))
    solution = milp(
        price[used],
        integrality=np.ones(len(used), dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, lb=1),
        options={"mip_rel_gap": 0 if len(listed) <= _EXACT_CUTS else 2e-3},
    )
    if solution.x is None:
        msg = f"no cover found: {solution.message}"
        raise RuntimeError(msg)
    return set(compress(used, solution.x > 0.5)), float(solution.mip_dual_bound)
