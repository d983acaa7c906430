"""The last day to answer: what respondents' pages allow around it, and moving it later while the survey is open."""

import datetime as dt
from typing import Final

from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns.lifecycle import SurveyError, require_open
from surveys.campaigns.models import Survey
from surveys.platform import clock
from surveys.platform.localisation import long_date
from surveys.platform.texts import _

GRACE: Final = dt.timedelta(minutes=60)
"""How long after midnight what was begun before it may still be saved and delivered."""


def takes_answers(closes_on: dt.date, *, closes_automatically: bool, begun: bool) -> bool:
    """Whether an open survey takes this answer now; the job worker may be late, or stopped.

    A survey that HR closes by hand takes answers until she does. `begun`: a draft is stored, or a page is being sent.
    """
    if not closes_automatically:
        return True
    moment = clock.now() - GRACE if begun else clock.now()
    return clock.municipal_day(moment) <= closes_on


def last_day_to_deliver() -> dt.date:
    """A survey that closes by itself and had its deadline before this day takes no answer any more, begun or not."""
    return clock.municipal_day(clock.now() - GRACE)


def extend_deadline(session: Session, survey: Survey, day: dt.date) -> None:
    """Moves the deadline of an open survey later. The day it has already changes nothing.

    Readers who were to see the results before the new deadline wait until it: later than respondents were told, never
    earlier. Raises SurveyError unless the survey is open and the day is later than the deadline and not before today.
    """
    require_open(survey, _("Fristen kan flyttes mens undersøkelsen er åpen."))
    if day == survey.closes_on:
        return
    if day < survey.closes_on:
        raise SurveyError(
            _("Fristen er %(day)s og kan bare flyttes til en senere dag.", day=long_date(survey.closes_on))
        )
    if day < clock.municipal_day():
        raise SurveyError(_("Fristen kan ikke være en dag som har vært."))
    waiting = [step for step in survey.visibility if step.visible_on < day]
    for step in waiting:
        step.visible_on = day
    before, survey.closes_on = survey.closes_on, day
    audit.record(
        session,
        "survey.deadline_moved",
        survey.key,
        before=before.isoformat(),
        after=day.isoformat(),
        readers_wait=[step.readers.value for step in waiting],
    )
