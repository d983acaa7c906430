"""What a unit does, in its leader's words: stored for the poster and the web."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.orm import Session

from surveys.actions.chain import actions_after
from surveys.actions.models import ActionStatus, ActionVersion
from surveys.audit import trail as audit
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import long_date
from surveys.platform.texts import _
from surveys.results.models import UnitTelling

LONGEST: Final = 600
"""What has room on a sheet that is read from a metre away."""


def telling_of(session: Session, survey: Survey, unit_id: int) -> UnitTelling | None:
    return session.get(UnitTelling, (survey.id, unit_id))


def lines_of(session: Session, survey: Survey, unit_id: int) -> list[str]:
    """One for each thing that is done: the plan's actions that staff may read, then the leader's own words."""
    return plan_lines(session, survey, unit_id) + own_lines(telling_of(session, survey, unit_id))


def plan_lines(session: Session, survey: Survey, unit_id: int) -> list[str]:
    """What and by when, never who: the unit's leader has let staff read these."""
    told = (each.version for each in actions_after(session, survey, unit_id) if each.version.for_staff)
    return [_plan_line(version) for version in told]


def own_lines(telling: UnitTelling | None) -> list[str]:
    return [line.strip() for line in telling.we_do.splitlines() if line.strip()] if telling else []


def as_sentences(lines: Sequence[str]) -> str:
    """The lines as running text."""
    return " ".join(line if line.endswith((".", "!", "?")) else f"{line}." for line in lines)


def _plan_line(version: ActionVersion) -> str:
    what = " ".join(version.what.split()).rstrip(".")
    if version.status is ActionStatus.DONE:
        return _("%(what)s (gjort)", what=what)
    return _("%(what)s (innen %(day)s)", what=what, day=long_date(version.due_on))


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
