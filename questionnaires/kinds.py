"""Which handler knows which kind of question: `HANDLERS[question.kind]`.

A new kind is a handler here, its name in `question.QuestionKind` and in schema.json; nothing else knows kinds.
"""

from collections.abc import Mapping
from typing import Final

from questionnaires.handling import Handler
from questionnaires.picking import ChoiceHandler, ChoicesHandler, RecommendHandler, ScaleHandler
from questionnaires.question import Question, QuestionKind
from questionnaires.writing import InformationHandler, MonthHandler, NumberHandler, TextHandler, YearHandler

HANDLERS: Final[Mapping[QuestionKind, Handler]] = {
    "scale": ScaleHandler(),
    "choice": ChoiceHandler(),
    "choices": ChoicesHandler(),
    "number": NumberHandler(),
    "year": YearHandler(),
    "month": MonthHandler(),
    "recommend": RecommendHandler(),
    "text": TextHandler(),
    "information": InformationHandler(),
}


def handler_of(question: Question) -> Handler:
    return HANDLERS[question.kind]
