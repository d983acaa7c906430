"""HR's page on who opens the ballot box, and a key holder's own page."""

from flask import abort, flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.models import HR_ROLES, Account, Role
from surveys.access.passwords import PasswordRefusedError
from surveys.access.permissions import requires, signed_in
from surveys.campaigns import key_holders
from surveys.campaigns.ballot_box import Ballot, HolderOffice, KeyHolder
from surveys.campaigns.holder_mail.queueing import latest_mails, unreached
from surveys.campaigns.keystore import key_store
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.campaigns.tally.checking import roots_of
from surveys.hr.key_holding.choices import possible_holders
from surveys.hr.key_holding.forms import (
    OFFICES,
    ONE,
    OPENED_BY,
    TWO,
    HoldersForm,
    OpeningForm,
    PassphraseForm,
    ReserveForm,
)
from surveys.hr.key_holding.nameless_ways import nameless_ways
from surveys.hr.survey_page import blueprint, survey_for_hr, tab
from surveys.platform import database
from surveys.platform.limits import limiter
from surveys.platform.mail_server import why_no_mail
from surveys.platform.texts import _

GUESSES = "10 per hour"
"""Of one account at passphrases and words: each costs the server 256 MB and most of a second."""


@blueprint.route("/undersokelser/<key>/nokler", methods=["GET", "POST"])
@requires(*HR_ROLES)
def keys(key: str) -> Response | str | tuple[str, int]:
    """Who the holders are, how far they have come, and what is left to do."""
    session = database.session()
    survey = survey_for_hr(session, key)
    form = _holders_form(session, survey)
    if not form.validate_on_submit():
        return _page(session, survey, form)
    try:
        if form.opened_by.data == ONE:
            key_holders.open_alone(session, survey, key_store(), form.reason.data or "")
        else:
            hr, representative = (
                session.get_one(Account, int(field.data)) for field in (form.hr, form.representative)
            )
            key_holders.name_holders(session, survey, hr, representative, HolderOffice(form.office.data))
        session.commit()
    except SurveyError as error:
        session.rollback()
        return _page(session, survey, form, str(error)), 409
    flash(_("Valget er lagret."))
    return redirect(url_for("hr.keys", key=key))


@blueprint.post("/undersokelser/<key>/nokler/del-ut")
@requires(*HR_ROLES)
def share_out_key(key: str) -> str | tuple[str, int]:
    """Makes the key. The answer is the page with the reserve words, which can be shown to nobody again."""
    session = database.session()
    survey = survey_for_hr(session, key)
    try:
        words = key_holders.share_out(session, survey, current_user, key_store())
        session.commit()
    except SurveyError as error:
        session.rollback()
        return _page(session, survey, _holders_form(session, survey), str(error)), 409
    return render_template("hr/key_holding/reserve.html", survey=survey, words=words.split())


@blueprint.post("/undersokelser/<key>/nokler/ark")
@requires(*HR_ROLES)
@limiter.limit(GUESSES, key_func=lambda: current_user.account.trail_name)
def give_reserve(key: str) -> Response | tuple[str, int]:
    """The words on paper are one of the two shares."""
    session = database.session()
    survey = survey_for_hr(session, key)
    form = ReserveForm()
    try:
        is_open = key_holders.give_reserve(session, survey, form.words.data or "", key_store())
        session.commit()
    except SurveyError as error:
        session.rollback()
        return _page(session, survey, _holders_form(session, survey), str(error)), 409
    flash(_told(is_open))
    return redirect(url_for("hr.keys", key=key))


@blueprint.route("/undersokelser/<key>/min-nokkel", methods=["GET", "POST"])
@signed_in
@limiter.limit(GUESSES, key_func=lambda: current_user.account.trail_name, methods=["POST"])
def own_key(key: str) -> Response | str | tuple[str, int]:
    """A holder chooses her passphrase before the survey opens, and opens the box with it when it has closed."""
    session = database.session()
    survey, holder = _held(session, key)
    form = OpeningForm() if survey.status == SurveyStatus.CLOSED else PassphraseForm()
    if not form.validate_on_submit():
        return _own_page(session, survey, holder, form)
    try:
        if survey.status == SurveyStatus.CLOSED:
            flash(_told(key_holders.give_share(session, survey, holder, form.passphrase.data, key_store())))
        else:
            key_holders.choose_passphrase(session, survey, holder, form.passphrase.data, key_store())
            flash(_("Nøkkelordene er valgt. Ta vare på dem: ingen kan lage dem på nytt for deg."))
        session.commit()
    except (SurveyError, PasswordRefusedError) as error:
        session.rollback()
        form.passphrase.errors = [str(error)]
        return _own_page(session, *_held(session, key), form), 409
    return redirect(url_for("hr.own_key", key=key))


def _held(session: Session, key: str) -> tuple[Survey, KeyHolder]:
    """The survey and the reader's share of its key; else the request ends with 404: others learn nothing here."""
    try:
        survey = find_survey(session, key)
    except SurveyError:
        abort(404)
    holder = key_holders.holding_of(session, survey, current_user)
    if holder is None:
        abort(404)
    return survey, holder


def _own_page(session: Session, survey: Survey, holder: KeyHolder, form: OpeningForm | PassphraseForm) -> str:
    holding = key_holders.key_holding(session, survey)
    roots = roots_of(session, survey) if survey.status == SurveyStatus.CLOSED else ()
    return render_template(
        "hr/key_holding/own.html",
        survey=survey,
        holder=holder,
        holding=holding,
        form=form,
        nameless=nameless_ways(session, survey),
        root=roots[-1].root.hex() if roots else "",
        ballots=session.scalar(select(func.count()).where(Ballot.survey_id == survey.id)),
        is_open=key_store().can_count(survey.id),
        uses_messages=True,
    )


def _holders_form(session: Session, survey: Survey) -> HoldersForm:
    holding = key_holders.key_holding(session, survey)
    form = HoldersForm()
    form.opened_by.choices = list(OPENED_BY)
    form.hr.choices = possible_holders(session, survey, *HR_ROLES)
    form.representative.choices = possible_holders(session, survey, Role.REPRESENTATIVE)
    form.office.choices = list(OFFICES)
    if not form.is_submitted():
        form.opened_by.data = ONE if survey.one_key_reason else TWO
        form.reason.data = survey.one_key_reason or ""
        if holding:
            form.hr.data, form.representative.data = (str(holder.account_id) for holder in holding.people)
            form.office.data = holding.people[1].office or HolderOffice.REPRESENTATIVE
    return form


def _page(session: Session, survey: Survey, form: HoldersForm, problem: str = "") -> str:
    holding = key_holders.key_holding(session, survey)
    return tab(
        "keys",
        survey,
        form=form,
        problem=problem,
        holding=holding,
        nameless=nameless_ways(session, survey),
        mails=latest_mails(session, survey),
        unreached=unreached(session, survey) if holding else [],
        mail_problem=why_no_mail() if holding else "",
        may_make=holding is not None and not key_holders.is_holder(holding, current_user),
        is_open=key_store().can_count(survey.id),
        reserve_form=ReserveForm(),
    )


def _told(is_open: bool) -> str:
    if is_open:
        return _("Urnen er åpen. HR kan telle opp svarene.")
    return _("Din del er gitt. Urnen åpnes når én til gir sin del, innen et døgn.")
