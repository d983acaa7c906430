"""What a unit does, in its leader's words: stored for the poster and the web."""

from typing import Final

from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.platform.clock import municipal_day
from surveys.results.models import UnitTelling

LONGEST: Final = 600
"""What has room on a sheet that is read from a metre away."""


def telling_of(session: Session, survey: Survey, unit_id: int) -> UnitTelling | None:
    return session.get(UnitTelling, (survey.id, unit_id))


def lines_of(telling: UnitTelling | None) -> list[str]:
    """One for each thing that is done, in her own words. The actions of the plan are not among them."""
    return [line.strip() for line in telling.we_do.splitlines() if line.strip()] if telling else []


def write_telling(session: Session, survey: Survey, unit: SurveyUnit, we_do: str) -> None:
    """Stores the words, or takes them away when there are none."""
    found, words = telling_of(session, survey, unit.unit_id), we_do.strip()
    if found is not None and found.we_do == words:
        return
    if not words:
        if found is None:
            return
        session.delete(found)
    elif found is None:
        session.add(
            UnitTelling(survey_id=survey.id, unit_id=unit.unit_id, we_do=words, written_on=municipal_day())
        )
    else:
        found.we_do, found.written_on = words, municipal_day()
    session.flush()
    audit.record(session, "survey.telling_written", survey.key, unit=unit.unit.code)
