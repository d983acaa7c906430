"""Builders of released surveys, from delivered sheets to figures."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.campaigns.lifecycle import close_survey, find_survey, open_survey
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.publishing.counting_ballots import count
from surveys.publishing.releasing import release
from surveys.release.models import Figure, Release, Turnout
from surveys.results import queries
from surveys.results.heat_map import queries as heat_map
from surveys.results.trends import queries as trends
from tests.building import answer_some, build_installation, build_survey, build_units, keys_of

KEY = "liten-2026"
RELEASED_ON = dt.date(2026, 4, 1)

# K has A, B and C; B has B1 and B2.
TREE: Mapping[str, str | None] = {"K": None, "A": "K", "B": "K", "C": "K", "B1": "B", "B2": "B"}

Answers = Mapping[str, Sequence[Mapping[str, int]]]


def build_released(
    app: Flask,
    db: Database,
    answers: Answers,
    key: str = KEY,
    tree: Mapping[str, str | None] = TREE,
    **changes: Any,
) -> None:
    """A survey of the unit K with these sheets by unit code, taken from draft to released.

    Units that exist are used as they are. `changes` are fields of `lifecycle.Plan`.
    """
    build_closed(app, db, answers, key, tree, **changes)
    release(db, keys_of(app), key, today=RELEASED_ON)


def build_counted(
    app: Flask,
    db: Database,
    answers: Answers,
    key: str = KEY,
    tree: Mapping[str, str | None] = TREE,
    **changes: Any,
) -> None:
    """As `build_released`, up to the release."""
    build_closed(app, db, answers, key, tree, **changes)
    count(db, keys_of(app), key)


def build_closed(
    app: Flask,
    db: Database,
    answers: Answers,
    key: str = KEY,
    tree: Mapping[str, str | None] = TREE,
    **changes: Any,
) -> None:
    """As `build_released`, up to the counting."""
    build_answered(app, db, answers, key, tree, **changes)
    with db.transaction() as session:
        close_survey(session, find_survey(session, key))


def build_answered(
    app: Flask,
    db: Database,
    answers: Answers,
    key: str = KEY,
    tree: Mapping[str, str | None] = TREE,
    **changes: Any,
) -> None:
    """As `build_released`, while it is open still."""
    with db.transaction() as session:
        if not session.scalar(select(func.count()).select_from(Unit)):
            build_installation(session)
            build_units(session, tree)
        top = session.scalars(select(Unit).where(Unit.code == "K")).one()
        survey = build_survey(session, top, key, **changes)
        open_survey(session, survey, keys_of(app))
        for unit, sheets in answers.items():
            answer_some(app, session, survey, unit, sheets)


def release_again(
    db: Database, day: dt.date, why: str, change: Callable[[Session, Figure], Mapping[str, Any]]
) -> None:
    """A release as the newest one, written past all protection, but for what `change` says of each figure."""
    with db.transaction() as session:
        last = session.scalars(select(Release).order_by(Release.number.desc())).first()
        assert last is not None
        made = Release(
            survey=last.survey,
            number=last.number + 1,
            released_on=day,
            minimum_group=last.minimum_group,
            exact_from=last.exact_from,
            correction=why,
        )
        session.add(made)
        session.flush()
        for figure in session.scalars(select(Figure).where(Figure.release_id == last.id)).all():
            session.add(Figure(release_id=made.id, **{**_values(figure), **change(session, figure)}))
        for turnout in session.scalars(select(Turnout).where(Turnout.release_id == last.id)).all():
            session.add(Turnout(release_id=made.id, **_values(turnout)))


def _values(row: Figure | Turnout) -> dict[str, Any]:
    return {name: getattr(row, name) for name in set(row.__table__.columns.keys()) - {"id", "release_id"}}


def forget_released() -> None:
    """After a test has changed a released figure that was read before."""
    for kept in (queries._kept, heat_map._kept, trends._kept):
        kept.forget()
