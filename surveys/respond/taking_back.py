"""Answers a respondent takes back without a script: a box unticked, a field emptied, «Ta bort svaret» chosen."""

from collections.abc import Iterator, Mapping
from typing import Final

from questionnaires.answers import PageAnswers
from questionnaires.kinds import handler_of
from questionnaires.model import Page, Question

SHOWN_FIELD: Final = "_vist"
"""The form's own field: the questions the page showed an answer to, by key."""

# A radio button cannot be unchosen, so there is one more to choose. It stands there only when an answer is stored:
# a page that is met for the first time has nothing to take back, and no more to read.
TAKEN_BACK: Final = ""


def taken_back(page: Page, sent: PageAnswers, form: Mapping[str, str]) -> frozenset[str]:
    """The closed keys, and the keys of comments, whose answers are to be removed.

    An empty field takes an answer back only if the page showed one there: a page that was opened before the
    question was answered in another tab says nothing about it.
    """
    shown = frozenset(form.get(SHOWN_FIELD, "").split())
    return frozenset(_taken_back(page, sent, form, shown))


def _taken_back(
    page: Page, sent: PageAnswers, form: Mapping[str, str], shown: frozenset[str]
) -> Iterator[str]:
    for question in page.asked:
        if question.key in sent.unanswered:
            keys = handler_of(question).closed_keys(question)
            emptied = question.key in shown and sent.cleared.issuperset(keys)
            if emptied or _chose_to_take_back(question, form):
                yield from keys
    for comment in page.comments:
        if comment.key in shown and comment.key not in sent.comments and comment.key not in sent.faults:
            yield comment.key


def _chose_to_take_back(question: Question, form: Mapping[str, str]) -> bool:
    return not handler_of(question).clearable and form.get(question.key) == TAKEN_BACK
