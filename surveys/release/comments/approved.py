"""Comments that may be read: approved by HR, of a released survey, where enough people have answered."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey
from surveys.counting.models import Comment
from surveys.release.comments.models import CommentReview, CommentStatus
from surveys.release.models import Release, Turnout


def approved_comments(
    session: Session, survey: Survey, release: Release, unit_id: int
) -> list[tuple[str, str]]:
    """(question key, text) in an order that is random and stays the same.

    The level is checked here too, though no comment is stored below it: two locks, one door.
    """
    rows = session.execute(
        select(Comment.question, Comment.text)
        .join(CommentReview, CommentReview.comment_id == Comment.id)
        .join(Turnout, (Turnout.release_id == release.id) & (Turnout.unit_id == Comment.unit_id))
        .where(Comment.survey_id == survey.id, Comment.unit_id == unit_id)
        .where(CommentReview.status == CommentStatus.APPROVED, Turnout.delivered >= survey.comment_level)
        .order_by(Comment.id)
    )
    return [(question, text) for question, text in rows]
