"""Which handler knows which kind of question: `HANDLERS[question.kind]`.

What a new kind needs is listed in CONTRIBUTING.md, «Add a kind of question», and held by
tests/architecture/test_a_new_kind.py. Nothing else knows kinds: the format's schema, rules, routes, storage, the
respondent's pages and the preview ask the handler.
"""

from collections.abc import Mapping
from typing import Final

from questionnaires.handling import Handler
from questionnaires.picking import ChoiceHandler, ChoicesHandler, RecommendHandler, ScaleHandler
from questionnaires.question import Question
from questionnaires.writing import (
    DateHandler,
    InformationHandler,
    MonthHandler,
    NumberHandler,
    TextHandler,
    YearHandler,
)

HANDLERS: Final[Mapping[str, Handler]] = {
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
    return HANDLERS.get(kind) if isinstance(kind, str) else None


def kinds_in_files() -> list[str]:
    """What a questionnaire file may write as a question's `kind`."""
    return [name for name, handler in HANDLERS.items() if not handler.under_factors]


def handler_of(question: Question) -> Handler:
    return HANDLERS[question.kind]
