"""The respondent's pages. The code and the language are in the address, so no page needs or sets a cookie."""

from collections.abc import Mapping, Sequence
from typing import Final

from flask import current_app, request, url_for
from werkzeug.wrappers import Response

from questionnaires.answers import PageAnswers, read_page
from surveys.access.permissions import open_to_everyone
from surveys.campaigns.models import Invitation
from surveys.campaigns.tally import receipt_codes
from surveys.platform import database
from surveys.respond import drafts, statement_pages, survey_pages
from surveys.respond.ballots import NotOpenError, Trust, deliver
from surveys.respond.blueprint import blueprint
from surveys.respond.ended import ended_page
from surveys.respond.fixed_pages import question_key
from surveys.respond.late_words import WrittenWords, written_words
from surveys.respond.opened_pages import OPENED_BY, newly_opened, opened_pages
from surveys.respond.progress import AnsweringProgress
from surveys.respond.reviewing import reviewed_pages
from surveys.respond.routes import Route, RoutePage
from surveys.respond.session import (
    NotAnsweringError,
    RespondentSession,
    addresses,
    answering,
    lead_to,
    open_session,
)
from surveys.respond.showing import NO_NOTES, fault_notes, reminder
from surveys.respond.taking_back import taken_back

_RECEIPT_FIELD: Final = "kvittering"
"""In the form and in the address: what a receipt is found by (`surveys.campaigns.tally.receipt_codes`)."""


@blueprint.errorhandler(NotAnsweringError)
@blueprint.errorhandler(NotOpenError)
@blueprint.errorhandler(drafts.DraftGoneError)
def lead_to_start(_error: Exception) -> Response | tuple[str, int]:
    """The start page tells what the state is: delivered, closed, not open yet, or ready to go on.

    Words that were on their way are shown on it at once: the browser does not have them any more.
    """
    arguments = request.view_args or {}
    database.session().rollback()
    respondent = open_session(arguments["code"], arguments.get("language"))
    if respondent.lookup.is_over:
        return ended_page(respondent.lookup.survey_id, respondent.language, respondent.shown_code)
    written = written_words(respondent.questionnaire, respondent.language)
    if written and not respondent.takes_answers:
        return _start_page(respondent, written), 409
    return lead_to(url_for("respond.start", code=arguments["code"], sprak=arguments.get("language")))


@blueprint.get("/<code>")
@blueprint.get("/<code>/<language>/", endpoint="start_in")
@open_to_everyone
def start(code: str, language: str | None = None) -> str | Response | tuple[str, int]:
    """Who asks, why, who sees what; or, when answering is over, what the state is."""
    respondent = open_session(code, language)
    if respondent.lookup.is_over:
        return ended_page(respondent.lookup.survey_id, respondent.language, respondent.shown_code)
    return _start_page(respondent)


def _start_page(respondent: RespondentSession, written: Sequence[WrittenWords] = ()) -> str:
    template = "start"
    if respondent.lookup.delivered:
        template = "delivered"
    elif not respondent.lookup.is_open():
        template = "not_open"
    return survey_pages.show(respondent, template, "start_in", written=written)


@blueprint.get("/<code>/<language>/side/<int:number>")
@open_to_everyone
def statements(code: str, language: str, number: int) -> str | Response:
    """A page of questions with the answers so far. `?mangler` shows the reminder, `?endre` leads to the review."""
    respondent = answering(code, language, database.connection())
    place = respondent.route.at(number)
    if place is None:
        return _lead_back_to_the_way(respondent, number)
    if not request.args:
        return statement_pages.show(respondent, place)
    decider = respondent.routes.whole_page(request.args.get(OPENED_BY, 0, type=int))
    notes = reminder(respondent.progress, place.page) if "mangler" in request.args else NO_NOTES
    return statement_pages.show_with_notes(
        respondent,
        place,
        respondent.progress,
        notes,
        editing="endre" in request.args,
        opened=opened_pages(decider, respondent.route, respondent.progress, respondent.language),
    )


@blueprint.post("/<code>/<language>/side/<int:number>")
@open_to_everyone
def save_statements(code: str, language: str, number: int) -> Response | tuple[str, int]:
    """Saves the page whichever button was pressed, and goes where the button says."""
    connection = database.connection()
    respondent = answering(code, language, connection)
    page = respondent.page(number)
    sent = read_page(respondent.questionnaire, page, request.form)
    removed = taken_back(page, sent, request.form)
    # Where she answered before, what she leaves empty is not forgotten.
    reminds = not sent.faults and _goes_forward() and number not in respondent.hidden_pages

    def add_page(before: AnsweringProgress) -> AnsweringProgress:
        after = before.with_page(page, sent, removed)
        forgotten = set(after.unanswered(page)) - {question_key(key) for key in removed}
        return after.with_reminder(number) if reminds and forgotten else after

    progress = drafts.keep(connection, respondent.lookup, respondent.draft, add_page, removed)
    connection.commit()
    route = respondent.routes.after(progress.coded)
    place = route.at(number)
    if sent.faults and place is not None:
        return _show_faults(respondent, place, progress, sent), 422
    newly_reminded = number in progress.reminded and number not in respondent.progress.reminded
    kept = _editing() | newly_opened(page, respondent.route, route)
    if newly_reminded and place is not None:
        return lead_to(respondent.address("statements", number=number, mangler=1, **kept))
    return lead_to(_next_address(respondent, route, number, progress, kept))


@blueprint.get("/<code>/<language>/pause")
@open_to_everyone
def paused(code: str, language: str) -> str:
    """Everything is saved; how to come back, and how nobody else sees it."""
    respondent = answering(code, language)
    if not respondent.has_begun:
        raise NotAnsweringError
    return survey_pages.show(respondent, "paused", "paused")


@blueprint.get("/<code>/<language>/oppsummering")
@open_to_everyone
def review(code: str, language: str) -> str:
    """Every answer, with a way to change it, before delivery."""
    respondent = answering(code, language)
    return survey_pages.show(
        respondent,
        "review",
        "review",
        reviewed=reviewed_pages(
            respondent.questionnaire,
            respondent.route,
            respondent.progress,
            respondent.language,
            respondent.hidden_pages,
        ),
        token=receipt_codes.new_token(),
    )


@blueprint.post("/<code>/<language>/lever")
@open_to_everyone
def deliver_answers(code: str, language: str) -> Response:
    """Delivers once; pressing again on the same page only shows the receipt again, with the same code."""
    respondent = open_session(code, language)
    lookup = respondent.lookup
    token = request.form.get(_RECEIPT_FIELD, "")
    ballot_id = receipt_codes.ballot_id(token, lookup.code)
    # The visit is over: its token has no place in the browser's history.
    address = addresses(respondent.shown_code, respondent.language)
    receipt_address = address("receipt", **({_RECEIPT_FIELD: token} if ballot_id else {}))
    if lookup.delivered and not lookup.is_over:
        return lead_to(receipt_address)
    if lookup.draft is None:
        raise NotAnsweringError
    session = database.session()
    invitation = session.get_one(Invitation, lookup.invitation_id)
    sheet = respondent.delivery.sheet(respondent.questionnaire, lookup.audience, invitation.unit_id)
    trust = Trust(respondent.keys.public_key, current_app.config["SECRETS"].codes)
    deliver(session, invitation, sheet, trust, ballot_id)
    session.commit()
    return lead_to(receipt_address)


@blueprint.get("/<code>/<language>/kvittering")
@open_to_everyone
def receipt(code: str, language: str) -> str:
    """Thanks, and what happens next. Names neither person nor time.

    The receipt code is shown to whoever has the token of the page that the answers were delivered from: nothing joins
    the invitation to the ballot.
    """
    respondent = open_session(code, language)
    lookup = respondent.lookup
    if not lookup.delivered or lookup.is_over:
        raise NotAnsweringError
    token = request.args.get(_RECEIPT_FIELD, "")
    found = receipt_codes.receipt_of(
        database.session(), lookup.survey_id, receipt_codes.ballot_id(token, lookup.code)
    )
    kept = {_RECEIPT_FIELD: token} if found else {}
    return survey_pages.show(
        respondent, "delivered", "receipt", in_address=kept, just_delivered=True, receipt_code=found
    )


def _goes_forward() -> bool:
    return not ({"_tilbake", "_senere", "_sprak"} & request.form.keys())


def _editing() -> dict[str, int]:
    """What an address carries when the page leads back to the review."""
    return {"endre": 1} if "endre" in request.args else {}


def _lead_back_to_the_way(respondent: RespondentSession, number: int) -> Response:
    """A page that other answers have closed leads to the one that follows it now."""
    respondent.page(number)
    return lead_to(respondent.address_of(respondent.route.after(number)))


def _next_address(
    respondent: RespondentSession,
    route: Route,
    number: int,
    progress: AnsweringProgress,
    kept: Mapping[str, int],
) -> str:
    """Where the pressed button leads from this page, on the route that the answers make now, with what is `kept`."""
    form = request.form
    if "_sprak" in form and form["_sprak"] in respondent.questionnaire.languages:
        return respondent.address("statements", number=number, language=form["_sprak"], **kept)
    if "_senere" in form:
        return respondent.address("paused")
    if "_tilbake" in form:
        before = route.before(number)
        opened = {name: value for name, value in kept.items() if name == OPENED_BY}
        return respondent.address_of(before, **opened) if before else respondent.address("start_in")
    if _editing():
        # A changed answer may have opened pages; the review waits until they have been met.
        return respondent.address_of(route.newly_opened(progress.saved), **kept)
    return respondent.address_of(route.after(number), **kept)


def _show_faults(
    respondent: RespondentSession, place: RoutePage, progress: AnsweringProgress, sent: PageAnswers
) -> str:
    """The same page with what is wrong. Refused answers are kept as they were sent: nobody has to write them again."""
    route = respondent.routes.after(progress.coded)
    has_grown = bool(newly_opened(place.page, respondent.route, route))
    refused = {field: value for field, value in request.form.items() if question_key(field) in sent.faults}
    return statement_pages.show_with_notes(
        respondent,
        place,
        progress,
        fault_notes(place.page, sent.faults),
        as_sent=refused,
        editing=bool(_editing()),
        opened=opened_pages(place.page, route, progress, respondent.language) if has_grown else None,
    )
