"""Deleting the comments of surveys that were counted long ago, shown or not."""

import datetime as dt

from sqlalchemy import ColumnElement, Date, delete, func, select
from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey
from surveys.counting.models import Comment
from surveys.release.comments.models import CommentReview


def count_old_comments(session: Session, limit: dt.date) -> int:
    """Comments of surveys that were counted on this day or before."""
    return session.scalar(select(func.count()).select_from(Comment).where(_is_old(limit))) or 0


def next_commented(session: Session, limit: dt.date) -> dt.date | None:
    """The first day after the limit on which a survey with comments was counted."""
    return session.scalar(
        select(func.min(_counted_on()))
        .join(Comment, Comment.survey_id == Survey.id)
        .where(_counted_on() > limit)
    )


def delete_old_comments(session: Session, limit: dt.date) -> int:
    """How many were deleted."""
    old = select(Comment.id).where(_is_old(limit))
    session.execute(delete(CommentReview).where(CommentReview.comment_id.in_(old)))
    found = count_old_comments(session, limit)
    session.execute(delete(Comment).where(_is_old(limit)))
    return found


def _counted_on() -> ColumnElement[dt.date]:
    """A survey that came from a file was counted somewhere else: it closed no later than that."""
    return func.coalesce(Survey.counted_on, Survey.closes_on, type_=Date())


def _is_old(limit: dt.date) -> ColumnElement[bool]:
    return Comment.survey_id.in_(select(Survey.id).where(_counted_on() <= limit))
