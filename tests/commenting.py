"""Builders of surveys with comments: counted, waiting for HR, and released to readers."""

import datetime as dt
from collections.abc import Mapping, Sequence

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.lifecycle import close_survey, find_survey, open_survey
from surveys.campaigns.models import SurveyStatus
from surveys.counting.models import Comment
from surveys.organisation.models import Person, Unit
from surveys.platform.database import Database
from surveys.publishing.counting_ballots import count
from surveys.release.comments.models import CommentReview, CommentStatus
from surveys.release.models import Release, Turnout
from tests.building import answer_some, build_installation, build_survey, build_units, keys_of, sheet_of

KEY = "liten-2026"

# K has A and B; B has B1 and B2.
TREE: Mapping[str, str | None] = {"K": None, "A": "K", "B": "K", "B1": "B", "B2": "B"}


def build_counted(
    app: Flask,
    db: Database,
    written: Mapping[str, Sequence[Mapping[str, str]]],
    roster: Sequence[str] = (),
    comment_minimum: int = 10,
    minimum_group: int = 5,
) -> None:
    """A counted survey: by unit code, the comments (question → text) of each who answered there.

    roster: full names of people in unit A.
    """
    with db.transaction() as session:
        build_installation(session)
        units = build_units(session, TREE)
        add_people(session, units["A"], roster)
        survey = build_survey(session, units["K"], KEY, minimum_group=minimum_group)
        survey.comment_minimum = comment_minimum
        open_survey(session, survey, keys_of(app))
        for unit, people in written.items():
            for comments in people:
                answer_some(app, session, survey, unit, [sheet_of(3)], comments=comments)
        close_survey(session, survey)
    count(db, keys_of(app), KEY)


def add_people(session: Session, unit: Unit, names: Sequence[str]) -> None:
    session.add_all(
        Person(employee_number=str(number), name=name, unit=unit)
        for number, name in enumerate(names, start=1)
    )
    session.flush()


def publish(db: Database, delivered: Mapping[str, int], day: dt.date = dt.date(2026, 4, 1)) -> None:
    """A release with the number of answers by unit code and without a single figure."""
    with db.transaction() as session:
        survey = find_survey(session, KEY)
        survey.status = SurveyStatus.RELEASED
        release = Release(survey=survey, released_on=day, minimum_group=survey.minimum_group)
        session.add(release)
        session.flush()
        for unit in survey.units:
            people = delivered.get(unit.unit.code, 0)
            session.add(
                Turnout(release_id=release.id, unit_id=unit.unit_id, invited=people, delivered=people)
            )


def approve_everything(db: Database) -> None:
    with db.transaction() as session:
        for comment_id in session.scalars(select(Comment.id)):
            session.merge(CommentReview(comment_id=comment_id, status=CommentStatus.APPROVED, revision=1))


def stored(db: Database) -> list[tuple[str, str]]:
    """(unit code, text) of every stored comment, by text."""
    with db.reading() as session:
        rows = session.execute(select(Unit.code, Comment.text).join(Unit, Unit.id == Comment.unit_id))
        return sorted(((code, text) for code, text in rows), key=lambda row: row[1])
