"""The review: every answer on the route, in words."""

from collections.abc import Collection
from dataclasses import dataclass

from questionnaires.kinds import handler_of
from questionnaires.model import Question, Questionnaire
from surveys.respond.fields import ShownQuestion
from surveys.respond.progress import AnsweringProgress
from surveys.respond.questions import sections
from surveys.respond.routes import Route


@dataclass(frozen=True)
class ReviewedAnswer:
    """A question and its answer in words, a line for each box that was ticked; no lines when unanswered."""

    question: ShownQuestion
    lines: tuple[str, ...]


@dataclass(frozen=True)
class ReviewedPage:
    """`is_ours`: the heading is the page's words, not the questionnaire's. `unanswered` closed questions.

    `is_hidden`: she has answered it before in a visit whose answers this one is not shown, so what is shown is what
    she has answered anew, and what is missing cannot be told.
    """

    number: int
    heading: str
    is_ours: bool
    answers: tuple[ReviewedAnswer, ...]
    unanswered: int
    is_hidden: bool = False


def reviewed_pages(
    questionnaire: Questionnaire,
    route: Route,
    progress: AnsweringProgress,
    language: str,
    hidden: Collection[int] = (),
) -> list[ReviewedPage]:
    """The pages of the route that ask for something. `hidden`: the numbers of those whose answers may not be shown."""
    pages = []
    for place in route.pages:
        parts = sections(questionnaire, place.page, language)
        shown = [question for part in parts for question in part.questions if question.takes_answers]
        asked = {question.key: question for question in place.page.asked}
        answers = tuple(
            ReviewedAnswer(question, _in_words(asked[question.key], question, progress, language))
            for question in shown
        )
        if answers:
            first = parts[0]
            is_hidden = place.number in hidden and not progress.is_complete(place.page)
            if is_hidden:
                answers = tuple(answer for answer in answers if answer.lines)
            missing = 0 if is_hidden else len(progress.unanswered(place.page))
            pages.append(
                ReviewedPage(place.number, first.heading, first.is_ours, answers, missing, is_hidden)
            )
    return pages


def _in_words(
    question: Question, shown: ShownQuestion, progress: AnsweringProgress, language: str
) -> tuple[str, ...]:
    if shown.shape == "text":
        comment = progress.comments.get(question.key)
        return (comment,) if comment else ()
    handler = handler_of(question)
    if shown.shape == "boxes":
        fields = handler.form_values(question, progress.coded)
        offered = (*shown.choices, *shown.apart)
        return tuple(choice.label for choice in offered if fields.get(choice.field) == choice.value)
    described = handler.describe(question, progress.coded, language)
    return (described,) if described is not None else ()
