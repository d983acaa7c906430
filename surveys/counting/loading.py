"""Stored answers as the analysis wants them. Only counting and release may use this module."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.moments import depths
from analysis.responses import Responses, from_rows
from questionnaires.coding import places
from surveys.campaigns.models import Survey
from surveys.counting.models import Response
from surveys.instruments.in_use import questionnaire_of


@dataclass(frozen=True, eq=False)
class SurveyTree:
    """A survey's picture of the organisation as arrays; node i is unit `unit_ids[i]`.

    parents: (nodes,) int32, index of each node's parent, −1 for the top. types: unit types, «» for none. without_name:
    how many of each node's own answers had no named invitation.
    """

    unit_ids: tuple[int, ...]
    parents: NDArray[np.int32]
    types: tuple[str, ...]
    without_name: tuple[int, ...] = ()

    @classmethod
    def of(cls, survey: Survey) -> "SurveyTree":
        """A unit whose parent is not in the picture stands at the top."""
        tree = cls.from_rows((unit.unit_id, unit.parent_id, unit.type) for unit in survey.units)
        found = {unit.unit_id: unit.without_name or 0 for unit in survey.units}
        return replace(tree, without_name=tuple(found[unit_id] for unit_id in tree.unit_ids))

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[int, int | None, str]]) -> "SurveyTree":
        """(unit id, parent's id, unit type) of every unit, in any order."""
        units = sorted(rows)
        node = {unit_id: index for index, (unit_id, _, _) in enumerate(units)}
        parents = [-1 if parent_id is None else node.get(parent_id, -1) for _, parent_id, _ in units]
        return cls(
            tuple(unit_id for unit_id, _, _ in units),
            np.array(parents, dtype=np.int32),
            tuple(kind for _, _, kind in units),
        )

    def upwards(self, node: int) -> Iterator[int]:
        """The node, its parent, and so on to the top."""
        while node >= 0:
            yield node
            node = int(self.parents[node])

    def summed(self, direct: NDArray[np.integer] | NDArray[np.bool_]) -> NDArray[np.int64]:
        """(nodes,) numbers placed directly on each node → the same with everything below it."""
        total = direct.astype(np.int64)
        depth = depths(self.parents)
        for level in range(int(depth.max(initial=0)), 0, -1):
            nodes = np.flatnonzero(depth == level)
            np.add.at(total, self.parents[nodes], total[nodes])
        return total

    def __len__(self) -> int:
        return len(self.unit_ids)


def load_responses(session: Session, survey: Survey) -> Responses:
    """Every response of the survey; unit index i is node i of `SurveyTree.of(survey)`."""
    tree = SurveyTree.of(survey)
    node = {unit_id: index for index, unit_id in enumerate(tree.unit_ids)}
    stored = session.execute(
        select(Response.unit_id, Response.answers)
        .where(Response.survey_id == survey.id)
        .order_by(Response.id)
    ).all()
    return from_rows(
        questionnaire_of(survey.instrument),
        [answers for _, answers in stored],
        [node[unit_id] for unit_id, _ in stored],
        [str(unit_id) for unit_id in tree.unit_ids],
    )


def stored_rows(responses: Responses) -> Iterator[tuple[int, bytes]]:
    """Each response as (unit index, its bytes as they are stored): the opposite of `load_responses`.

    The questions that are neither statements nor background are in no file of answers: not asked.
    """
    questions = [responses.background[question.key] for question in responses.questionnaire.background]
    columns = [responses.items, *(codes[:, np.newaxis] for codes in questions)]
    table = np.ascontiguousarray(np.concatenate(columns, axis=1), dtype=np.uint8)
    others = places(responses.questionnaire)[table.shape[1] :]
    not_asked = b"".join(place.not_asked.to_bytes(place.width, "big") for place in others)
    for unit, row in zip(responses.unit.tolist(), table, strict=True):
        yield unit, row.tobytes() + not_asked
