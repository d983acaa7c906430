"""The respondent's pages. The code and the language stand in the address, so no page needs or sets a cookie."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from questionnaires.answers import PageAnswers, read_page
from surveys import database
from surveys.access.permissions import open_to_everyone
from surveys.campaigns.models import Invitation, SurveyStatus
from surveys.respond import drafts, statement_pages
from surveys.respond.answering import (
    Arrival,
    NotAnsweringError,
    answering,
    arrive,
)
from surveys.respond.ballots import NotOpenError, deliver
from surveys.respond.blueprint import blueprint
from surveys.respond.fixed_pages import GivenAnswers
from surveys.respond.progress import Progress
from surveys.respond.questions import Place, sections
from surveys.respond.visits import survey_of
from surveys.respond.wordings import Deadline, language_choices, who_sees_what


@blueprint.errorhandler(NotAnsweringError)
@blueprint.errorhandler(NotOpenError)
@blueprint.errorhandler(drafts.DraftGoneError)
def lead_to_start(_error: Exception) -> Response:
    """The start page tells how things stand: delivered, closed, not open yet, or ready to go on."""
    arguments = request.view_args or {}
    return redirect(url_for("respond.start", code=arguments["code"], sprak=arguments.get("language")), 303)


@blueprint.get("/<code>")
@blueprint.get("/<code>/<language>/", endpoint="start_in")
@open_to_everyone
def start(code: str, language: str | None = None) -> str:
    """Who asks, why, who sees what; or, when answering is over, how things stand."""
    arrival = arrive(code, language)
    template = "start"
    if arrival.visit.delivered:
        template = "delivered"
    elif arrival.visit.status != SurveyStatus.OPEN:
        template = "not_open"
    return _page(arrival, template, "start_in")


@blueprint.get("/<code>/<language>/side/<int:number>")
@open_to_everyone
def statements(code: str, language: str, number: int) -> str:
    """A page of statements with the answers so far. `?mangler` shows the reminder, `?endre` leads to the review."""
    arrival = answering(code, language)
    place = arrival.place(number)
    if not request.args:
        return statement_pages.show(arrival, place)
    shows_reminder = "mangler" in request.args
    notes = statement_pages.reminder(arrival.progress, place) if shows_reminder else statement_pages.NO_NOTES
    return statement_pages.show_with_notes(
        arrival, place, GivenAnswers(arrival.progress), notes, editing="endre" in request.args
    )


@blueprint.post("/<code>/<language>/side/<int:number>")
@open_to_everyone
def save_statements(code: str, language: str, number: int) -> Response | tuple[str, int]:
    """Saves the page whichever button was pressed, and goes where the button says."""
    arrival = answering(code, language)
    place = arrival.place(number)
    sent = read_page(arrival.questionnaire, place.page, request.form)
    reminds = not sent.faults and _goes_forward()

    def add_page(before: Progress) -> Progress:
        after = before.with_page(number, place.page, sent)
        return after.with_reminder(number) if reminds and after.unanswered(place.page) else after

    session = database.session()
    progress = drafts.keep(session, arrival.visit, arrival.box, add_page)
    session.commit()
    if sent.faults:
        return _show_faults(arrival, place, progress, sent), 422
    newly_reminded = number in progress.reminded and number not in arrival.progress.reminded
    return redirect(_next_address(arrival, place, remind=newly_reminded), 303)


@blueprint.get("/<code>/<language>/pause")
@open_to_everyone
def paused(code: str, language: str) -> str:
    """Everything is saved; how to come back."""
    return _page(answering(code, language), "paused", "paused")


@blueprint.get("/<code>/<language>/oppsummering")
@open_to_everyone
def review(code: str, language: str) -> str:
    """Every answer, with a way to change it, before delivery."""
    arrival = answering(code, language)
    progress = arrival.progress
    return _page(
        arrival,
        "review",
        "review",
        reviewed=[(place, sections(place.page, arrival.language)) for place in arrival.places],
        unanswered=sum(len(progress.unanswered(place.page)) for place in arrival.places),
    )


@blueprint.post("/<code>/<language>/lever")
@open_to_everyone
def deliver_answers(code: str, language: str) -> Response:
    """Delivers once; pressing again only shows the receipt again."""
    arrival = arrive(code, language)
    visit = arrival.visit
    if visit.delivered:
        return redirect(arrival.address("receipt"), 303)
    if visit.draft is None:
        raise NotAnsweringError
    session = database.session()
    invitation = session.get_one(Invitation, visit.invitation_id)
    sheet = arrival.progress.sheet(arrival.questionnaire, visit.audience, invitation.unit_id)
    deliver(session, invitation, sheet)
    session.commit()
    return redirect(arrival.address("receipt"), 303)


@blueprint.get("/<code>/<language>/kvittering")
@open_to_everyone
def receipt(code: str, language: str) -> str:
    """Thanks, and what happens next. Names neither person, number nor time."""
    arrival = arrive(code, language)
    if not arrival.visit.delivered:
        raise NotAnsweringError
    return _page(arrival, "delivered", "receipt", just_delivered=True)


def _goes_forward() -> bool:
    return not ({"_tilbake", "_senere", "_sprak"} & request.form.keys())


def _next_address(arrival: Arrival, place: Place, *, remind: bool) -> str:
    """Where the pressed button leads from this page."""
    form, editing = request.form, {"endre": 1} if "endre" in request.args else {}
    if form.get("_sprak") in arrival.questionnaire.languages:
        return arrival.address("statements", number=place.number, language=form["_sprak"], **editing)
    if "_senere" in form:
        return arrival.address("paused")
    if "_tilbake" in form:
        return (
            arrival.address("statements", number=place.number - 1)
            if place.number > 1
            else arrival.address("start_in")
        )
    if remind:
        return arrival.address("statements", number=place.number, mangler=1, **editing)
    if editing or place.number == place.total:
        return arrival.address("review")
    return arrival.address("statements", number=place.number + 1)


def _show_faults(arrival: Arrival, place: Place, progress: Progress, sent: PageAnswers) -> str:
    """The same page with what is wrong. Refused texts stand as they were sent: nobody has to write them again."""
    comments = [question.key for question in place.page.comments]
    refused = {key: request.form[key] for key in comments if key in sent.faults}
    return statement_pages.show_with_notes(
        arrival,
        place,
        GivenAnswers(progress, refused),
        statement_pages.fault_notes(sent.faults),
        editing="endre" in request.args,
    )


def _page(arrival: Arrival, template: str, page: str, **more: object) -> str:
    """A page that tells about the survey."""
    survey = survey_of(database.session(), arrival.visit)
    return render_template(
        f"respond/{template}.html",
        arrival=arrival,
        survey=survey,
        progress=arrival.progress,
        text_language=arrival.language,
        deadline=Deadline.of(survey),
        who_sees_what=who_sees_what(survey),
        choices=language_choices(
            arrival.questionnaire.languages,
            arrival.language,
            lambda code: arrival.address(page, language=code),
        ),
        **more,
    )
