"""Showing a respondent her page: from the fixed pages when nothing is special, else rendered for the occasion."""

from collections.abc import Mapping

from flask import current_app

from surveys.respond.fixed_pages import CODE_MARK, FixedPages, GivenAnswers, NotedCalls
from surveys.respond.opened_pages import OpenedPages
from surveys.respond.progress import AnsweringProgress
from surveys.respond.routes import RoutePage
from surveys.respond.session import RespondentSession, addresses
from surveys.respond.showing import Notes, render


def show(respondent: RespondentSession, place: RoutePage) -> str:
    """The page with the answers given so far."""

    def fixed_part(noted: NotedCalls) -> str:
        """A fixed page is shared: nothing of the session but questionnaire and language may go in."""
        address = addresses(CODE_MARK, respondent.language)
        return render(respondent.questionnaire, place.page, respondent.language, noted, address)

    key = (respondent.lookup.fingerprint, respondent.language, place.number, place.keys)
    fixed = _fixed_pages().get(key, fixed_part)
    return fixed.filled(_given(respondent, place, respondent.progress))


def show_with_notes(
    respondent: RespondentSession,
    place: RoutePage,
    progress: AnsweringProgress,
    notes: Notes,
    *,
    as_sent: Mapping[str, str] | None = None,
    editing: bool = False,
    opened: OpenedPages | None = None,
) -> str:
    """The page with messages, with fields that were refused `as_sent`, or on the way back to the review (`editing`)."""
    given = _given(respondent, place, progress, as_sent)
    return render(
        respondent.questionnaire,
        place.page,
        respondent.language,
        given,
        respondent.address,
        notes=notes,
        editing=editing,
        opened=opened,
    )


def _given(
    respondent: RespondentSession,
    place: RoutePage,
    progress: AnsweringProgress,
    as_sent: Mapping[str, str] | None = None,
) -> GivenAnswers:
    hidden = place.number in respondent.hidden_pages and not progress.is_complete(place.page)
    return GivenAnswers(place, progress, respondent.address_code, as_sent, answered_before=hidden)


def _fixed_pages() -> FixedPages:
    found: FixedPages = current_app.extensions.setdefault("medvirk_fixed_pages", FixedPages())
    return found
