"""Which groups of readers have a page to read results on: the only ones a survey may promise a day."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from surveys.access.models import Role
from surveys.campaigns.models import ReaderGroup, Survey, VisibilityStep

STEP_OF: Final[Mapping[Role, ReaderGroup]] = {
    Role.LEADER: ReaderGroup.LEADERS,
    Role.REPRESENTATIVE: ReaderGroup.REPRESENTATIVES,
    Role.POLITICIAN: ReaderGroup.POLITICIANS,
}
"""Whose step a role reads the result pages by."""

WITHOUT_ROLE: Final = (ReaderGroup.STAFF, ReaderGroup.PUBLIC)
"""Groups that no role makes anybody a member of: their pages are open to whoever has the link, and to everybody."""

SERVED_GROUPS: Final = tuple(
    group for group in ReaderGroup if group in STEP_OF.values() or group in WITHOUT_ROLE
)
"""In the order their days may come."""


def kept_steps(survey: Survey) -> list[VisibilityStep]:
    """The steps of the survey's policy that somebody can read by, in the order of the days, then of the groups.

    A step for staff or the public that an earlier version stored, and a publication that nobody has decided, stay
    stored: nobody is told of them, and they open nothing.
    """
    kept = [step for step in survey.visibility if step.is_kept and step.readers in SERVED_GROUPS]
    return sorted(kept, key=lambda step: (step.visible_on, SERVED_GROUPS.index(step.readers)))


def kept_step(survey: Survey, readers: ReaderGroup) -> VisibilityStep | None:
    return next((step for step in kept_steps(survey) if step.readers == readers), None)


def day_waited_for(survey: Survey, readers: ReaderGroup, today: dt.date) -> dt.date | None:
    """The day the group may read from, while it has not come; None when it has, or the plan has none."""
    step = kept_step(survey, readers)
    return step.visible_on if step and step.visible_on > today else None


def undecided_step(survey: Survey) -> VisibilityStep | None:
    """The public's step, when nobody has recorded who decided it."""
    return next(
        (
            step
            for step in survey.visibility
            if step.readers == ReaderGroup.PUBLIC and step.promised and not step.is_kept
        ),
        None,
    )


def days_told(survey: Survey) -> list[str]:
    """«leaders 2026-04-10»: the first day of each group, as the trail keeps it when the survey opens."""
    return [f"{step.readers.value} {step.visible_on.isoformat()}" for step in kept_steps(survey)]
