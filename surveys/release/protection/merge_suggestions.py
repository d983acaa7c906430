"""Which small sibling units would be shown if the report merged them: found by arithmetic, tried before it is said.

Pure: a composed release in, suggestions out.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from surveys.counting.loading import SurveyTree
from surveys.release.protection.composing import Composed
from surveys.release.protection.release_preview import MergeSuggestion
from surveys.release.protection.suppression import Gathered, Protected, protect

_ROUNDS: Final = 4
"""Trials before whatever has not come out right is left unsaid."""

_WIDELY_ASKED: Final = 0.5
"""A measure that fewer than this share answered decides nothing: it was asked of some only."""


@dataclass(frozen=True)
class _Group:
    """Sibling nodes to be merged under their parent."""

    members: tuple[int, ...]
    parent: int


def merge_suggestions(composed: Composed, groups: Set[int] = frozenset()) -> list[MergeSuggestion]:
    """Groups of hidden siblings that would be shown together, those that help most people first.

    groups: unit ids that are such groups already; neither they nor their members are grouped again. All that is
    suggested has been tried at once, with everything else the release would show: nobody loses a figure by it.
    """
    hidden = _Hidden.of(composed)
    taken = {node for node, unit in enumerate(composed.gathered.tree.unit_ids) if unit in groups}
    found = list(_candidates(hidden, taken))
    for _round in range(_ROUNDS):
        if not found:
            return []
        outcome = _tried(composed, hidden, found)
        if all(outcome.good):
            ids = composed.gathered.tree.unit_ids
            said = [
                MergeSuggestion(tuple(ids[node] for node in group.members), ids[group.parent], people, gained)
                for group, people, gained in zip(found, outcome.people, outcome.gained, strict=True)
            ]
            return sorted(said, key=lambda suggestion: -suggestion.gained)
        found = [group for group, good in zip(found, outcome.good, strict=True) if good]
    return []


@dataclass(frozen=True, eq=False)
class _Hidden:
    """The tree as the strictest of the widely answered measures has it.

    n: (nodes,) fewest respondents, in and below each node; direct: on it; alone: (nodes,) whether anybody in or
    below it is the only one on his node. shown: (nodes,) in any measure. nearest: (nodes,) as `_nearest`.
    """

    tree: SurveyTree
    k: int
    n: NDArray[np.int64]
    direct: NDArray[np.int64]
    alone: NDArray[np.bool_]
    shown: NDArray[np.bool_]
    nearest: NDArray[np.float64]

    @classmethod
    def of(cls, composed: Composed) -> "_Hidden":
        tree, protected = composed.gathered.tree, composed.protected
        n, direct = _fewest(tree, protected)
        alone = tree.summed(_placed(tree, protected) == 1) > 0
        return cls(
            tree, protected.minimum_group, n, direct, alone, _shown(protected), _nearest(tree, protected)
        )

    @cached_property
    def children(self) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in range(len(self.tree))]
        for node, parent in enumerate(self.tree.parents.tolist()):
            if parent >= 0:
                found[parent].append(node)
        return found

    @cached_property
    def anything_below(self) -> NDArray[np.bool_]:
        """(nodes,) whether the node or anything below it is shown."""
        return np.asarray(self.tree.summed(self.shown) > 0)

    def least(self, nodes: Sequence[int]) -> int:
        """How many a group of these must have: one more when somebody in it is alone on his unit."""
        return self.k + bool(self.alone[list(nodes)].any())


def _candidates(hidden: _Hidden, taken: Set[int]) -> Iterator[_Group]:
    """Hidden siblings in as many groups as are large enough, in every place of the tree."""
    for parent, children in enumerate(hidden.children):
        if parent in taken:
            continue
        small = [
            node
            for node in children
            if hidden.n[node] > 0 and not hidden.anything_below[node] and node not in taken
        ]
        for members in _filled(hidden, _without_those_left_behind(hidden, parent, small)):
            if len(members) > 1:
                yield _Group(tuple(sorted(members)), parent)


def _without_those_left_behind(hidden: _Hidden, parent: int, small: Sequence[int]) -> list[int]:
    """The small units but for those that must keep company with the few placed on the parent itself."""
    others = [node for node in hidden.children[parent] if node not in small and not hidden.shown[node]]
    behind = int(hidden.direct[parent] + hidden.n[others].sum())
    left = sorted(small, key=lambda node: int(hidden.n[node]))
    while left and 0 < behind < hidden.k:
        behind += int(hidden.n[left.pop(0)])
    return left


def _filled(hidden: _Hidden, nodes: Sequence[int]) -> list[list[int]]:
    """The nodes in groups that are each large enough, as small as they can be; too few for one make none.

    Begins with the largest and adds the smallest that is enough, else the largest there is.
    """
    waiting = sorted(nodes, key=lambda node: int(hidden.n[node]))
    groups: list[list[int]] = []
    while waiting:
        group = [waiting.pop()]
        while waiting and hidden.n[group].sum() < hidden.least(group):
            lacking = hidden.least(group) - int(hidden.n[group].sum())
            enough = [place for place, node in enumerate(waiting) if hidden.n[node] >= lacking]
            group.append(waiting.pop(enough[0] if enough else -1))
        groups.append(group)
    if groups and hidden.n[groups[-1]].sum() < hidden.least(groups[-1]):
        over = groups.pop()
        if not groups:
            return []
        groups[-1] += over
    return groups


@dataclass(frozen=True)
class _Outcome:
    """Per group: whether it may be suggested, its respondents, and how many of them it would help."""

    good: list[bool]
    people: list[int]
    gained: list[int]


def _tried(composed: Composed, hidden: _Hidden, groups: Sequence[_Group]) -> _Outcome:
    """Which groups would be shown without anybody being worse off, when all of them are made, and for how many."""
    tree, protected = _merged(composed, groups)
    after = _nearest(tree, protected)
    before, count = hidden.nearest, len(hidden.tree)
    placed = _placed(hidden.tree, composed.protected)
    worse = (after[:count] > before) & (placed > 0)
    shown = _shown(protected)
    inside = [_below(hidden, group.members) for group in groups]
    people = [int(placed[nodes].sum()) for nodes in inside]
    gained = [int(placed[nodes][after[nodes] < before[nodes]].sum()) for nodes in inside]
    good = [bool(shown[count + number]) and gain > 0 for number, gain in enumerate(gained)]
    if all(good) and worse.any():
        good[int(np.argmin(gained))] = False
    return _Outcome(good, people, gained)


def _merged(composed: Composed, groups: Sequence[_Group]) -> tuple[SurveyTree, Protected]:
    """The survey protected with one new node for each group."""
    gathered = composed.gathered
    parents = np.append(gathered.tree.parents, [group.parent for group in groups]).astype(np.int32)
    for number, group in enumerate(groups):
        parents[list(group.members)] = len(gathered.tree) + number
    new = range(-1, -1 - len(groups), -1)
    tree = SurveyTree(
        (*gathered.tree.unit_ids, *new),
        parents,
        (*gathered.tree.types, *("" for _ in groups)),
        (*gathered.tree.without_name, *(0 for _ in groups)) if gathered.tree.without_name else (),
    )
    keep = composed.keep
    if keep is not None:
        keep = np.append(keep, np.zeros((len(groups), keep.shape[1]), dtype=np.bool_), axis=0)
    responses = replace(gathered.responses, units=(*gathered.responses.units, *(str(unit) for unit in new)))
    changed = Gathered(responses, tree, gathered.top, gathered.measures, gathered.breakdowns, gathered.scores)
    minimum = composed.protected.minimum_group
    return tree, protect(changed, minimum, known=composed.known, keep=keep, spread=False)


def _below(hidden: _Hidden, members: Sequence[int]) -> list[int]:
    found = list(members)
    for node in found:
        found += hidden.children[node]
    return found


def _placed(tree: SurveyTree, protected: Protected) -> NDArray[np.int64]:
    """(nodes,) respondents placed directly on each node."""
    return np.bincount(protected.gathered.responses.unit, minlength=len(tree)).astype(np.int64)


def _fewest(tree: SurveyTree, protected: Protected) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(nodes,) fewest respondents in and below each node, and on it, over the widely answered measures."""
    asked = _WIDELY_ASKED * len(protected.gathered.responses)
    direct = [_placed(tree, protected)]
    for mask in protected.masks:
        of_mask = ~np.isnan(protected.gathered.scores[:, mask.places[0]])
        if of_mask.sum() >= asked:
            units = protected.gathered.responses.unit[of_mask]
            direct.append(np.bincount(units, minlength=len(tree)).astype(np.int64))
    return (
        np.min([tree.summed(column) for column in direct], axis=0),
        np.min(direct, axis=0),
    )


def _shown(protected: Protected) -> NDArray[np.bool_]:
    """(nodes,) shown in any measure."""
    return np.asarray(np.any([mask.means.units.shown for mask in protected.masks], axis=0))


def _nearest(tree: SurveyTree, protected: Protected) -> NDArray[np.float64]:
    """(nodes,) respondents in the nearest shown unit at or above each node; infinite when there is none."""
    size = tree.summed(_placed(tree, protected)).astype(np.float64)
    shown = _shown(protected)
    found = np.full(len(tree), np.inf)
    for node in range(len(tree)):
        above = next((at for at in tree.upwards(node) if shown[at]), None)
        if above is not None:
            found[node] = size[above]
    return found
