"""A tiny survey for the examples in docstrings: six people in two units answer one factor of three items."""

from dataclasses import replace
from typing import Final

import numpy as np

from analysis.responses import Responses
from questionnaires.coding import BLANK
from questionnaires.model import Background, Factor, Item, Option, Point, Questionnaire, Scale

_SCALE: Final = Scale("agree", tuple(Point(value, {"nb": str(value)}) for value in range(1, 6)))
_ITEMS: Final = (Item("M1", {"nb": "Jeg gleder meg til jobb."}), Item("M2", {"nb": "Jobben gir mening."}))
_TURNED: Final = Item("M3", {"nb": "Jeg kjeder meg på jobb."}, reversed=True)

QUESTIONNAIRE: Final = Questionnaire(
    key="example",
    version=1,
    kind="employee",
    languages=("nb",),
    title={"nb": "Eksempel"},
    scales={"agree": _SCALE},
    factors=(Factor("MOT", {"nb": "Motivasjon"}, _SCALE, (*_ITEMS, _TURNED)),),
    pages=(),
)

RESPONSES: Final = Responses(
    QUESTIONNAIRE,
    np.array([[5, 4, 1], [4, 4, 2], [3, 4, 3], [2, 1, 4], [3, BLANK, 3], [2, 2, 5]], dtype=np.uint8),
    np.array([0, 0, 0, 1, 1, 1], dtype=np.int32),
    ("skolen", "biblioteket"),
)
"""M3 is reversed; one person has left M2 blank."""

_ROLE: Final = Background(
    "rolle", {"nb": "Rolle"}, (Option("leder", {"nb": "Leder"}), Option("ansatt", {"nb": "Ansatt"}))
)

GROUPED: Final = replace(
    RESPONSES,
    questionnaire=replace(QUESTIONNAIRE, background=(_ROLE,)),
    background={"rolle": np.array([0, 0, 0, 1, 1, 1], dtype=np.uint8)},
)
"""The same six people, who have said whether they lead."""

CITIZENS: Final = replace(GROUPED, questionnaire=replace(GROUPED.questionnaire, kind="citizen"))
"""The same answers, as if citizens had given them: theirs may be weighted."""
