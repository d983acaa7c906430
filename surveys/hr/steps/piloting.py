"""The step that invites the pilot's units first, when HR chose any."""

from typing import Final

from flask import current_app
from sqlalchemy.orm import Session

from surveys.campaigns import outbox
from surveys.campaigns.invitations import Recipient, invite, recipients_from_roster, uses_roster
from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.campaigns.scope import Scope
from surveys.hr.steps.reconciling import told
from surveys.hr.steps.step import StepDescription, SurveyStep, in_transaction
from surveys.platform.texts import _, _l, ngettext


def pilot_recipients(session: Session, survey: Survey) -> list[Recipient]:
    """Those in the pilot's units, and in everything below them, who have no invitation yet."""
    pilot = Scope.of(survey).pilot
    if not pilot or not uses_roster(survey):
        return []
    parents = {unit.unit_id: unit.parent_id for unit in survey.units}

    def is_in_pilot(unit_id: int | None) -> bool:
        while unit_id is not None and unit_id not in pilot:
            unit_id = parents.get(unit_id)
        return unit_id is not None

    return [each for each in recipients_from_roster(session, survey) if is_in_pilot(each.unit_id)]


def _invite_pilot(session: Session, survey: Survey) -> str:
    if survey.status != SurveyStatus.OPEN:
        raise SurveyError(_("Undersøkelsen må være åpen før noen kan inviteres."))
    invite(session, survey, pilot_recipients(session, survey), current_app.config["SECRETS"].codes)
    return told(outbox.queue_invitations(session, survey))


def _description(session: Session, survey: Survey) -> StepDescription:
    people = len(pilot_recipients(session, survey))
    lines = (
        ngettext(
            "%(num)s person i piloten blir invitert.", "%(num)s personer i piloten blir invitert.", people
        ),
        _("Resten blir ikke invitert ennå. Det gjør du i neste steg."),
        _("Svarene fra piloten teller med som alle andre svar, og spørsmålene kan ikke endres etterpå."),
    )
    return StepDescription(_("Invitere piloten først?"), lines)


def _is_next(session: Session, survey: Survey) -> bool:
    return survey.status == SurveyStatus.OPEN and bool(pilot_recipients(session, survey))


def _invitation(_survey: Survey) -> str:
    return _("Undersøkelsen er åpen. Inviter pilotens enheter først, og se at alt virker.")


INVITE_PILOT: Final = SurveyStep(
    name="invite-pilot",
    label=_l("Inviter piloten"),
    take=in_transaction(_invite_pilot),
    describe=_description,
    is_next=_is_next,
    invitation=_invitation,
    wakes="outbox",
)
