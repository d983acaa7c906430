"""Which pages and questions a respondent meets, from the answers given so far. Pure functions.

A condition refers to a question on an earlier page only (`route_rules` checks it), so one walk through the pages
in order decides everything: when a condition is read, it is known whether its question was asked at all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from questionnaires.kinds import handler_of
from questionnaires.model import Audience, Condition, Page, Question, Questionnaire


def route(questionnaire: Questionnaire, audience: Audience, answers: Mapping[str, int]) -> tuple[Page, ...]:
    """The pages this audience meets after these coded answers, each with only the questions it then has.

    A page whose questions are all left out is left out. Pages keep their `number`, and comment questions follow
    the same conditions as the others. An answer to a question that is not asked counts for nothing.
    """
    return tuple(_walk(questionnaire, audience, answers))


def relevant(questionnaire: Questionnaire, audience: Audience, answers: Mapping[str, int]) -> frozenset[str]:
    """The closed keys this audience is asked after these coded answers, answered or not."""
    return frozenset(
        key for page in _walk(questionnaire, audience, answers) for key in closed_keys_of_page(page)
    )


def relevant_comments(
    questionnaire: Questionnaire, audience: Audience, answers: Mapping[str, int]
) -> frozenset[str]:
    """The comment questions this audience is asked after these coded answers."""
    return frozenset(
        question.key for page in _walk(questionnaire, audience, answers) for question in page.comments
    )


def closed_keys_of_page(page: Page) -> tuple[str, ...]:
    """The closed keys of everything on the page, in the order it stands."""
    return tuple(key for question in page.asked for key in handler_of(question).closed_keys(question))


def holds(condition: Condition, question: Question, answers: Mapping[str, int]) -> bool:
    """Whether the condition on this question, which was asked, holds after these answers."""
    handler = handler_of(question)
    answered = handler.is_answered(question, answers)
    if condition.answered is not None:
        return answered is condition.answered
    values = handler.values(question, answers)
    if condition.any_of is not None:
        return not condition.any_of.isdisjoint(values)
    return answered and condition.none_of is not None and condition.none_of.isdisjoint(values)


def _walk(questionnaire: Questionnaire, audience: Audience, answers: Mapping[str, int]) -> Iterator[Page]:
    asked: dict[str, Question] = {}

    def open_to(condition: Condition | None) -> bool:
        if condition is None:
            return True
        question = asked.get(condition.question)
        return question is not None and holds(condition, question, answers)

    for page in questionnaire.pages_for(audience):
        if not open_to(page.when):
            continue
        shown = page
        if any(question.when for question in page.asked):
            shown = replace(
                page,
                background=tuple(one for one in page.background if open_to(one.when)),
                comments=tuple(one for one in page.comments if open_to(one.when)),
                questions=tuple(one for one in page.questions if open_to(one.when)),
            )
        if shown.asked:
            yield shown
            asked.update((question.key, question) for question in shown.asked)
