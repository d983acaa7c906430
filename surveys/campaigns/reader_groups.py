"""Which groups of readers have a page to read results on today: the only ones a survey may promise a day."""

from collections.abc import Mapping
from typing import Final

from surveys.access.models import Role
from surveys.campaigns.models import ReaderGroup, Survey, VisibilityStep

STEP_OF: Final[Mapping[Role, ReaderGroup]] = {
    Role.LEADER: ReaderGroup.LEADERS,
    Role.REPRESENTATIVE: ReaderGroup.REPRESENTATIVES,
    Role.POLITICIAN: ReaderGroup.POLITICIANS,
}
"""Whose step a role reads by. A group that no role and no open page serves is not here, and is promised nothing."""

SERVED_GROUPS: Final = tuple(group for group in ReaderGroup if group in STEP_OF.values())
"""In the order their days may come."""


def kept_steps(survey: Survey) -> list[VisibilityStep]:
    """The steps of the survey's policy that somebody can read by, in the order of the days.

    Older surveys may have stored steps for other groups: they stay stored, and nobody is told of them.
    """
    return [step for step in survey.visibility if step.readers in SERVED_GROUPS]
