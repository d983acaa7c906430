"""How large a survey is: what decides whether a page or the worker takes a step."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.campaigns.ballot_box import Ballot
from surveys.campaigns.models import Survey
from surveys.counting.models import Response


def number_of_answers(session: Session, survey: Survey) -> int:
    """Sealed and opened answer sheets together: counting turns the one into the other."""
    return sum(
        session.scalar(select(func.count()).where(table.survey_id == survey.id)) or 0
        for table in (Ballot, Response)
    )
