"""The step in which HR chooses who can open the ballot box; it has a page of its own."""

from typing import Final

from sqlalchemy.orm import Session

from surveys.campaigns.key_holders import is_decided
from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.hr.steps.step import StepRequest, SurveyStep
from surveys.platform.clock import municipal_day
from surveys.platform.texts import _, _l


def _take(_request: StepRequest) -> str:
    raise SurveyError(_("Velg hvem som kan åpne urnen, på siden «Nøkler»."))


def _is_next(session: Session, survey: Survey) -> bool:
    return survey.status == SurveyStatus.DRAFT and not is_decided(session, survey)


def _invitation(_survey: Survey) -> str:
    return _(
        "Undersøkelsen er en kladd. Før den kan åpnes, må dere bestemme hvem som åpner urnen med svarene. Vanlig er at "
        "HR og en tillitsvalgt må åpne den sammen."
    )


def _is_early(survey: Survey) -> bool:
    return survey.opens_on > municipal_day()


CHOOSE_HOLDERS: Final = SurveyStep(
    name="choose_holders",
    label=_l("Velg hvem som åpner urnen"),
    take=_take,
    is_next=_is_next,
    invitation=_invitation,
    is_early=_is_early,
    own_page="keys",
)
