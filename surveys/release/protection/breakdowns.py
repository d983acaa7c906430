"""Breakdowns at the top level: unit types and background questions, as a category for each respondent."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.responses import Responses
from surveys.counting.loading import SurveyTree

UNIT_TYPE: Final = "unit_type"


@dataclass(frozen=True, eq=False)
class Breakdown:
    """A second way of dividing the people under the survey's top.

    key: «unit_type» or a background question's. label: (N,) each respondent's category as an index into
    `categories`, −1 for none.
    """

    key: str
    categories: tuple[str, ...]
    label: NDArray[np.int32]


def unit_types(responses: Responses, tree: SurveyTree, top: int) -> tuple[Breakdown, ...]:
    """The unit types, when those who answered have more than one.

    top: the node that the figures stand under; people outside it are in no category.
    """
    return tuple(_unit_types(responses, tree, below(tree, top)[responses.unit]))


def background_of(responses: Responses, tree: SurveyTree, top: int) -> tuple[Breakdown, ...]:
    """Every background question of answers that are being counted: stored answers have little of it left."""
    return tuple(_background(responses, below(tree, top)[responses.unit]))


def below(tree: SurveyTree, top: int) -> NDArray[np.bool_]:
    """(nodes,) True for the top and everything below it."""
    inside = np.arange(len(tree)) == top
    while True:
        reached: NDArray[np.bool_] = inside | (inside[tree.parents] & (tree.parents >= 0))
        if (reached == inside).all():
            return reached
        inside = reached


def _unit_types(responses: Responses, tree: SurveyTree, under_top: NDArray[np.bool_]) -> Iterator[Breakdown]:
    types = sorted({tree.types[node] for node in np.unique(responses.unit[under_top])} - {""})
    if len(types) > 1:
        place = {kind: index for index, kind in enumerate(types)}
        of_node = np.array([place.get(kind, -1) for kind in tree.types], dtype=np.int32)
        yield Breakdown(UNIT_TYPE, tuple(types), np.where(under_top, of_node[responses.unit], -1))


def _background(responses: Responses, under_top: NDArray[np.bool_]) -> Iterator[Breakdown]:
    for question in responses.questionnaire.background:
        codes = responses.background[question.key].astype(np.int32)
        chosen = (codes < len(question.options)) & under_top
        yield Breakdown(question.key, tuple(o.key for o in question.options), np.where(chosen, codes, -1))
