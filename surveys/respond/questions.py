"""A page's questions as its template reads them: sections of fields, each text in the questionnaire's language."""

from collections.abc import Iterator
from dataclasses import dataclass

from questionnaires.model import Page, Question, Questionnaire, Text
from surveys.platform.localisation import localised
from surveys.platform.texts import _
from surveys.respond.fields import ShownQuestion, shown_question


@dataclass(frozen=True)
class QuestionSection:
    """What stands under one heading. `is_ours`: the heading is the page's words, not the questionnaire's."""

    heading: str
    questions: tuple[ShownQuestion, ...]
    is_ours: bool = False
    has_comments: bool = False


def sections(questionnaire: Questionnaire, page: Page, language: str) -> list[QuestionSection]:
    """The page's sections: one per factor, other questions, background, comments. The first has the page's h1."""
    found = list(_sections(page, language))
    heading = _own_heading(questionnaire, page)
    if heading is None:
        return found
    text = localised(heading, language)
    if len(page.factors) > 1:
        return [QuestionSection(text, ()), *found]
    return [QuestionSection(text, found[0].questions, has_comments=found[0].has_comments), *found[1:]]


def _own_heading(questionnaire: Questionnaire, page: Page) -> Text | None:
    """The page's heading where the first section has none to give."""
    if page.heading is None and page.questions and not page.factors:
        return questionnaire.title
    return page.heading


def _sections(page: Page, language: str) -> Iterator[QuestionSection]:
    def shown(questions: tuple[Question, ...]) -> tuple[ShownQuestion, ...]:
        return tuple(shown_question(question, language) for question in questions)

    rest = shown(page.questions)
    for place, factor in enumerate(page.factors, start=1):
        # Questions beside a factor stand under its heading: they have none of their own.
        beside = rest if place == len(page.factors) else ()
        yield QuestionSection(localised(factor.page_heading, language), shown(factor.questions) + beside)
    if rest and not page.factors:
        yield QuestionSection("", rest)
    if page.background:
        yield QuestionSection(
            _("Litt om deg"), shown(tuple(one.question for one in page.background)), is_ours=True
        )
    if page.comments:
        comments = shown(tuple(one.question for one in page.comments))
        yield QuestionSection(_("Med egne ord"), comments, is_ours=True, has_comments=True)
