"""Leaving a device that others use: deleting a draft, and saying honestly what stays in the browser."""

from typing import Final

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from surveys.access.permissions import open_to_everyone
from surveys.platform import database
from surveys.platform.localisation import LANGUAGES
from surveys.respond import drafts, survey_pages
from surveys.respond.blueprint import blueprint
from surveys.respond.late_words import written_words
from surveys.respond.session import answering, lead_to, open_session, use_asked_language
from surveys.respond.texts import language_choices

FORGET: Final = '"cache"'
"""For `Clear-Site-Data`: pages are never stored; this also empties what a browser keeps for its Back button."""


@blueprint.get("/<code>/<language>/slett")
@open_to_everyone
def confirm_erasing(code: str, language: str) -> str:
    """What deleting does, and what it does not, before it is done."""
    return survey_pages.show(answering(code, language), "erase", "confirm_erasing")


@blueprint.post("/<code>/<language>/slett")
@open_to_everyone
def erase(code: str, language: str) -> Response:
    """Deletes the draft; once more changes nothing. The page it leads to has no code in its address."""
    respondent = answering(code, language)
    session = database.session()
    drafts.erase(session, respondent.lookup)
    session.commit()
    if "_begynn" in request.form:
        return lead_to(respondent.address("start_in"))
    return lead_to(url_for("respond.erased", sprak=language))


@blueprint.get("/slettet")
@open_to_everyone
def erased() -> Response:
    """The answers are gone; what still lies in the browser."""
    language = use_asked_language()
    choices = language_choices(LANGUAGES, language, lambda code: url_for("respond.erased", sprak=code))
    response = make_response(render_template("respond/erased.html", choices=choices))
    response.headers["Clear-Site-Data"] = FORGET
    return response


@blueprint.errorhandler(drafts.DraftUnreadableError)
def offer_a_new_beginning(_error: drafts.DraftUnreadableError) -> tuple[str, int]:
    """A draft that cannot be read must not lock anybody out of the survey."""
    arguments = request.view_args or {}
    respondent = open_session(arguments["code"], arguments.get("language"))
    written = written_words(respondent.questionnaire, respondent.language)
    return survey_pages.show(respondent, "unreadable", "start_in", written=written), 409
