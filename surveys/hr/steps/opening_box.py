"""The step in which two key holders open the ballot box together; it has a page of its own."""

from typing import Final

from sqlalchemy.orm import Session

from surveys.campaigns.box_openers import is_opened_by_two
from surveys.campaigns.keystore import key_store
from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.hr.steps.step import StepRequest, SurveyStep
from surveys.platform.texts import _, _l


def box_is_locked(session: Session, survey: Survey) -> bool:
    """Closed, and waiting for two holders."""
    return (
        survey.status == SurveyStatus.CLOSED
        and is_opened_by_two(session, survey)
        and not key_store().can_count(survey.id)
    )


def _take(_request: StepRequest) -> str:
    raise SurveyError(_("Nøkkelholderne åpner urnen hver for seg, på siden «Nøkler»."))


def _invitation(_survey: Survey) -> str:
    return _("Undersøkelsen er lukket. To nøkkelholdere må åpne urnen sammen før svarene kan telles opp.")


OPEN_BOX: Final = SurveyStep(
    name="open_box",
    label=_l("Åpne urnen"),
    take=_take,
    is_next=box_is_locked,
    invitation=_invitation,
    own_page="keys",
)
