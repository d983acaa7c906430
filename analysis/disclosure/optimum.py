"""The dynamic program behind the tree rule: the cheapest set of figures to hide, exactly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure.forest import Forest, subtree_sums

# A state is what a subtree leaves uncovered for the block above it: 0 for nobody, otherwise 1 + 2·c + s,
# where c is the number of people (capped: more makes no difference) and s is 1 when one of them is alone on
# his node.
State = int
Costs = dict[State, int]


@dataclass(frozen=True)
class TreeProgram:
    """The dynamic program: per node, the least cost of each state its subtree can leave uncovered."""

    forest: Forest
    direct: tuple[State, ...]
    answered: NDArray[np.bool_]
    cap: int
    price: tuple[int, ...]

    @classmethod
    def of(
        cls,
        forest: Forest,
        table: NDArray[np.int64],
        k: int,
        keep: NDArray[np.bool_] | None,
    ) -> "TreeProgram":
        cap = k + 1
        totals = subtree_sums(forest, table)
        people, fewest = totals.max(axis=1), totals.min(axis=1)
        kept = np.zeros(len(people), dtype=np.bool_) if keep is None else keep
        unit = len(people) + 1
        price = [
            0 if small else (int(n) * unit + 1) * unit + int(was_shown)
            for n, small, was_shown in zip(people, fewest < k, kept, strict=True)
        ]
        alone = (table == 1).any(axis=1)
        direct = [
            0 if most == 0 else _state(int(least), bool(one), cap)
            for most, least, one in zip(table.max(axis=1), table.min(axis=1), alone, strict=True)
        ]
        return cls(forest, tuple(direct), people > 0, cap, tuple(price))

    def solve(self, *, keep_roots: bool) -> NDArray[np.bool_]:
        """(nodes,) bool: the nodes to show."""
        folds: dict[int, list[Mapping[State, tuple[State, State]]]] = {}
        inner: dict[int, Costs] = {}
        passed: dict[int, Costs] = {}
        for node in self.forest.bottom_up:
            if self.answered[node]:
                inner[node], folds[node] = self._fold(node, passed)
                passed[node] = self._pass_up(node, inner[node])
        return self._trace(inner, passed, folds, keep_roots=keep_roots)

    def _fold(
        self, node: int, passed: Mapping[int, Costs]
    ) -> tuple[Costs, list[Mapping[State, tuple[State, State]]]]:
        """Least cost of each state of the people inside `node`, and how each came about, child by child."""
        costs: Costs = {self.direct[node]: 0}
        choices: list[Mapping[State, tuple[State, State]]] = []
        for child in self._children(node):
            joined: Costs = {}
            how: dict[State, tuple[State, State]] = {}
            for left, left_cost in costs.items():
                for right, right_cost in passed[child].items():
                    state, cost = self._join(left, right), left_cost + right_cost
                    if state not in joined or cost < joined[state]:
                        joined[state], how[state] = cost, (left, right)
            costs = _undominated(joined, self.cap)
            choices.append(how)
        return costs, choices

    def _pass_up(self, node: int, inner: Costs) -> Costs:
        """Least cost of each state `node` leaves to the block above: nobody when shown, its own when hidden."""
        costs = {state: cost + self.price[node] for state, cost in inner.items()}
        closing = [cost for state, cost in inner.items() if self._closes(state)]
        if closing and min(closing) < costs.get(0, min(closing) + 1):
            costs[0] = min(closing)
        return _undominated(costs, self.cap)

    def _trace(
        self,
        inner: Mapping[int, Costs],
        passed: Mapping[int, Costs],
        folds: Mapping[int, Sequence[Mapping[State, tuple[State, State]]]],
        *,
        keep_roots: bool,
    ) -> NDArray[np.bool_]:
        shown = np.zeros(len(self.direct), dtype=np.bool_)
        wanted: dict[int, State] = {}
        for node in reversed(self.forest.bottom_up):
            if node not in inner:
                continue
            if self.forest.parents[node] < 0:
                closed = 0 if keep_roots and 0 in passed[node] else None
                wanted[node] = min(passed[node], key=passed[node].__getitem__) if closed is None else closed
            state, shown[node] = self._inside(wanted[node], inner[node])
            for child, how in zip(reversed(self._children(node)), reversed(folds[node]), strict=True):
                state, wanted[child] = how[state]
        return shown

    def _inside(self, passed: State, inner: Costs) -> tuple[State, bool]:
        """The state inside a node that gives the wanted state outside it, and whether it is then shown."""
        closing = [state for state in inner if self._closes(state)]
        if passed == 0 and closing:
            return min(closing, key=inner.__getitem__), True
        return passed, False

    def _children(self, node: int) -> list[int]:
        return [child for child in self.forest.children[node] if self.answered[child]]

    def _join(self, left: State, right: State) -> State:
        if left == 0 or right == 0:
            return left + right
        (people, alone), (more, also) = divmod(left - 1, 2), divmod(right - 1, 2)
        return _state(people + more, bool(alone or also), self.cap)

    def _closes(self, state: State) -> bool:
        """May a shown node have a residual block in this state? The cap is k + 1."""
        people, alone = divmod(state - 1, 2)
        return state == 0 or people >= self.cap - 1 + alone


def _state(people: int, alone: bool, cap: int) -> State:
    return 1 + 2 * cap if people >= cap else 1 + 2 * people + int(alone)


def _undominated(costs: Costs, cap: int) -> Costs:
    """The states worth keeping: those for which no larger block costs as little."""
    kept: Costs = {}
    full = 1 + 2 * cap
    best: list[int | None] = [None, None]
    for state in sorted(costs, reverse=True):
        cost, alone = costs[state], (state - 1) % 2
        rivals = [best[0], best[1] if alone else None] if state else [costs.get(full)]
        if any(rival is not None and rival <= cost for rival in rivals):
            continue
        kept[state] = cost
        if state:
            best[alone] = cost
    return kept
