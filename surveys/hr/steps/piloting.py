"""The step that invites the pilot's units first, when HR chose any."""

from collections.abc import Mapping
from typing import Final

from flask import current_app
from sqlalchemy.orm import Session

from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.campaigns.reconciling import ReconcileChoices, reconcile, reconciliation
from surveys.campaigns.scope import Scope
from surveys.hr.steps.reconciling import choices_from, shared_choice, told
from surveys.hr.steps.step import StepDescription, StepRequest, SurveyStep
from surveys.platform.mail_server import why_no_mail
from surveys.platform.texts import _, _l, ngettext


def pilot_units(survey: Survey) -> frozenset[int]:
    """The pilot's units, and everything below them."""
    pilot = Scope.of(survey).pilot
    parents = {unit.unit_id: unit.parent_id for unit in survey.units}

    def is_in_pilot(unit_id: int | None) -> bool:
        while unit_id is not None and unit_id not in pilot:
            unit_id = parents.get(unit_id)
        return unit_id is not None

    return frozenset(unit.unit_id for unit in survey.units if is_in_pilot(unit.unit_id))


def _invite_pilot(request: StepRequest) -> str:
    """The same rule for addresses that several have as when everybody is invited."""
    with request.db.transaction() as session:
        survey = find_survey(session, request.survey_key)
        pilot = pilot_units(survey)
        choices = choices_from(request.details, reconciliation(session, survey).within(pilot))
        secret = current_app.config["SECRETS"].codes
        queued = reconcile(session, survey, choices, secret, request.messages, within=pilot)
    return told(queued)


def _description(session: Session, survey: Survey) -> StepDescription:
    return _describe_chosen(session, survey, {})


def _describe_chosen(session: Session, survey: Survey, given: Mapping[str, str]) -> StepDescription:
    found = reconciliation(session, survey).within(pilot_units(survey))
    choices = choices_from(given, found)
    people = len(found.recipients(choices))
    lines = (
        ngettext(
            "%(num)s person i piloten blir invitert.", "%(num)s personer i piloten blir invitert.", people
        ),
        _("Resten blir ikke invitert ennå. Det gjør du i neste steg."),
        _("Svarene fra piloten teller med som alle andre svar, og spørsmålene kan ikke endres etterpå."),
    )
    decisions = (shared_choice(found, choices),) if found.shared else ()
    return StepDescription(
        _("Invitere piloten først?"), lines, found.messages(choices), decisions, why_no_mail()
    )


def _is_next(session: Session, survey: Survey) -> bool:
    pilot = pilot_units(survey)
    if survey.status != SurveyStatus.OPEN or not pilot:
        return False
    return bool(reconciliation(session, survey).within(pilot).recipients(ReconcileChoices()))


def _invitation(_survey: Survey) -> str:
    return _("Undersøkelsen er åpen. Inviter pilotens enheter først, og se at alt virker.")


INVITE_PILOT: Final = SurveyStep(
    name="invite-pilot",
    label=_l("Inviter piloten"),
    take=_invite_pilot,
    describe=_description,
    status=SurveyStatus.OPEN,
    describe_chosen=_describe_chosen,
    is_next=_is_next,
    invitation=_invitation,
    wakes="outbox",
)
