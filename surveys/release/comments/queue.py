"""The comments HR goes through: which, how many are left, and a page of them at a time.

The order is that of the random ids: it stays the same from one visit to the next and says nothing about when or
beside what a comment was written.
"""

import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from questionnaires.model import Text
from surveys.campaigns.models import Survey, SurveyStatus, SurveyUnit
from surveys.counting.models import Comment
from surveys.instruments.in_use import questionnaire_of
from surveys.platform.localisation import alphabetical
from surveys.release.comments.models import CommentReview, CommentStatus, HoldReason

AT_A_TIME: Final = 20

_REVIEW: Final = CommentReview.comment_id == Comment.id
_WAITS: Final = or_(CommentReview.status.is_(None), CommentReview.status == CommentStatus.WAITING)


@dataclass(frozen=True)
class CommentFilter:
    """What HR asked to see. «» and None are everything."""

    status: CommentStatus | None = CommentStatus.WAITING
    question: str = ""
    unit_id: int | None = None


@dataclass(frozen=True)
class QueuedComment:
    """A comment as HR sees it: the unit it is kept under, never the writer's own, and no time."""

    id: uuid.UUID
    unit_name: str
    question: Text
    text: str
    status: CommentStatus
    reason: HoldReason | None
    revision: int


@dataclass(frozen=True)
class QueuePage:
    """One page of the queue; `number` counts from 1."""

    comments: Sequence[QueuedComment]
    number: int
    pages: int
    total: int


@dataclass(frozen=True)
class ReviewProgress:
    reviewed: int
    total: int

    @property
    def waiting(self) -> int:
        return self.total - self.reviewed


def progress(session: Session, survey: Survey, units: frozenset[int]) -> ReviewProgress:
    """How many of the units' comments have been decided on."""
    counted = select(func.count().filter(not_(_WAITS)), func.count()).select_from(Comment)
    row = session.execute(counted.outerjoin(CommentReview, _REVIEW).where(*_of(survey, units))).one()
    return ReviewProgress(row[0], row[1])


def queue_page(
    session: Session,
    survey: Survey,
    units: frozenset[int],
    wanted: CommentFilter,
    number: int,
    with_comment: uuid.UUID | None = None,
) -> QueuePage:
    """The comments that were asked for: the page with the number, or the one `with_comment` would stand on.

    A page beyond the last is the last.
    """
    conditions = [*_of(survey, units), *_wanted(wanted)]
    counted = select(func.count()).select_from(Comment).outerjoin(CommentReview, _REVIEW).where(*conditions)
    total = session.scalar(counted) or 0
    pages = max(1, math.ceil(total / AT_A_TIME))
    if with_comment is not None:
        number = 1 + (session.scalar(counted.where(Comment.id < with_comment)) or 0) // AT_A_TIME
    number = min(max(number, 1), pages)
    home = and_(SurveyUnit.survey_id == Comment.survey_id, SurveyUnit.unit_id == Comment.unit_id)
    rows = session.execute(
        select(Comment, SurveyUnit.name, CommentReview)
        .join(SurveyUnit, home)
        .outerjoin(CommentReview, _REVIEW)
        .where(*conditions)
        .order_by(Comment.id)
        .limit(AT_A_TIME)
        .offset((number - 1) * AT_A_TIME)
    )
    asked = question_texts(survey)
    found = [_queued(asked, comment, name, review) for comment, name, review in rows]
    return QueuePage(found, number, pages, total)


def homes(session: Session, survey: Survey, units: frozenset[int]) -> list[tuple[int, str]]:
    """(id, name) of the units that comments are kept under, by name."""
    rows = session.execute(
        select(SurveyUnit.unit_id, SurveyUnit.name)
        .where(SurveyUnit.survey_id == survey.id, SurveyUnit.unit_id.in_(units))
        .where(SurveyUnit.unit_id.in_(select(Comment.unit_id).where(Comment.survey_id == survey.id)))
    ).all()
    return sorted(((row.unit_id, row.name) for row in rows), key=lambda home: alphabetical(home[1]))


def question_texts(survey: Survey) -> dict[str, Text]:
    """Comment question's key → its text, in the questionnaire's order."""
    return {question.key: question.text for question in questionnaire_of(survey.instrument).comments}


@dataclass(frozen=True)
class Backlog:
    """A survey with comments that wait for review."""

    survey: Survey
    waiting: int


def backlogs(session: Session, units: frozenset[int]) -> list[Backlog]:
    """Surveys with waiting comments in the units, those that are not released yet first."""
    rows = session.execute(
        select(Survey, func.count())
        .join(Comment, Comment.survey_id == Survey.id)
        .outerjoin(CommentReview, _REVIEW)
        .where(Comment.unit_id.in_(units), _WAITS)
        .group_by(Survey.id)
        .order_by(Survey.status == SurveyStatus.RELEASED, Survey.closes_on.desc(), Survey.id)
    )
    return [Backlog(survey, waiting) for survey, waiting in rows]


def _of(survey: Survey, units: frozenset[int]) -> list[ColumnElement[bool]]:
    return [Comment.survey_id == survey.id, Comment.unit_id.in_(units)]


def _wanted(wanted: CommentFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.status is not None:
        waits = wanted.status == CommentStatus.WAITING
        conditions.append(_WAITS if waits else CommentReview.status == wanted.status)
    if wanted.question:
        conditions.append(Comment.question == wanted.question)
    if wanted.unit_id is not None:
        conditions.append(Comment.unit_id == wanted.unit_id)
    return conditions


def _queued(
    asked: Mapping[str, Text], comment: Comment, unit_name: str, review: CommentReview | None
) -> QueuedComment:
    return QueuedComment(
        id=comment.id,
        unit_name=unit_name,
        question=asked.get(comment.question, {"nb": comment.question}),
        text=comment.text,
        status=review.status if review else CommentStatus.WAITING,
        reason=review.reason if review else None,
        revision=review.revision if review else 0,
    )
