"""Showing a respondent her page: from the fixed pages when nothing is special, else rendered for the occasion."""

from collections.abc import Mapping

from flask import current_app

from surveys.respond.answering import Arrival, addresses
from surveys.respond.fixed_pages import CODE_MARK, FixedPages, GivenAnswers, NotedCalls
from surveys.respond.progress import AnsweringProgress
from surveys.respond.showing import Notes, render
from surveys.respond.way import Place


def show(arrival: Arrival, place: Place) -> str:
    """The page with the answers given so far."""

    def fixed_part(noted: NotedCalls) -> str:
        """A fixed page is shared: nothing of the arrival but questionnaire and language may go in."""
        address = addresses(CODE_MARK, arrival.language)
        return render(arrival.questionnaire, place.page, arrival.language, noted, address)

    key = (arrival.visit.fingerprint, arrival.language, place.number, place.keys)
    fixed = _fixed_pages().get(key, fixed_part)
    return fixed.filled(GivenAnswers(place, arrival.progress, arrival.shown_code))


def show_with_notes(
    arrival: Arrival,
    place: Place,
    progress: AnsweringProgress,
    notes: Notes,
    *,
    as_sent: Mapping[str, str] | None = None,
    editing: bool = False,
) -> str:
    """The page with messages, with fields that were refused `as_sent`, or on the way back to the review (`editing`)."""
    given = GivenAnswers(place, progress, arrival.shown_code, as_sent)
    return render(
        arrival.questionnaire,
        place.page,
        arrival.language,
        given,
        arrival.address,
        notes=notes,
        editing=editing,
    )


def _fixed_pages() -> FixedPages:
    found: FixedPages = current_app.extensions.setdefault("medvirk_fixed_pages", FixedPages())
    return found
