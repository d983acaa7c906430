"""Until when a survey sends what is queued. Imports only tables: commands that parse no questionnaire ask it."""

import datetime as dt

from sqlalchemy import ColumnElement, and_

from surveys.campaigns.models import Survey, SurveyStatus


def still_sends(today: dt.date) -> ColumnElement[bool]:
    """Of a survey: whether what is queued for it waits to be sent. Once it is over nothing does.

    One that closes by itself is over when its last day is, also while the job that closes it is late.
    """
    is_over = and_(Survey.closes_automatically, Survey.closes_on < today)
    return and_(Survey.status == SurveyStatus.OPEN, ~is_over)
