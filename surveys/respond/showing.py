"""The template of a page of questions, filled in for anybody: a respondent, the fixed part, a preview.

Nothing here knows of invitations or codes, so what a preview shows is what respondents see.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from flask import render_template

from questionnaires.answers import LONGEST_COMMENT, AnswerFault
from questionnaires.model import Page, Questionnaire
from surveys.platform.localisation import language_name, text_attributes
from surveys.platform.texts import _
from surveys.respond.fields import fault_text
from surveys.respond.fixed_pages import GivenAnswers, NotedCalls
from surveys.respond.opened_pages import OpenedPages
from surveys.respond.pictograms import pictogram
from surveys.respond.progress import AnsweringProgress
from surveys.respond.questions import sections
from surveys.respond.session import Address
from surveys.respond.taking_back import SHOWN_FIELD, TAKEN_BACK

RESPONDENTS_FRAME: Final = "layout/respondent.html"


@dataclass(frozen=True)
class Notes:
    """Messages about single questions, by key. They are faults to mend, or a reminder that can be left."""

    messages: Mapping[str, str] = field(default_factory=dict)
    is_reminder: bool = False


NO_NOTES: Final = Notes()


def fault_notes(page: Page, faults: Mapping[str, AnswerFault]) -> Notes:
    """What to do about each answer that could not be used, in the page's order."""
    return Notes(
        {
            question.key: fault_text(faults[question.key], question)
            for question in page.asked
            if question.key in faults
        }
    )


def reminder(progress: AnsweringProgress, page: Page) -> Notes:
    """A friendly word about each question that is not answered; no notes when all are."""
    return Notes(dict.fromkeys(progress.unanswered(page), _("Ikke besvart ennå")), is_reminder=True)


def render(
    questionnaire: Questionnaire,
    page: Page,
    language: str,
    answers: GivenAnswers | NotedCalls,
    address: Address,
    *,
    notes: Notes = NO_NOTES,
    editing: bool = False,
    opened: OpenedPages | None = None,
    frame: str = RESPONDENTS_FRAME,
) -> str:
    """The page. What varies between respondents comes from `answers` alone, since the fixed part is shared.

    `address("save_statements", number=…)` gives where the form goes. `frame` is the template around the page, and
    may extend the respondents' own. The words around the questions are in the language set by `use_language`.
    """
    on_the_way_back = {"endre": 1} if editing else {}
    return render_template(
        "respond/statements.html",
        frame=frame,
        form_address=address("save_statements", number=page.number, **on_the_way_back),
        text_language=language,
        lang=text_attributes(language),
        languages_offered=[(one, language_name(one)) for one in questionnaire.languages],
        easy=questionnaire.reading == "easy",
        sections=sections(questionnaire, page, language),
        longest_comment=LONGEST_COMMENT,
        pictogram=pictogram,
        shown_field=SHOWN_FIELD,
        taken_back=TAKEN_BACK,
        answers=answers,
        notes=notes,
        editing=editing,
        opened=opened,
    )
