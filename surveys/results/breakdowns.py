"""Breakdowns at the top level: unit types and background questions, shown whole or not at all.

A breakdown is a second table over the people of the tree, so a unit minus a category can be a small group. For
each measure a breakdown is shown only when every category has enough people and the exact attacker, given the
tree and the breakdowns already accepted, finds no smaller group. Too large for the attacker: hidden.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure import Protection, attack
from analysis.moments import moments
from analysis.responses import Responses
from analysis.scores import unit_scores
from analysis.scoring import person_scores
from surveys.results.figuring import Protected, Row, figure_rows, was_asked
from surveys.results.models import FigureKind, FigureStatus

UNIT_TYPE: Final = "unit_type"
MOST_ATOMS: Final = 1500
"""Largest number of groups that the attacker is asked to search; beyond it a breakdown is hidden."""

Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Breakdown:
    """label: (N,) each respondent's category as an index into `categories`, −1 for none."""

    key: str
    categories: tuple[str, ...]
    label: Labels


def breakdown_rows(protected: Protected, top: int) -> list[Row]:
    """Rows for every breakdown, category and measure; they carry the top unit's id (`top` is its node)."""
    under_top = _below(protected, top)[protected.responses.unit]
    found = list(_breakdowns(protected, under_top))
    if not found:
        return []
    has_score = ~np.isnan(person_scores(protected.responses))
    accepted = _accepted(protected, found, has_score)
    return [
        row
        for number, breakdown in enumerate(found)
        for row in _rows(protected, top, breakdown, [number in measure for measure in accepted])
    ]


def _below(protected: Protected, top: int) -> NDArray[np.bool_]:
    """(nodes,) True for the top and everything below it."""
    return np.array([top in set(protected.tree.upwards(node)) for node in range(len(protected.tree))])


def _breakdowns(protected: Protected, under_top: NDArray[np.bool_]) -> Iterator[Breakdown]:
    answered = np.flatnonzero(protected.direct.respondents)
    types = sorted({protected.tree.types[node] for node in answered} - {""})
    if len(types) > 1:
        place = {kind: index for index, kind in enumerate(types)}
        of_node = np.array([place.get(kind, -1) for kind in protected.tree.types], dtype=np.int64)
        label = of_node[protected.responses.unit]
        yield Breakdown(UNIT_TYPE, tuple(types), np.where(under_top, label, -1))
    for question in protected.responses.questionnaire.background:
        codes = protected.responses.background[question.key].astype(np.int64)
        chosen = (codes < len(question.options)) & under_top
        yield Breakdown(question.key, tuple(o.key for o in question.options), np.where(chosen, codes, -1))


def _accepted(
    protected: Protected, found: Sequence[Breakdown], has_score: NDArray[np.bool_]
) -> list[frozenset[int]]:
    """Per measure the numbers of the breakdowns that may be shown. Measures answered by the same people share."""
    known: dict[tuple[bytes, bytes], frozenset[int]] = {}
    result = []
    for place, protection in enumerate(protected.protections):
        same = (has_score[:, place].tobytes(), protection.shown.tobytes())
        if same not in known:
            known[same] = _accepted_for(protected, protection, found, has_score[:, place])
        result.append(known[same])
    return result


def _accepted_for(
    protected: Protected, protection: Protection, found: Sequence[Breakdown], scored: NDArray[np.bool_]
) -> frozenset[int]:
    accepted: list[int] = []
    for number in range(len(found)):
        tried = [found[other] for other in (*accepted, number)]
        if _is_safe(protected, protection, tried, scored):
            accepted.append(number)
    return frozenset(accepted)


def _is_safe(
    protected: Protected, protection: Protection, tried: Sequence[Breakdown], scored: NDArray[np.bool_]
) -> bool:
    """Whether the last of `tried` may be shown together with the others and the shown units."""
    k = protected.minimum_group
    newest = tried[-1]
    sizes = np.bincount(newest.label[scored & (newest.label >= 0)], minlength=len(newest.categories))
    if (sizes > 0).sum() < 2 or ((sizes > 0) & (sizes < k)).any():
        return False
    atoms = _Atoms.of(protected, protection, tried, scored)
    if (atoms.sizes >= k).all():
        return True
    if len(atoms.sizes) > MOST_ATOMS:
        return False
    return not attack(atoms.published(), atoms.sizes, k, one_person=atoms.one_person)


@dataclass(frozen=True, eq=False)
class _Atoms:
    """Groups of people that no published figure tells apart, and what each published figure covers.

    place: (atoms, 1 + breakdowns) each atom's node and its category in every breakdown.
    """

    protected: Protected
    protection: Protection
    tried: Sequence[Breakdown]
    place: Labels
    sizes: NDArray[np.int64]
    one_person: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        protected: Protected,
        protection: Protection,
        tried: Sequence[Breakdown],
        scored: NDArray[np.bool_],
    ) -> "_Atoms":
        tree = protected.tree
        unit = protected.responses.unit[scored]
        people = np.bincount(unit, minlength=len(tree))
        anchor = np.array(
            [next((n for n in tree.upwards(node) if protection.shown[n]), -1) for node in range(len(tree))]
        )
        # Somebody alone in his unit knows his own answer: he stays an atom of his own.
        node = np.where(people == 1, np.arange(len(tree)) + len(tree), anchor)[unit]
        columns = np.stack([node, *(breakdown.label[scored] for breakdown in tried)], axis=1)
        place, sizes = np.unique(columns, axis=0, return_counts=True)
        alone = place[:, 0] >= len(tree)
        place[alone, 0] -= len(tree)
        return cls(protected, protection, tried, place, sizes.astype(np.int64), alone)

    def published(self) -> list[list[int]]:
        """Every shown unit and every category of the breakdowns, as the atoms it sums over."""
        of_node: dict[int, list[int]] = {}
        for atom, node in enumerate(self.place[:, 0].tolist()):
            for above in self.protected.tree.upwards(node):
                if self.protection.shown[above]:
                    of_node.setdefault(above, []).append(atom)
        categories = [
            np.flatnonzero(self.place[:, 1 + number] == category).tolist()
            for number, breakdown in enumerate(self.tried)
            for category in range(len(breakdown.categories))
        ]
        return [*of_node.values(), *categories]


def _rows(protected: Protected, top: int, breakdown: Breakdown, shown: Sequence[bool]) -> list[Row]:
    """`shown`: per measure whether the breakdown may be shown."""
    chosen = breakdown.label >= 0
    grouped = moments(
        Responses(
            protected.responses.questionnaire,
            protected.responses.items[chosen],
            breakdown.label[chosen].astype(np.int32),
            breakdown.categories,
        )
    )
    scores, asked = unit_scores(grouped), was_asked(grouped)
    rows: list[Row] = []
    for place, measure in enumerate(protected.measures):
        judged = [
            _status(int(n), bool(people and not is_asked), shown[place], protected.minimum_group)
            for n, people, is_asked in zip(
                grouped.n[:, place], grouped.respondents, asked[:, place], strict=True
            )
        ]
        rows += figure_rows(
            scores,
            place,
            [status for status, _ in judged],
            [reason for _, reason in judged],
            ({"category": category} for category in breakdown.categories),
            {
                "kind": FigureKind.BREAKDOWN,
                "unit_id": protected.tree.unit_ids[top],
                "breakdown": breakdown.key,
                "measure": measure,
            },
        )
    return rows


def _status(n: int, not_asked: bool, shown: bool, minimum_group: int) -> tuple[FigureStatus, str]:
    if not n:
        return (FigureStatus.NOT_ASKED if not_asked else FigureStatus.NO_ANSWERS), ""
    if shown:
        return FigureStatus.SHOWN, ""
    return FigureStatus.HIDDEN, "small" if n < minimum_group else "protecting"
