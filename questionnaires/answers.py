"""Form values → coded answers. The respondent's hot path: plain dictionaries, nothing heavy imported.

A form field has the question's key as its name. Its value is a scale value as text («4»), `na` for «not
applicable», the option's key for a background question, or free text for a comment. Question keys begin with
a letter, so a page's own fields (buttons, tokens) never collide with one when they begin with `_`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from questionnaires.coding import NOT_APPLICABLE
from questionnaires.model import Audience, Background, Page, Questionnaire, Scale

NOT_APPLICABLE_VALUE: Final = "na"
LONGEST_COMMENT: Final = 4000  # characters, after line ends are made one

# Tab and line feed are text; the other control characters are not, and PostgreSQL refuses NUL. Surrogates
# stand for bytes that were no UTF-8 and cannot be stored either.
_UNPRINTABLE: Final = dict.fromkeys([*range(9), *range(11, 32), *range(127, 160), *range(0xD800, 0xE000)])


class AnswerFault(StrEnum):
    """Why a form value is no answer; the page finds the words."""

    VALUE_NOT_ON_SCALE = "value_not_on_scale"
    NOT_APPLICABLE_NOT_OFFERED = "not_applicable_not_offered"
    UNKNOWN_OPTION = "unknown_option"
    COMMENT_TOO_LONG = "comment_too_long"


@dataclass(frozen=True)
class PageAnswers:
    """One page as it was sent. Every closed question is in exactly one of `coded`, `faults`, `unanswered`.

    `coded` holds a scale value, an option index (0 first) or NOT_APPLICABLE by question key; `comments` the
    free texts that are not blank.
    """

    coded: dict[str, int]
    comments: dict[str, str]
    faults: dict[str, AnswerFault]
    unanswered: tuple[str, ...]


def read_page(questionnaire: Questionnaire, page: Page, form: Mapping[str, str]) -> PageAnswers:
    """What the form answers on this page. Fields of other pages and unknown fields are ignored.

    Raises ValueError when the page is not one of the questionnaire's.
    """
    if page not in questionnaire.pages:
        msg = f"the page is not one of {questionnaire.key} v{questionnaire.version}"
        raise ValueError(msg)
    coded: dict[str, int] = {}
    faults: dict[str, AnswerFault] = {}
    unanswered: list[str] = []
    for key, question in _closed_questions(page):
        value = form.get(key, "").strip()
        if not value:
            unanswered.append(key)
            continue
        read = _option(question, value) if isinstance(question, Background) else _point(question, value)
        if isinstance(read, AnswerFault):
            faults[key] = read
        else:
            coded[key] = read
    comments, comment_faults = _comments(page, form)
    return PageAnswers(coded, comments, faults | comment_faults, tuple(unanswered))


def _comments(page: Page, form: Mapping[str, str]) -> tuple[dict[str, str], dict[str, AnswerFault]]:
    texts = {question.key: comment_text(form.get(question.key, "")) for question in page.comments}
    faults = {key: AnswerFault.COMMENT_TOO_LONG for key, text in texts.items() if len(text) > LONGEST_COMMENT}
    return {key: text for key, text in texts.items() if text and key not in faults}, faults


def comment_text(raw: str) -> str:
    """A free text as it is stored: line ends as line feeds, no control characters, no space around."""
    return raw.replace("\r\n", "\n").replace("\r", "\n").translate(_UNPRINTABLE).strip()


def asked_keys(questionnaire: Questionnaire, audience: Audience) -> frozenset[str]:
    """The closed questions on the pages this audience meets."""
    return frozenset(key for page in questionnaire.pages_for(audience) for key, _ in _closed_questions(page))


def sheet_is_complete(questionnaire: Questionnaire, audience: Audience, coded: Mapping[str, int]) -> bool:
    """Whether every closed question this audience meets is answered; «not applicable» is an answer."""
    return asked_keys(questionnaire, audience) <= coded.keys()


def _closed_questions(page: Page) -> Iterator[tuple[str, Scale | Background]]:
    for factor in page.factors:
        for item in factor.items:
            yield item.key, factor.scale
    for question in page.background:
        yield question.key, question


def _point(scale: Scale, value: str) -> int | AnswerFault:
    if value == NOT_APPLICABLE_VALUE:
        return NOT_APPLICABLE if scale.not_applicable else AnswerFault.NOT_APPLICABLE_NOT_OFFERED
    return scale.value_of.get(value, AnswerFault.VALUE_NOT_ON_SCALE)


def _option(question: Background, value: str) -> int | AnswerFault:
    try:
        return question.option_index(value)
    except KeyError:
        return AnswerFault.UNKNOWN_OPTION
