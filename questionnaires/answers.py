"""Form values → coded answers. The respondent's hot path: plain dictionaries, nothing heavy imported.

A form field has the question's key as its name (`handling` tells of the kinds with more fields). Its value is a
scale value as text («4»), `na` for «not applicable», an option's key, a number, or free text for a comment.
Question keys begin with a letter, so a page's own fields (buttons, tokens) never collide with one when they
begin with `_`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from questionnaires.coding import encode
from questionnaires.handling import NOT_APPLICABLE_VALUE, AnswerFault
from questionnaires.kinds import handler_of
from questionnaires.model import Audience, Page, Questionnaire
from questionnaires.routing import closed_keys_of_page, relevant, relevant_comments
from questionnaires.writing import LONGEST_COMMENT, comment_text

__all__ = [
    "LONGEST_COMMENT",
    "NOT_APPLICABLE_VALUE",
    "AnswerFault",
    "DeliveredSheet",
    "PageAnswers",
    "asked_keys",
    "comment_text",
    "for_delivery",
    "read_page",
    "sheet_is_complete",
    "unanswered",
]


@dataclass(frozen=True)
class PageAnswers:
    """One page as it was sent. Every closed question is in exactly one of `coded`, `faults`, `unanswered`.

    `coded` holds a scale value, an option index (0 first), another kind's code or NOT_APPLICABLE by closed key
    (a question with several choices has a key per option, the others their own key); `comments` the free texts
    that are not blank; `unanswered` the keys of the questions. `cleared` has the closed keys of the unanswered
    questions whose earlier answer the respondent has taken back: a box can be unticked and a field emptied,
    while a radio button cannot be unchosen.
    """

    coded: dict[str, int]
    comments: dict[str, str]
    faults: dict[str, AnswerFault]
    unanswered: tuple[str, ...]
    cleared: frozenset[str] = frozenset()


@dataclass(frozen=True)
class DeliveredSheet:
    """What leaves the respondent's hands: only answers to what was on the respondent's way.

    `row` holds the bytes of `coding.encode`, `asked` the closed keys that were asked, answered or not.
    """

    coded: dict[str, int]
    comments: dict[str, str]
    asked: frozenset[str]
    row: bytes


def read_page(questionnaire: Questionnaire, page: Page, form: Mapping[str, str]) -> PageAnswers:
    """What the form answers on this page. Fields of other pages and unknown fields are ignored.

    The page may come from `route`, with some of its questions left out. Raises ValueError when the page is not
    one of the questionnaire's.
    """
    if not _is_page_of(questionnaire, page):
        msg = f"the page is not one of {questionnaire.key} v{questionnaire.version}"
        raise ValueError(msg)
    coded: dict[str, int] = {}
    comments: dict[str, str] = {}
    faults: dict[str, AnswerFault] = {}
    unanswered: list[str] = []
    cleared: set[str] = set()
    for question in page.asked:
        handler = handler_of(question)
        keys = handler.closed_keys(question)
        read = handler.read(question, form)
        if read.fault:
            faults[question.key] = read.fault
        elif read.coded:
            coded.update(read.coded)
        elif read.text:
            comments[question.key] = read.text
        elif keys:
            unanswered.append(question.key)
            if handler.clearable:
                cleared.update(keys)
    return PageAnswers(coded, comments, faults, tuple(unanswered), frozenset(cleared))


def _is_page_of(questionnaire: Questionnaire, page: Page) -> bool:
    """Whether it is one of the questionnaire's pages, or one with questions left out by the route."""
    wholes = (whole for whole in questionnaire.pages if whole.number == page.number)
    return any(page is whole or all(question in whole.asked for question in page.asked) for whole in wholes)


def unanswered(page: Page, coded: Mapping[str, int]) -> tuple[str, ...]:
    """The keys of the page's closed questions without an answer, in the order they stand."""
    return tuple(
        question.key
        for question in page.asked
        if (handler := handler_of(question)).closed_keys(question)
        and not handler.is_answered(question, coded)
    )


def asked_keys(questionnaire: Questionnaire, audience: Audience) -> frozenset[str]:
    """The closed keys on every page this audience may meet; which of them it does meet, `relevant` says."""
    return frozenset(key for page in questionnaire.pages_for(audience) for key in closed_keys_of_page(page))


def for_delivery(
    questionnaire: Questionnaire,
    audience: Audience,
    answers: Mapping[str, int],
    comments: Mapping[str, str] | None = None,
) -> DeliveredSheet:
    """The answers that are delivered: those to what this audience was asked on the way these answers make.

    An answer to a question that became irrelevant (an earlier answer was changed) is dropped, and its bytes say
    «not asked». So is every comment and every key the questionnaire does not know.
    """
    asked = relevant(questionnaire, audience, answers)
    asked_comments = relevant_comments(questionnaire, audience, answers)
    kept = {key: code for key, code in answers.items() if key in asked}
    texts = {key: text for key, text in (comments or {}).items() if key in asked_comments}
    return DeliveredSheet(kept, texts, asked, encode(questionnaire, kept, asked))


def sheet_is_complete(questionnaire: Questionnaire, audience: Audience, coded: Mapping[str, int]) -> bool:
    """Whether every closed question on the respondent's way is answered; «not applicable» is an answer."""
    return relevant(questionnaire, audience, coded) <= coded.keys()
