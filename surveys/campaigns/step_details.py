"""Who answers for each step of a draft's visibility policy, and who decided that its result is public."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns.checklist import ChecklistItem, untick
from surveys.campaigns.models import ReaderGroup, Survey
from surveys.campaigns.planning import require_draft


@dataclass(frozen=True)
class StepDetails:
    """decided_by, decided_on, withheld: of the public's step alone."""

    responsible: str = ""
    decided_by: str = ""
    decided_on: dt.date | None = None
    withheld: str = ""


def set_step_details(session: Session, survey: Survey, details: Mapping[ReaderGroup, StepDetails]) -> None:
    """What respondents are told beside each day. Raises SurveyError once the survey is open: they have been told."""
    require_draft(survey)
    changed = False
    for step in survey.visibility:
        wanted = details.get(step.readers, StepDetails())
        found = StepDetails(step.responsible, step.decided_by, step.decided_on, step.withheld)
        if wanted != found:
            step.responsible, step.decided_by = wanted.responsible, wanted.decided_by
            step.decided_on, step.withheld = wanted.decided_on, wanted.withheld
            changed = True
    if changed:
        untick(session, survey, ChecklistItem.VISIBILITY)
        session.flush()
        audit.record(session, "survey.changed", survey.key)
