"""A demo that was stopped on the way, anywhere, is finished the next time it is started."""

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.campaigns.models import Survey, SurveyStatus
from surveys.demo import rounds
from surveys.demo.cards import build_cards
from surveys.demo.fjordvik import SEED
from surveys.demo.municipality import build_municipality
from surveys.demo.rounds import Fjordvik, planned_rounds
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database
from surveys.release.comments.models import CommentReview, CommentStatus


@pytest.mark.parametrize(
    ("stopped_at", "status"), [("release", SurveyStatus.CLOSED), ("review", SurveyStatus.RELEASED)]
)
def test_a_round_that_was_stopped_before_its_release_or_its_review_goes_on_from_there(
    app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch, stopped_at: str, status: SurveyStatus
) -> None:
    def stopped(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    planned = next(each for each in planned_rounds(municipal_day()) if each.recipients == "parents")
    with app.app_context():
        with db.transaction() as session:
            build_municipality(session, SEED)
            build_cards(session)
        with monkeypatch.context() as patched:
            patched.setattr(rounds, stopped_at, stopped)
            with pytest.raises(KeyboardInterrupt):
                Fjordvik(SEED).play(planned)
        with db.reading() as session:
            assert session.scalars(select(Survey.status)).one() is status
            assert not planned.is_played(session)
        Fjordvik(SEED).play(planned)
        with db.reading() as session:
            assert planned.is_played(session)
            assert CommentStatus.APPROVED in session.scalars(select(CommentReview.status)).all()
