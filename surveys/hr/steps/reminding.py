"""The step that reminds those who have not submitted. HR takes it when she wants to, at most twice."""

from typing import Final

from sqlalchemy.orm import Session

from surveys.campaigns import outbox
from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import Survey
from surveys.hr.steps.step import StepDescription, StepRequest, SurveyStep
from surveys.platform.texts import _, _l, ngettext


def _remind(request: StepRequest) -> str:
    with request.db.transaction() as session:
        survey = find_survey(session, request.survey_key)
        queued = outbox.queue_reminders(session, survey, request.reminder)
    return ngettext(
        "%(num)s påminnelse er lagt i køen og blir sendt straks.",
        "%(num)s påminnelser er lagt i køen og blir sendt straks.",
        queued.messages,
    )


def _description(session: Session, survey: Survey) -> StepDescription:
    number = outbox.next_reminder(session, survey)
    if number is None:
        return StepDescription(_("Begge påminnelsene er sendt"), (_("Vi sender aldri flere enn to."),))
    first = ngettext(
        "%(num)s person som ikke har levert, får en påminnelse på e-post.",
        "%(num)s personer som ikke har levert, får en påminnelse på e-post.",
        outbox.reminders_due(session, survey),
    )
    left = _("Dette er påminnelse %(number)s av %(most)s.", number=number, most=outbox.MOST_REMINDERS)
    lines = (first, left, _("Du får ikke vite hvem de er."))
    return StepDescription(_("Sende påminnelse?"), lines, reminder=number)


REMIND: Final = SurveyStep(
    name="remind", label=_l("Send påminnelse"), take=_remind, describe=_description, wakes="outbox"
)
