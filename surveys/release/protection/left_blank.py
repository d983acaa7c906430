"""Those who left a statement of the theme blank: what the mean and every answer, told together, would say of them.

A score is the mean of the person's own answers. So J times the sum of scores, less the sum of all answers to the
theme's J statements, is nothing for whoever answered all of them, and what she answered for whoever did not. Where
one person left one blank, the two give the sum of her answers. Groups are added and subtracted as sums are, so those
who left some blank are protected as few people are everywhere: by a mask of their own over the same figures.
Decision 078.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure import Block, Category, Respondents, SurveyProtection
from analysis.disclosure.survey import Cells, protect_cells
from analysis.responses import Responses
from analysis.scoring import scored_answers

_LONGEST_OF_CLASSES: Final = 2
"""Length of the longest scale whose three classes are its answers."""


def level_of_every_answer(length: float) -> int:
    """The level (`Mask.unit_levels`) that tells every answer: 2, three classes, on a scale of two or three answers."""
    return 2 if length <= _LONGEST_OF_CLASSES else 3


def left_blank(responses: Responses, factor: str) -> NDArray[np.bool_]:
    """(N,) who answered some of the theme and not all of it, with a score or without."""
    answered = ~np.isnan(scored_answers(responses, factor))
    return np.asarray(answered.any(axis=1) & ~answered.all(axis=1))


@dataclass(frozen=True, eq=False)
class BlankMask:
    """Where every answer to a theme may be told, for the sake of those who left some blank.

    protection: where the sum of all that they answered may be known. own: (nodes,) how many are placed on each.
    highest: the level elsewhere, below that of every answer.
    """

    protection: SurveyProtection
    own: NDArray[np.int64]
    highest: int

    @classmethod
    def of(
        cls,
        cells: Cells,
        unit: NDArray[np.int32],
        blank: NDArray[np.bool_],
        least: int,
        length: float,
        before: int | None = None,
    ) -> "BlankMask":
        """cells: with what earlier releases told of every answer. blank: (N,) as `left_blank`. length: of the scale.

        before: the minimum group of these releases.
        """
        people = Respondents(unit, blank[:, np.newaxis])
        own = np.bincount(unit, blank, len(cells.forest.parents)).astype(np.int64)
        protection = protect_cells(cells, people, least, released_minimum=before)
        return cls(protection, own, level_of_every_answer(length) - 1)

    def limited(self, level: int, allowed: bool) -> int:
        return level if allowed else min(level, self.highest)

    def allows_unit(self, node: int) -> bool:
        units = self.protection.units
        return bool(units.shown[node]) or not units.n[node].any()

    def allows_block(self, block: Block) -> bool:
        same = {(each.anchor, each.members) for each in self.protection.units.blocks}
        return not self.own[list(block.members)].any() or (block.anchor, block.members) in same

    def allows_category(self, name: tuple[str, int]) -> bool:
        return self.is_without(name) or self._category[name].status == "shown"

    def is_without(self, name: tuple[str, int]) -> bool:
        """Whether nobody in the category left any blank."""
        return name not in self._category or not self._category[name].n.any()

    @cached_property
    def _category(self) -> dict[tuple[str, int], Category]:
        return {(each.breakdown, each.category): each for each in self.protection.categories}
