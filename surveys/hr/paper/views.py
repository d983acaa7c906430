"""HR's pages for the ways in that are no e-mail: letters, sheets of loose codes, and the public link."""

from flask import current_app, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from surveys.access.models import HR_ROLES
from surveys.access.permissions import requires
from surveys.campaigns.invitations import Recipient, uses_roster
from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.campaigns.open_group import OPEN_GROUP
from surveys.campaigns.public_links import address_of, make_link, places_of, remove_link
from surveys.hr.paper import sheets as paper
from surveys.hr.paper.forms import (
    LettersForm,
    LooseCodesForm,
    PublicLinkForm,
    asked_unit_choices,
    unit_choices,
)
from surveys.hr.paper.printing import printed_page
from surveys.hr.survey_page import blueprint, survey_for_hr, tab
from surveys.instruments.in_use import questionnaire_of
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.qr import qr_svg
from surveys.platform.texts import _

PaperResponse = Response | str | tuple[str, int]


@blueprint.get("/undersokelser/<key>/brev-og-lenke")
@requires(*HR_ROLES)
def ways_in(key: str) -> str:
    """Letters, loose codes and the public link, and what each is for."""
    return _overview(survey_for_hr(database.session(), key))


@blueprint.post("/undersokelser/<key>/brev")
@requires(*HR_ROLES)
def letters(key: str) -> PaperResponse:
    """The letters that were never printed."""
    return _letters(key, again=False)


@blueprint.post("/undersokelser/<key>/brev-pa-nytt")
@requires(*HR_ROLES)
def letters_again(key: str) -> PaperResponse:
    """Letters that were printed before and whose codes have not been used."""
    return _letters(key, again=True)


def _letters(key: str, *, again: bool) -> PaperResponse:
    """One page for each letter. The codes stand on it, so it is an entry in the audit trail each time."""
    session = database.session()
    survey = survey_for_hr(session, key)
    form = LettersForm()
    form.unit.choices = unit_choices(survey)
    today = municipal_day()
    try:
        paper.require_letters(session, survey)
        if not form.validate_on_submit():
            return _overview(survey, letters_form=form), 422
        chosen = paper.letters_to_print(session, survey, int(form.unit.data), today, again=again)
    except SurveyError as error:
        return _overview(survey, problem=str(error)), 409
    if not chosen:
        return _overview(survey, problem=_("Det er ingen brev å skrive ut for denne enheten.")), 409
    paper.mark_printed(session, survey, chosen, today)
    return printed_page(session, survey, "letter", chosen)


@blueprint.post("/undersokelser/<key>/koder")
@requires(*HR_ROLES)
def loose_codes(key: str) -> PaperResponse:
    """New codes for a unit, as cards to cut apart. Sending the same form again shows the same codes."""
    session = database.session()
    survey = survey_for_hr(session, key)
    form = LooseCodesForm()
    form.loose_unit.choices = asked_unit_choices(survey)
    secret = current_app.config["SECRETS"].codes
    try:
        paper.require_printable(survey)
        if not form.validate_on_submit():
            return _overview(survey, loose_form=form), 422
        wanted = Recipient(int(form.loose_unit.data), language=form.code_language.data, loose=True)
        made = paper.loose_codes(session, survey, wanted, form.count.data, form.batch.data, secret)
    except SurveyError as error:
        return _overview(survey, problem=str(error)), 409
    return printed_page(session, survey, "code_card", made)


@blueprint.post("/undersokelser/<key>/apen-lenke")
@requires(*HR_ROLES)
def save_public_link(key: str) -> PaperResponse:
    """Opens the survey to everybody, or changes where they may answer."""
    session = database.session()
    survey = survey_for_hr(session, key)
    form = PublicLinkForm()
    form.places.choices = asked_unit_choices(survey)
    known, places = {value for value, _text in form.places.choices}, form.places.data or []
    if not form.validate_on_submit() or not known.issuperset(places):
        return _overview(survey, problem=_("Velg en av enhetene i undersøkelsen.")), 422
    try:
        make_link(session, survey, map(int, places))
    except SurveyError as error:
        return _overview(survey, problem=str(error)), 409
    session.commit()
    flash(_("Den åpne lenken er lagret."))
    return redirect(url_for("hr.ways_in", key=key))


@blueprint.post("/undersokelser/<key>/apen-lenke/fjern")
@requires(*HR_ROLES)
def remove_public_link(key: str) -> Response:
    """No more starts by the public link."""
    session = database.session()
    remove_link(session, survey_for_hr(session, key))
    session.commit()
    flash(_("Den åpne lenken er fjernet. De som har begynt, kan fortsatt levere."))
    return redirect(url_for("hr.ways_in", key=key))


@blueprint.get("/undersokelser/<key>/plakat")
@requires(*HR_ROLES)
def poster(key: str) -> str | Response:
    """The public link as a poster."""
    survey = survey_for_hr(database.session(), key)
    if survey.public_link is None:
        return redirect(url_for("hr.ways_in", key=key))
    address = address_of(survey.public_link)
    return render_template(
        "hr/paper/poster.html",
        survey=survey,
        questionnaire=questionnaire_of(survey.instrument),
        address=address,
        qr=qr_svg(address, _("QR-kode til undersøkelsen")),
    )


def _overview(
    survey: Survey,
    problem: str = "",
    letters_form: LettersForm | None = None,
    loose_form: LooseCodesForm | None = None,
) -> str:
    session = database.session()
    asked = asked_unit_choices(survey)
    letters_form = letters_form or LettersForm(formdata=None)
    loose_form = loose_form or LooseCodesForm(formdata=None)
    link = survey.public_link
    places = {str(place.unit_id) for place in link.places} if link else set()
    letters_form.unit.choices, loose_form.loose_unit.choices = unit_choices(survey), asked
    return tab(
        "ways_in",
        survey,
        problem=problem,
        pile=paper.pile(session, survey),
        is_open=survey.status == SurveyStatus.OPEN,
        can_have_link=survey.status in {SurveyStatus.DRAFT, SurveyStatus.OPEN} and not survey.imported,
        letters_form=letters_form,
        loose_form=loose_form,
        link_form=PublicLinkForm(formdata=None),
        units=asked,
        link=link,
        link_address=address_of(link) if link else "",
        link_places=places_of(survey, link) if link else [],
        chosen_places=places,
        for_employees=uses_roster(survey),
        open_group=OPEN_GROUP,
    )
