"""A demo that was stopped in the middle of a release is finished the next time it is started."""

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


def _status(db: Database) -> SurveyStatus:
    with db.reading() as session:
        return session.scalars(select(Survey.status)).one()


def test_a_round_that_was_stopped_before_its_release_is_released_with_the_answers_it_has(
    app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    planned = next(each for each in planned_rounds(municipal_day()) if each.recipients == "parents")
    with app.app_context():
        with db.transaction() as session:
            build_municipality(session, SEED)
            build_cards(session)
        with monkeypatch.context() as patched:
            patched.setattr(rounds, "release", stopped)
            with pytest.raises(KeyboardInterrupt):
                Fjordvik(SEED).play(planned)
        assert not planned.is_played(_status(db))
        Fjordvik(SEED).play(planned)
        assert planned.is_played(_status(db))
