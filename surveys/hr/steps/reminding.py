"""The step that sends those who have not submitted their next reminder now, before its day in the plan."""

import datetime as dt
from typing import Final

from sqlalchemy.orm import Session

from surveys.campaigns import reminders
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.campaigns.reconciling import reconciliation
from surveys.campaigns.reminder_plan import FEWEST_DAYS_BETWEEN, may_remind_at, next_allowed
from surveys.campaigns.roster_following import update_invitations_from_roster
from surveys.hr.steps.step import StepDescription, StepRequest, SurveyStep
from surveys.platform.clock import now
from surveys.platform.localisation import day_and_date
from surveys.platform.mail_server import why_no_mail
from surveys.platform.texts import _, _l, ngettext


def _remind(request: StepRequest) -> str:
    with request.db.transaction() as session:
        survey = find_survey(session, request.survey_key)
        is_shown = reminders.reminder_outlook(session, survey).shown
        again = update_invitations_from_roster(session, survey)
        queued = reminders.queue_reminders(session, survey)
        in_all = queued.messages + again
        if not in_all:
            raise SurveyError(_("Ingen kan få en påminnelse nå. Ingenting er sendt."))
        if request.messages is not None and request.messages != in_all:
            raise SurveyError(
                _("Tallet er endret siden siden ble vist. Se over det som står her, og bekreft på nytt.")
            )
    said = _("Påminnelsene er lagt i køen.")
    if is_shown:
        said = ngettext(
            "%(num)s påminnelse er lagt i køen.", "%(num)s påminnelser er lagt i køen.", queued.messages
        )
    return f"{said} {_when_sent()}"


def _when_sent() -> str:
    """When what has been queued now will go."""
    if problem := why_no_mail():
        return problem
    if may_remind_at(now()):
        return _("Påminnelser blir sendt straks.")
    return _("Påminnelser blir sendt %(day)s kl. 8.", day=day_and_date(next_allowed(now()).date()))


def _description(session: Session, survey: Survey) -> StepDescription:
    """The number is of those who would get one when the page is shown, at the addresses of today."""
    outlook = reminders.reminder_outlook(session, survey)
    if outlook.used_up:
        return StepDescription(
            _("Begge påminnelsene er sendt"),
            (_("Vi sender aldri flere enn to."),),
            is_idle=True,
            warning=why_no_mail(),
        )
    found = reconciliation(session, survey)
    phones = [each for each in found.phones if each.sends_again]
    again = sum(each.sends_again for each in found.addresses) + len(phones)
    held_back = [each.invitation_id for each in found.addresses] + [each.invitation_id for each in phones]
    own = outlook.now - reminders.due_among(session, survey, held_back)
    sms = outlook.sms - reminders.due_among(session, survey, held_back, sms_only=True)
    lines = [_reminders_told(own, sms) if outlook.shown else _number_not_shown(survey)]
    if again:
        lines.append(
            ngettext(
                "%(num)s person med ny adresse eller nytt nummer får invitasjonen på nytt, dit.",
                "%(num)s personer med ny adresse eller nytt nummer får invitasjonen på nytt, dit.",
                again,
            )
        )
    lines += [
        when_may(outlook.next_day),
        _("Hver person får høyst to påminnelser. De som har sluttet, får ingen."),
        _("Du får ikke vite hvem som ikke har levert."),
        _when_sent(),
    ]
    return StepDescription(
        _("Sende påminnelse?"),
        tuple(filter(None, lines)),
        own + again if outlook.shown else None,
        warning=why_no_mail(),
    )


def _number_not_shown(survey: Survey) -> str:
    return _(
        "De som ikke har levert, får en påminnelse. Vi viser ikke hvor mange det er, for da kunne du regne ut hva "
        "færre enn %(group)s personer har gjort.",
        group=survey.minimum_group,
    )


def _reminders_told(reminders: int, sms: int) -> str:
    if sms:
        return _(
            "Av dem som ikke har levert, får %(mail)s en påminnelse på e-post og %(sms)s på SMS.",
            mail=reminders - sms,
            sms=sms,
        )
    return ngettext(
        "%(num)s person som ikke har levert, får en påminnelse på e-post.",
        "%(num)s personer som ikke har levert, får en påminnelse på e-post.",
        reminders,
    )


def when_may(next_day: dt.date | None) -> str:
    """From when the next of those who were written to lately may be reminded; empty when there are none."""
    if next_day is None:
        return ""
    first = next_allowed(now(), next_day)
    return _(
        "De som fikk en melding for mindre enn %(days)s dager siden, kan tidligst få en påminnelse %(day)s kl. 8.",
        days=FEWEST_DAYS_BETWEEN,
        day=day_and_date(first.date()),
    )


REMIND: Final = SurveyStep(
    name="remind",
    label=_l("Send påminnelse"),
    take=_remind,
    describe=_description,
    wakes="outbox",
    status=SurveyStatus.OPEN,
)
