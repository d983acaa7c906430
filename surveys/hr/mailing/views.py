"""HR's pages for what a survey sends: what did not arrive, the plan of reminders, own words, and replaced codes."""

from collections.abc import Callable

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.models import HR_ROLES
from surveys.access.permissions import requires
from surveys.audit import trail as audit
from surveys.campaigns import outbox, reminders
from surveys.campaigns.failed_mails import (
    correct_address,
    correct_phone,
    failed_mails,
    turn_into_letter,
    waiting_faults,
)
from surveys.campaigns.failure_words import told_together
from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import MessageKind, Survey, SurveyStatus
from surveys.campaigns.own_openings import PLACEHOLDERS
from surveys.campaigns.planned_reminders import invited_first_on, offered_plan, plan_of, plan_to_come
from surveys.campaigns.reminder_plan import default_plan
from surveys.campaigns.replacing_codes import find_invited, replace_code, require_replaceable
from surveys.hr.mailing.forms import (
    AddressForm,
    OpeningsForm,
    PhoneForm,
    ReminderPlanForm,
    ReplaceCodeForm,
    faults_typed,
)
from surveys.hr.mailing.previewing import SmsPreview, previewed, previewed_sms, send_test
from surveys.hr.mailing.texts import text_warnings
from surveys.hr.paper import sheets
from surveys.hr.paper.printing import printed_page
from surveys.hr.reminder_texts import offer_told, reminders_told, too_short_told
from surveys.hr.steps.reminding import when_may
from surveys.hr.survey_page import blueprint, survey_for_hr, tab
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import LANGUAGES
from surveys.platform.mail_server import why_no_mail
from surveys.platform.messages import flash_at
from surveys.platform.queue import wake
from surveys.platform.sms_gateway import sms_is_set_up
from surveys.platform.texts import _

Page = str | Response | tuple[str, int]


@blueprint.get("/undersokelser/<key>/utsending")
@requires(*HR_ROLES)
def mailing(key: str) -> str:
    """What has been sent, what did not arrive, and what will be sent by itself."""
    return _overview(survey_for_hr(database.session(), key))


@blueprint.post("/undersokelser/<key>/utsending/paminnelser")
@requires(*HR_ROLES)
def save_reminder_plan(key: str) -> Page:
    """Changes the days of the reminders, or turns them off."""
    session = database.session()
    survey = survey_for_hr(session, key)
    form = ReminderPlanForm()
    if survey.status != SurveyStatus.OPEN:
        return _overview(survey, problem=_("Planen kan endres mens undersøkelsen er åpen.")), 409
    if not form.validate_on_submit():
        return _overview(survey, plan_form=form), 422
    plan = form.plan()
    survey.first_reminder_after, survey.second_reminder_after = plan.first, plan.second
    audit.record(session, "survey.reminders_planned", survey.key, first=plan.first, second=plan.second)
    session.commit()
    invited_on = invited_first_on(session, survey, municipal_day())
    said = flash_at("paminnelser", reminders_told(plan, invited_on, survey.closes_on))
    return redirect(url_for("hr.mailing", key=key, _anchor=said))


@blueprint.post("/undersokelser/<key>/utsending/adresse")
@requires(*HR_ROLES)
def correct_failed(key: str) -> Page:
    """Corrects an address and sends the same code there."""
    return _corrected(
        key,
        correct_address,
        AddressForm(),
        lambda is_another: f"{_address_told(is_another)} {why_no_mail()}".rstrip(),
    )


@blueprint.post("/undersokelser/<key>/utsending/nummer")
@requires(*HR_ROLES)
def correct_failed_number(key: str) -> Page:
    """Corrects a number and sends the same code there."""
    return _corrected(key, correct_phone, PhoneForm(), _number_told)


def _address_told(is_another: bool) -> str:
    if is_another:
        return _("Adressen er rettet, og invitasjonen blir sendt dit.")
    return _("Adressen er den samme som før. Invitasjonen blir sendt dit en gang til.")


def _number_told(is_another: bool) -> str:
    if is_another:
        return _("Mobilnummeret er rettet, og invitasjonen blir sendt dit.")
    return _("Mobilnummeret er det samme som før. Invitasjonen blir sendt dit en gang til.")


def _corrected(
    key: str,
    correct: Callable[[Session, Survey, int, str], bool],
    form: AddressForm | PhoneForm,
    told: Callable[[bool], str],
) -> Page:
    """Whether she has delivered already is not told, and what happens is the same."""
    session = database.session()
    survey = survey_for_hr(session, key)
    field = form.email if isinstance(form, AddressForm) else form.phone
    if not form.validate_on_submit():
        return _overview(survey, typed=form), 422
    try:
        is_another = correct(session, survey, _number(form.invitation.data), field.data)
    except SurveyError as error:
        field.errors = [str(error)]
        return _overview(survey, typed=form), 409
    session.commit()
    wake("outbox")
    flash(told(is_another))
    return redirect(url_for("hr.mailing", key=key))


@blueprint.post("/undersokelser/<key>/utsending/brev")
@requires(*HR_ROLES)
def letter_instead(key: str) -> Page:
    """That person's letter, on a page to print. The code stands on it, so it is an entry in the audit trail."""
    session = database.session()
    survey = survey_for_hr(session, key)
    try:
        invitation = turn_into_letter(session, survey, _number(request.form.get("invitation")))
    except SurveyError as error:
        return _overview(survey, problem=str(error)), 409
    sheets.mark_printed(session, survey, [invitation], municipal_day())
    return printed_page(session, survey, "letter", [invitation])


@blueprint.post("/undersokelser/<key>/utsending/kode")
@requires(*HR_ROLES)
def replace_a_code(key: str) -> Page:
    """Withdraws one person's code and gives her a new one."""
    session = database.session()
    survey = survey_for_hr(session, key)
    form = ReplaceCodeForm()
    try:
        require_replaceable(survey)
    except SurveyError as error:
        return _overview(survey, problem=str(error)), 409
    if not form.validate_on_submit():
        return _overview(survey, code_form=form), 422
    try:
        found = find_invited(session, survey, form.person.data)
        replace_code(session, survey, found, current_app.config["SECRETS"].codes)
    except SurveyError as error:
        form.person.errors = [str(error)]
        return _overview(survey, code_form=form), 409
    session.commit()
    wake("outbox")
    flash(
        _(
            "Koden er byttet. Den gamle lenken sier at den er byttet ut. Den nye går "
            "samme vei som den gamle: på e-post, SMS eller som brev."
        )
    )
    return redirect(url_for("hr.mailing", key=key))


@blueprint.route("/undersokelser/<key>/utsending/tekster", methods=["GET", "POST"])
@requires(*HR_ROLES)
def mail_words(key: str) -> Page:
    """HR's own opening paragraphs, and every mail as it will be read."""
    session = database.session()
    survey = survey_for_hr(session, key)
    form = OpeningsForm()
    if request.method == "GET":
        form.show(survey)
        return _words(survey, form)
    if not form.validate_on_submit():
        return _words(survey, form), 422
    survey.invitation_opening = form.openings(MessageKind.INVITATION)
    survey.reminder_opening = form.openings(MessageKind.REMINDER)
    audit.record(session, "survey.mail_words_saved", survey.key)
    session.commit()
    flash(_("Tekstene er lagret. Slik blir e-postene."))
    return redirect(url_for("hr.mail_words", key=key))


@blueprint.post("/undersokelser/<key>/utsending/prove")
@requires(*HR_ROLES)
def test_mail(key: str) -> Page:
    """Sends one of the mails to oneself."""
    session = database.session()
    survey = survey_for_hr(session, key)
    kind, language = request.form.get("kind", ""), request.form.get("language", "")
    if kind not in set(MessageKind) or language not in LANGUAGES:
        abort(400)
    try:
        send_test(session, survey, MessageKind(kind), language, current_user.account.email)
    except SurveyError as error:
        form = OpeningsForm(formdata=None)
        form.show(survey)
        return _words(survey, form, problem=str(error)), 409
    flash(_("Prøven er sendt til %(email)s.", email=current_user.account.email))
    return redirect(url_for("hr.mail_words", key=key))


def _number(text: str | None) -> int:
    if not text or not text.isdecimal():
        abort(400)
    return int(text)


def _overview(
    survey: Survey,
    problem: str = "",
    plan_form: ReminderPlanForm | None = None,
    code_form: ReplaceCodeForm | None = None,
    typed: AddressForm | PhoneForm | None = None,
) -> str:
    session = database.session()
    plan = plan_of(survey)
    if plan_form is None:
        plan_form = ReminderPlanForm(formdata=None, first=plan.first, second=plan.second)
    outlook = reminders.reminder_outlook(session, survey)
    offered = offered_plan(session, survey, municipal_day())
    failures = failed_mails(session, survey)
    typed_faults = faults_typed(failures, typed) if typed and survey.status == SurveyStatus.OPEN else []
    if typed and not typed_faults:
        problem = next((str(each) for errors in typed.errors.values() for each in errors), problem)
    return tab(
        "mailing",
        survey,
        problem=problem,
        mail_problem=why_no_mail(),
        mail=outbox.outbox_counts(session, survey),
        failures=failures,
        waiting=waiting_faults(session, survey),
        reasons=told_together(failure.fault for failure in failures),
        typed_faults=typed_faults,
        typed=typed if isinstance(typed, AddressForm) else None,
        typed_number=typed if isinstance(typed, PhoneForm) else None,
        is_open=survey.status == SurveyStatus.OPEN,
        plan=_plan_in_words(session, survey),
        offer=offered,
        offered=offer_told(offered) if offered else "",
        plan_form=plan_form,
        code_form=code_form or ReplaceCodeForm(formdata=None),
        reminders=outlook,
        when_may=when_may(outlook.next_day),
        text_warnings=text_warnings(survey),
    )


def _plan_in_words(session: Session, survey: Survey) -> str:
    today = municipal_day()
    if survey.status not in {SurveyStatus.DRAFT, SurveyStatus.OPEN}:
        return _("Undersøkelsen er lukket, og ingen får flere påminnelser.")
    plan = plan_to_come(survey, today) if survey.status == SurveyStatus.DRAFT else plan_of(survey)
    invited_on = invited_first_on(session, survey, today)
    if plan.is_off and default_plan(invited_on, survey.closes_on).is_off:
        return too_short_told()
    said = reminders_told(plan, invited_on, survey.closes_on)
    if plan.is_off:
        return said
    hours = _(
        "De går på hverdager mellom kl. 8 og 20, med minst tre dager mellom, bare til dem som ikke har svart, og "
        "stanser når undersøkelsen lukkes."
    )
    return f"{said} {hours}"


def _sms_texts(survey: Survey) -> list[tuple[MessageKind, str, SmsPreview]]:
    session = database.session()
    return [
        (kind, code, previewed_sms(session, survey, kind, code)) for kind in MessageKind for code in LANGUAGES
    ]


def _words(survey: Survey, form: OpeningsForm, problem: str = "") -> str:
    session = database.session()
    letters = [
        (kind, code, previewed(session, survey, kind, code)) for kind in MessageKind for code in LANGUAGES
    ]
    return render_template(
        "hr/mailing/words.html",
        survey=survey,
        form=form,
        problem=problem,
        letters=letters,
        texts=_sms_texts(survey) if sms_is_set_up() else [],
        placeholders=list(PLACEHOLDERS.values()),
        own_email=current_user.account.email,
        mail_problem=why_no_mail(),
    )
