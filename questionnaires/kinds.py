"""Which handler knows which kind of question: `HANDLERS[question.kind]`.

A new kind is, in this order:

1. its name in `question.QuestionKind` and in schema.json;
2. its handler, in `picking` or `writing`, and its line here;
3. a member of `handling.AnswerFault` for each new way of answering wrongly, and its words in
   surveys/respond/wordings.py (mypy says which are missing);
4. its fields in `_FIELDS` of surveys/respond/questions.py; a macro in templates/respond/questions.html only when they
   look like nothing there;
5. one question of the kind in tests/questionnaires/examples/kinds.yaml and its answers in
   tests/questionnaires/test_question_kinds.py; the words in translations/.

Nothing else knows kinds: rules, routes, storage, the respondent's pages and the preview ask the handler.
"""

from collections.abc import Mapping
from typing import Final

from questionnaires.handling import Handler
from questionnaires.picking import ChoiceHandler, ChoicesHandler, RecommendHandler, ScaleHandler
from questionnaires.question import Question, QuestionKind
from questionnaires.writing import (
    DateHandler,
    InformationHandler,
    MonthHandler,
    NumberHandler,
    TextHandler,
    YearHandler,
)

HANDLERS: Final[Mapping[QuestionKind, Handler]] = {
    "scale": ScaleHandler(),
    "choice": ChoiceHandler(),
    "choices": ChoicesHandler(),
    "number": NumberHandler(),
    "year": YearHandler(),
    "month": MonthHandler(),
    "date": DateHandler(),
    "recommend": RecommendHandler(),
    "text": TextHandler(),
    "information": InformationHandler(),
}


def handler_named(kind: object) -> Handler | None:
    """The handler of the kind a file names; None when there is no such kind."""
    return next((handler for name, handler in HANDLERS.items() if name == kind), None)


def handler_of(question: Question) -> Handler:
    return HANDLERS[question.kind]
