"""HR's decisions on comments: approved, not shown, shortened, or back to waiting. No text is ever put in.

A decision names the revision it was made on: when somebody else has decided since, it is refused and nothing changes.
The audit trail says who decided what on which comment, never what the comment says.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns.models import Survey
from surveys.counting.models import Comment
from surveys.release.comments.models import CommentReview, CommentStatus, HoldReason
from surveys.release.comments.shortening import shortened


class CommentGoneError(Exception):
    """No such comment among those the reader may review."""


class DecidedMeanwhileError(Exception):
    """Somebody else has decided on the comment, or shortened it, since the page was shown."""


@dataclass(frozen=True)
class Decision:
    """What a comment becomes. A reason belongs to HELD alone."""

    status: CommentStatus
    reason: HoldReason | None = None


APPROVED = Decision(CommentStatus.APPROVED)
WAITING = Decision(CommentStatus.WAITING)


@dataclass(frozen=True)
class Reviewer:
    """The survey, and the units whose comments somebody may review. Every verb is for these comments only."""

    session: Session
    survey: Survey
    units: frozenset[int]

    def decide(self, comment_id: uuid.UUID, revision: int, decision: Decision) -> None:
        """Makes the decision on one comment. Making it again changes nothing.

        revision: the number of decisions the reader has seen. Raises CommentGoneError or DecidedMeanwhileError.
        """
        comment = self._one(comment_id)
        review = self._review(comment)
        if (review.status, review.reason) == (decision.status, decision.reason):
            return
        if review.revision != revision:
            raise DecidedMeanwhileError
        self._write(review, decision)
        detail = {"comment": str(comment_id)} | ({"reason": decision.reason} if decision.reason else {})
        audit.record(self.session, f"comment.{decision.status}", self.survey.key, **detail)

    def approve_all(self, seen: Mapping[uuid.UUID, int]) -> int:
        """Approves those of the comments (id → revision) that still wait as they were seen; how many."""
        approved = []
        for comment in self._locked(list(seen)):
            review = self._review(comment)
            if review.status == CommentStatus.WAITING and review.revision == seen[comment.id]:
                self._write(review, APPROVED)
                approved.append(str(comment.id))
        if approved:
            audit.record(self.session, "comment.approved", self.survey.key, comments=approved)
        return len(approved)

    def shorten(self, comment_id: uuid.UUID, revision: int, wanted: str) -> None:
        """Takes words out of a comment for good; it waits again. The words are kept nowhere.

        Raises NotShortenedError, CommentGoneError or DecidedMeanwhileError.
        """
        comment = self._one(comment_id)
        review = self._review(comment)
        if review.revision != revision:
            raise DecidedMeanwhileError
        comment.text = shortened(comment.text, wanted)
        self._write(review, WAITING)
        audit.record(self.session, "comment.shortened", self.survey.key, comment=str(comment_id))

    def _one(self, comment_id: uuid.UUID) -> Comment:
        for comment in self._locked([comment_id]):
            return comment
        raise CommentGoneError

    def _locked(self, ids: Sequence[uuid.UUID]) -> Sequence[Comment]:
        """The comments, in the order of their ids, locked so that two reviewers decide one after the other."""
        return self.session.scalars(
            select(Comment)
            .where(Comment.id.in_(ids), Comment.survey_id == self.survey.id, Comment.unit_id.in_(self.units))
            .order_by(Comment.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all()

    def _review(self, comment: Comment) -> CommentReview:
        found = self.session.get(CommentReview, comment.id, populate_existing=True)
        return found or CommentReview(comment_id=comment.id, status=CommentStatus.WAITING, revision=0)

    def _write(self, review: CommentReview, decision: Decision) -> None:
        review.status, review.reason = decision.status, decision.reason
        review.revision += 1
        self.session.add(review)
