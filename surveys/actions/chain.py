"""The chain after a result: opened, actions made, evaluated. Of units, never of persons."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.actions.following import actions_begun_in
from surveys.actions.models import ActionStatus, ResultOpening
from surveys.actions.queries import StandingAction
from surveys.campaigns.models import ReaderGroup, Survey, SurveyStatus, SurveyUnit, VisibilityStep
from surveys.platform.clock import MUNICIPAL_TIME
from surveys.platform.localisation import long_date
from surveys.platform.texts import _, ngettext
from surveys.release.models import Release, Turnout


@dataclass(frozen=True)
class ChainState:
    """How far a unit has come after a survey. opened_on: None when its leader has not opened the result yet."""

    opened_on: dt.date | None
    actions: int
    evaluated: int

    @property
    def words(self) -> str:
        """«Lederen åpnet resultatet 3. mai 2026. 2 tiltak i planen. 1 vurdert.»"""
        said = [
            _("Lederen åpnet resultatet %(day)s.", day=long_date(self.opened_on))
            if self.opened_on
            else _("Lederen har ikke åpnet resultatet ennå."),
            ngettext("%(num)s tiltak i planen.", "%(num)s tiltak i planen.", self.actions)
            if self.actions
            else _("Ingen tiltak i planen ennå."),
        ]
        if self.evaluated:
            said.append(ngettext("%(num)s er vurdert.", "%(num)s er vurdert.", self.evaluated))
        return " ".join(said)


def chain_state(session: Session, survey: Survey, unit_id: int) -> ChainState:
    actions = actions_begun_in(session, unit_id)
    return chain_states(session, {unit_id: survey.id}, {unit_id: actions})[unit_id]


def actions_after(session: Session, survey: Survey, unit_id: int) -> list[StandingAction]:
    """The unit's actions after the survey, those due first; not those that were dropped."""
    released_on = session.scalar(select(func.min(Release.released_on)).where(Release.survey_id == survey.id))
    actions = actions_begun_in(session, unit_id)
    return [each for each in actions if _is_after(each, survey.id, released_on)]


def chain_states(
    session: Session, surveys: dict[int, int], actions: dict[int, list[StandingAction]]
) -> dict[int, ChainState]:
    """surveys: unit id → the survey's id. Two queries at most, however many units."""
    opened = {
        (each.survey_id, each.unit_id): each.first_opened_on
        for each in session.scalars(select(ResultOpening).where(ResultOpening.unit_id.in_(surveys)))
    }
    released = _first_releases(session, surveys.values()) if any(actions.values()) else {}
    found = {}
    for unit_id, survey_id in surveys.items():
        of_survey = [
            each for each in actions.get(unit_id, ()) if _is_after(each, survey_id, released.get(survey_id))
        ]
        found[unit_id] = ChainState(
            opened.get((survey_id, unit_id)),
            len(of_survey),
            sum(each.evaluation is not None for each in of_survey),
        )
    return found


def _first_releases(session: Session, survey_ids: Iterable[int]) -> dict[int, dt.date]:
    """Survey → the day it was first released."""
    rows = session.execute(
        select(Release.survey_id, func.min(Release.released_on))
        .where(Release.survey_id.in_(set(survey_ids)))
        .group_by(Release.survey_id)
    )
    return dict(rows.all())


def _is_after(action: StandingAction, survey_id: int, released_on: dt.date | None) -> bool:
    """It is about one of the survey's themes, or about no survey and made since the survey was released.

    What was dropped does not count.
    """
    if action.version.status is ActionStatus.DROPPED:
        return False
    if action.version.survey_id is not None:
        return action.version.survey_id == survey_id
    made = action.action.versions[0].at.astimezone(MUNICIPAL_TIME).date()
    return released_on is not None and made >= released_on


def newest_surveys(session: Session, unit_ids: Collection[int], today: dt.date) -> dict[int, int]:
    """Unit id → the newest released survey that the unit took part in and its leader may see today."""
    rows = session.execute(
        select(SurveyUnit.unit_id, Survey.id)
        .join(Survey, Survey.id == SurveyUnit.survey_id)
        .join(VisibilityStep, VisibilityStep.survey_id == Survey.id)
        .join(Release, Release.survey_id == Survey.id)
        .join(Turnout, (Turnout.release_id == Release.id) & (Turnout.unit_id == SurveyUnit.unit_id))
        .where(
            Survey.status == SurveyStatus.RELEASED,
            Turnout.took_part(),
            SurveyUnit.unit_id.in_(unit_ids),
            VisibilityStep.readers == ReaderGroup.LEADERS,
            VisibilityStep.visible_on <= today,
        )
        .order_by(Survey.opens_on, Survey.id)
    )
    return dict(rows.all())


def whole_plan(state: ChainState, actions: Sequence[StandingAction]) -> ChainState:
    """The state with every action of the unit's plan, whichever survey it is about: what lists of units say."""
    kept = [each for each in actions if each.version.status is not ActionStatus.DROPPED]
    return replace(state, actions=len(kept), evaluated=sum(each.evaluation is not None for each in kept))


@dataclass(frozen=True)
class Adoption:
    """How many of some units have come how far. units: those that have a result. opened: the newest one."""

    units: int = 0
    opened: int = 0
    with_actions: int = 0
    evaluated: int = 0


def adoption(states: Collection[ChainState]) -> Adoption:
    return Adoption(
        len(states),
        sum(each.opened_on is not None for each in states),
        sum(each.actions > 0 for each in states),
        sum(each.evaluated > 0 for each in states),
    )
