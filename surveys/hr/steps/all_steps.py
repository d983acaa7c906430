"""Every step of a survey's life, in the order of that life. A new step is a module here and a line in this list."""

from typing import Final

from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey
from surveys.hr.steps.choosing_holders import CHOOSE_HOLDERS
from surveys.hr.steps.closing import CLOSE
from surveys.hr.steps.correcting import CORRECT, PREVIEW_CORRECTION
from surveys.hr.steps.counting import COUNT
from surveys.hr.steps.inviting import INVITE
from surveys.hr.steps.opening import OPEN
from surveys.hr.steps.opening_box import OPEN_BOX
from surveys.hr.steps.piloting import INVITE_PILOT
from surveys.hr.steps.reconciling import RECONCILE
from surveys.hr.steps.releasing import RELEASE
from surveys.hr.steps.reminding import REMIND
from surveys.hr.steps.step import SurveyStep

STEPS: Final = (
    CHOOSE_HOLDERS,
    OPEN,
    INVITE_PILOT,
    INVITE,
    RECONCILE,
    REMIND,
    CLOSE,
    OPEN_BOX,
    COUNT,
    RELEASE,
    PREVIEW_CORRECTION,
    CORRECT,
)


def step_named(name: str) -> SurveyStep:
    """Raises KeyError for an unknown name."""
    return {step.name: step for step in STEPS}[name]


def next_step(session: Session, survey: Survey) -> SurveyStep | None:
    """The first step the survey waits for, None when its life is complete."""
    return next((step for step in STEPS if step.is_next(session, survey)), None)
