"""Drafts that open by themselves on the day HR planned, when their checklist is complete."""

import datetime as dt
import logging

from sqlalchemy import ColumnElement, select

from surveys.campaigns.checklist import missing
from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.hr.steps.opening import open_now
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database

_log = logging.getLogger("medvirk.opening")


def open_due(db: Database, today: dt.date | None = None) -> list[str]:
    """Opens every draft that was to open by itself today or before; their keys.

    One whose checklist is not complete waits for HR: opening all the same is for a person to decide. Each survey is a
    transaction of its own. Nobody is invited.
    """
    day = today or municipal_day()
    with db.reading() as session:
        due = session.scalars(select(Survey.id).where(*_due(day)).order_by(Survey.id)).all()
    return [key for survey_id in due if (key := _open(db, survey_id, day))]


def _due(day: dt.date) -> tuple[ColumnElement[bool], ...]:
    return Survey.status == SurveyStatus.DRAFT, Survey.opens_automatically.is_(True), Survey.opens_on <= day


def _open(db: Database, survey_id: int, day: dt.date) -> str | None:
    """The survey's key; None when it is not to be opened, or somebody else has opened it meanwhile."""
    try:
        with db.transaction() as session:
            # Locked, so that two workers open it once; the one that waited finds it open.
            survey = session.scalar(
                select(Survey).where(Survey.id == survey_id, *_due(day)).with_for_update()
            )
            if survey is None or missing(session, survey):
                return None
            open_now(session, survey, by="systemet", planned=survey.opens_on.isoformat())
            return survey.key
    except SurveyError as error:
        # HR is told the same on the page that opens the survey; the others get their turn.
        _log.warning("En undersøkelse kunne ikke åpnes av seg selv: %s", error)
        return None
