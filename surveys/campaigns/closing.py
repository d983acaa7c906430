"""Surveys that close by themselves when the day of their deadline is over where the municipality is."""

import datetime as dt
import logging

from sqlalchemy import ColumnElement, select

from surveys.campaigns.deadline import last_day_to_deliver
from surveys.campaigns.lifecycle import close_survey
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.platform.database import Database

_log = logging.getLogger("medvirk.closing")


def close_overdue(db: Database, today: dt.date | None = None) -> list[str]:
    """Closes every open survey that was to close by itself before today; their keys.

    The day begins when the grace is over (`surveys.campaigns.deadline`): closing deletes what was begun.
    It looks at the days, not at when it last ran, so a worker that was down for a week mends it when it is back.
    Each survey is a transaction of its own: one that cannot be closed does not keep the others open.
    """
    day = today or last_day_to_deliver()
    with db.reading() as session:
        overdue = session.scalars(select(Survey.id).where(*_overdue(day)).order_by(Survey.id)).all()
    closed = [key for survey_id in overdue if (key := _close(db, survey_id, day))]
    for key in closed:
        _log.info("Undersøkelsen «%s» lukket seg etter fristen.", key)
    return closed


def _overdue(day: dt.date) -> tuple[ColumnElement[bool], ...]:
    return Survey.status == SurveyStatus.OPEN, Survey.closes_automatically.is_(True), Survey.closes_on < day


def _close(db: Database, survey_id: int, day: dt.date) -> str | None:
    """The survey's key; None when somebody else has closed it meanwhile."""
    with db.transaction() as session:
        # Locked, so that two workers close it once; the one that waited finds it closed.
        survey = session.scalar(
            select(Survey).where(Survey.id == survey_id, *_overdue(day)).with_for_update()
        )
        if survey is None:
            return None
        close_survey(session, survey, by="systemet", deadline=survey.closes_on.isoformat())
        return survey.key
