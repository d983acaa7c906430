"""Showing a page of statements: from the fixed pages when nothing is special, else rendered for the occasion."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import current_app, render_template
from flask_babel import gettext as _

from questionnaires.answers import LONGEST_COMMENT, AnswerFault
from surveys.respond.answering import Arrival
from surveys.respond.fixed_pages import CODE_MARK, FixedPages, GivenAnswers, MarkedAnswers
from surveys.respond.progress import Progress
from surveys.respond.questions import Place, sections
from surveys.respond.wordings import fault_text, language_name


@dataclass(frozen=True)
class Notes:
    """Messages about single questions, by key. They are faults to mend, or a reminder that can be left."""

    messages: Mapping[str, str] = field(default_factory=dict)
    is_reminder: bool = False


NO_NOTES = Notes()


def fault_notes(faults: Mapping[str, AnswerFault]) -> Notes:
    return Notes({key: fault_text(fault) for key, fault in faults.items()})


def reminder(progress: Progress, place: Place) -> Notes:
    """A friendly word about each statement that is not answered; no notes when all are."""
    return Notes(dict.fromkeys(progress.unanswered(place.page), _("Ikke besvart ennå")), is_reminder=True)


def show(arrival: Arrival, place: Place) -> str:
    """The page with the answers given so far."""
    key = (arrival.visit.fingerprint, arrival.language, arrival.visit.audience, place.number)
    fixed = _fixed_pages().get(key, lambda: _render(arrival, place, MarkedAnswers(), NO_NOTES, CODE_MARK))
    return fixed.filled(arrival.visit.code, arrival.progress)


def show_with_notes(
    arrival: Arrival, place: Place, answers: GivenAnswers, notes: Notes, *, editing: bool = False
) -> str:
    """The page with messages, or on the way back to the review (`editing`)."""
    return _render(arrival, place, answers, notes, arrival.shown_code, editing=editing)


def _render(
    arrival: Arrival,
    place: Place,
    answers: GivenAnswers | MarkedAnswers,
    notes: Notes,
    code: str,
    *,
    editing: bool = False,
) -> str:
    """The template. A fixed page is shared: nothing of the arrival but questionnaire and language may go in."""
    return render_template(
        "respond/statements.html",
        code=code,
        text_language=arrival.language,
        languages_offered=[(one, language_name(one)) for one in arrival.questionnaire.languages],
        place=place,
        sections=sections(place.page, arrival.language),
        longest_comment=LONGEST_COMMENT,
        answers=answers,
        notes=notes,
        editing=editing,
    )


def _fixed_pages() -> FixedPages:
    found: FixedPages = current_app.extensions.setdefault("medvirk_fixed_pages", FixedPages())
    return found
