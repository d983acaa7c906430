"""Approved comments as readers see them, under the questions they answer. A comment stands beside no rating."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from questionnaires.model import Text
from surveys.campaigns.models import Survey
from surveys.release.comments.approved import approved_comments
from surveys.release.comments.queue import question_texts
from surveys.release.models import Release


@dataclass(frozen=True)
class Answered:
    """A question and the comments that may be read, in an order that is random and stays the same."""

    question: Text
    comments: Sequence[str]


def readable_count(session: Session, survey: Survey, release: Release, unit_id: int) -> int:
    """How many comments may be read at the unit."""
    return len(approved_comments(session, survey, release, unit_id))


def readable_comments(session: Session, survey: Survey, release: Release, unit_id: int) -> list[Answered]:
    """The unit's comments under each question, in the questionnaire's order; questions without any are left out."""
    rows = approved_comments(session, survey, release, unit_id)
    return [
        Answered(text, found)
        for key, text in question_texts(survey).items()
        if (found := [said for question, said in rows if question == key])
    ]
