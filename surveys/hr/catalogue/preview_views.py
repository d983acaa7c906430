"""Questionnaires as those who answer see them, saving nothing.

The pages are the respondents' own templates. What is answered is carried from page to page in the address, so that
the route can be followed; no invitation, draft or ballot is made, and no page writes to the database.
"""

from collections.abc import Mapping

from flask import Blueprint, abort, g, redirect, render_template, request
from werkzeug.wrappers import Response

from questionnaires.answers import read_page
from questionnaires.model import Questionnaire
from surveys.access.models import HR_ROLES
from surveys.access.permissions import requires
from surveys.campaigns.models import Survey
from surveys.hr.catalogue.previewing import Preview, example_survey, read
from surveys.hr.survey_page import survey_for_hr
from surveys.instruments.in_use import find_version
from surveys.platform import database
from surveys.platform.extensions import csrf
from surveys.platform.localisation import use_language
from surveys.respond.fixed_pages import GivenAnswers, question_key
from surveys.respond.reviewing import reviewed_pages
from surveys.respond.routes import Route, RoutePage
from surveys.respond.showing import NO_NOTES, Notes, fault_notes, render
from surveys.respond.survey_pages import page_values

blueprint = Blueprint(
    "previews", __name__, url_prefix="/sporreskjema/<instrument>/v<int:version>/forhandsvisning/<language>"
)

# The respondents' forms have no token, and these forms change nothing: there is nothing to protect.
csrf.exempt(blueprint)


@blueprint.get("/")
@requires(*HR_ROLES)
def start_in(instrument: str, version: int, language: str) -> str:
    """The start page, with the survey's own words when it is previewed for one."""
    return _show(_preview(instrument, version, language), "start", "start_in")


@blueprint.get("/side/<int:number>")
@requires(*HR_ROLES)
def statements(instrument: str, version: int, language: str, number: int) -> str:
    """A page of questions: any page of the audience, also one the answers so far do not lead to."""
    preview = _preview(instrument, version, language)
    return _show_page(preview, _place(preview, number), NO_NOTES)


@blueprint.post("/side/<int:number>")
@requires(*HR_ROLES)
def save_statements(instrument: str, version: int, language: str, number: int) -> Response | tuple[str, int]:
    """Goes where the button says, with the page's answers in the address. Saves nothing."""
    before = _preview(instrument, version, language)
    place = _place(before, number)
    sent = read_page(before.questionnaire, place.page, request.form)
    preview = before.with_answers(place.page, sent.coded)
    if sent.faults:
        refused = {name: value for name, value in request.form.items() if question_key(name) in sent.faults}
        return _show_page(preview, place, fault_notes(place.page, sent.faults), refused), 422
    return redirect(_next_address(preview, preview.route, number), 303)


@blueprint.get("/pause")
@requires(*HR_ROLES)
def paused(instrument: str, version: int, language: str) -> str:
    """What «Fortsett senere» shows."""
    return _show(_preview(instrument, version, language), "paused", "paused")


@blueprint.post("/pause")
@requires(*HR_ROLES)
def choose_word(instrument: str, version: int, language: str) -> Response:
    """The same page again, whichever of its buttons is pressed. Locks nothing: there is nothing to lock."""
    return redirect(_preview(instrument, version, language).address("paused"), 303)


@blueprint.get("/oppsummering")
@requires(*HR_ROLES)
def review(instrument: str, version: int, language: str) -> str:
    """The answers so far, as before delivery."""
    preview = _preview(instrument, version, language)
    reviewed = reviewed_pages(preview.questionnaire, preview.route, preview.progress, preview.language)
    return _show(preview, "review", "review", reviewed=reviewed)


@blueprint.post("/lever")
@requires(*HR_ROLES)
def deliver_answers(instrument: str, version: int, language: str) -> Response:
    """Leads to the receipt. Delivers nothing."""
    return redirect(_preview(instrument, version, language).address("receipt"), 303)


@blueprint.get("/kvittering")
@requires(*HR_ROLES)
def receipt(instrument: str, version: int, language: str) -> str:
    """The receipt."""
    return _show(_preview(instrument, version, language), "delivered", "receipt", just_delivered=True)


def _preview(instrument: str, version: int, language: str) -> Preview:
    """What the address asks to see; 404 when there is no such version or it is not in the language."""
    questionnaire = find_version(database.session(), instrument, version)
    if questionnaire is None or language not in questionnaire.languages:
        abort(404)
    use_language(language)
    preview = Preview(
        questionnaire,
        language,
        "leaders" if request.args.get("rolle") == "leder" else "staff",
        read(questionnaire, request.args.get("svar", "")),
        request.args.get("undersokelse"),
    )
    # The band above the respondents' page is in their frame, which takes no values of ours.
    g.preview = preview
    return preview


def _place(preview: Preview, number: int) -> RoutePage:
    place = preview.place(number)
    if place is None:
        abort(404)
    return place


def _survey(preview: Preview) -> Survey:
    """The survey that is previewed, when it is the reader's and asks this; else an example."""
    if preview.survey_key is None:
        return example_survey(preview.questionnaire)
    survey = survey_for_hr(database.session(), preview.survey_key)
    if not _asks(survey, preview.questionnaire):
        abort(404)
    return survey


def _asks(survey: Survey, questionnaire: Questionnaire) -> bool:
    return (survey.instrument.key, survey.instrument.version) == (questionnaire.key, questionnaire.version)


def _next_address(preview: Preview, route: Route, number: int) -> str:
    """Where the pressed button leads, on the route that the answers make."""
    form = request.form
    if form.get("_sprak") in preview.questionnaire.languages:
        return preview.address("statements", number=number, language=form["_sprak"])
    if "_senere" in form:
        return preview.address("paused")
    if "_tilbake" in form:
        before = route.before(number)
        return preview.address_of(before) if before else preview.address("start_in")
    if "endre" in request.args:
        return preview.address("review")
    return preview.address_of(route.after(number))


def _show_page(
    preview: Preview, place: RoutePage, notes: Notes, as_sent: Mapping[str, str] | None = None
) -> str:
    g.preview_number = place.number
    return render(
        preview.questionnaire,
        place.page,
        preview.language,
        GivenAnswers(place, preview.progress, as_sent=as_sent),
        preview.address,
        notes=notes,
        editing="endre" in request.args,
        frame="hr/catalogue/preview_frame.html",
    )


def _show(preview: Preview, template: str, page: str, **more: object) -> str:
    """One of the pages that tell about the survey, with everything its template is given for a respondent."""
    values = page_values(_survey(preview), preview.questionnaire, preview.language, preview.address, page)
    return render_template(f"hr/catalogue/preview_{template}.html", **values, respondent=preview, **more)
