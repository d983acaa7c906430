"""Comments as readers see them: approved by HR, of a released survey, where enough people have answered.

Reads comments and HR's decisions, never a response: a comment stands beside no rating.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.model import Text
from surveys.campaigns.models import Survey
from surveys.results.comments.models import Comment, CommentReview, CommentStatus
from surveys.results.comments.queue import question_texts
from surveys.results.models import Release, Turnout


@dataclass(frozen=True)
class Answered:
    """A question and the comments that may be read, in an order that is random and stays the same."""

    question: Text
    comments: Sequence[str]


def readable_count(session: Session, survey: Survey, release: Release, unit_id: int) -> int:
    """How many comments may be read at the unit."""
    return len(_readable(session, survey, release, unit_id))


def readable_comments(session: Session, survey: Survey, release: Release, unit_id: int) -> list[Answered]:
    """The unit's comments under each question, in the questionnaire's order; questions without any are left out."""
    rows = _readable(session, survey, release, unit_id)
    return [
        Answered(text, found)
        for key, text in question_texts(survey).items()
        if (found := [said for question, said in rows if question == key])
    ]


def _readable(session: Session, survey: Survey, release: Release, unit_id: int) -> list[tuple[str, str]]:
    """(question, text). The level is checked here too, though no comment is stored below it: two locks, one door."""
    delivered = session.scalar(
        select(Turnout.delivered).where(Turnout.release_id == release.id, Turnout.unit_id == unit_id)
    )
    if (delivered or 0) < survey.comment_level:
        return []
    rows = session.execute(
        select(Comment.question, Comment.text)
        .join(CommentReview, CommentReview.comment_id == Comment.id)
        .where(Comment.survey_id == survey.id, Comment.unit_id == unit_id)
        .where(CommentReview.status == CommentStatus.APPROVED)
        .order_by(Comment.id)
    )
    return [(question, text) for question, text in rows]
