"""A unit's plan as its page shows it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.actions.following import unit_actions
from surveys.actions.models import ActionAim, ActionStatus, ActionVersion, PlanAction
from surveys.actions.queries import StandingAction
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.followup.actions.focus import FocusTheme
from surveys.followup.actions.scores import ActionScore, action_scores
from surveys.followup.actions.themes import indicator_words, survey_themes
from surveys.organisation.models import Unit
from surveys.scorecards.models import Indicator


@dataclass(frozen=True)
class ShownAction:
    """One action with what its reader may see. theme, indicator: in words, «» for none.

    came_from: the unit that planned it, when that is another one than the plan's; else «».
    """

    standing: StandingAction
    theme: str
    indicator: str
    indicator_code: str
    score: ActionScore | None
    overdue: bool
    came_from: str = ""

    @property
    def version(self) -> ActionVersion:
        return self.standing.version

    @property
    def id(self) -> int:
        return self.standing.id


@dataclass(frozen=True)
class PlanGroup:
    """Actions under one heading, those due first."""

    aim: ActionAim
    actions: tuple[ShownAction, ...]


@dataclass(frozen=True)
class UnitPlan:
    """groups: what is open or done, by aim; dropped: what was given up, with the reason."""

    groups: tuple[PlanGroup, ...]
    dropped: tuple[ShownAction, ...]

    @property
    def is_empty(self) -> bool:
        return not self.groups and not self.dropped

    def about(self, theme: FocusTheme) -> list[ShownAction]:
        """What is open or done about a theme that the staff chose."""
        return [each for group in self.groups for each in group.actions if theme.is_of(each.version)]


def unit_plan(session: Session, account: Account, unit: Unit, today: dt.date) -> UnitPlan:
    standing = unit_actions(session, [unit.id]).get(unit.id, [])
    shown = shown_actions(session, account, unit, standing, today)
    kept = [each for each in shown if each.version.status is not ActionStatus.DROPPED]
    groups = (
        PlanGroup(aim, tuple(each for each in kept if each.version.aim is aim))
        for aim in (ActionAim.KEEP, ActionAim.IMPROVE)
    )
    return UnitPlan(
        tuple(group for group in groups if group.actions),
        tuple(each for each in shown if each.version.status is ActionStatus.DROPPED),
    )


def shown_actions(
    session: Session, account: Account, unit: Unit, standing: Sequence[StandingAction], today: dt.date
) -> list[ShownAction]:
    """As many queries whatever the number of actions, and a few for each survey that they name."""
    versions = [each.version for each in standing]
    scores = action_scores(session, account, unit.id, _about_own_scores(session, unit, standing), today)
    themes = _themes(session, versions)
    indicators = _indicators(session, versions)
    found = []
    for each in standing:
        version = each.version
        indicator = indicators.get(version.indicator_id or 0)
        found.append(
            ShownAction(
                each,
                themes.get((version.survey_id, version.measure), ""),
                indicator_words(indicator) if indicator else "",
                indicator.code if indicator else "",
                scores.get(version.id),
                version.status.is_open and version.due_on < today,
                came_from(each, unit),
            )
        )
    return found


def came_from(action: StandingAction, unit: Unit) -> str:
    """The name of the unit that planned it, when it is another one; else «»."""
    began = action.action.began_in
    return "" if began.id == unit.id else began.name


def _about_own_scores(
    session: Session, unit: Unit, standing: Sequence[StandingAction]
) -> list[ActionVersion]:
    """Those that are not about a survey that the unit they come from was in: that score is not this unit's."""
    came = {each.id: each.action.began_in.id for each in standing if each.action.began_in.id != unit.id}
    others: set[tuple[int, int]] = set()
    if came:
        asked = select(SurveyUnit.survey_id, SurveyUnit.unit_id).where(SurveyUnit.unit_id.in_(came.values()))
        others.update((row.survey_id, row.unit_id) for row in session.execute(asked))
    return [each.version for each in standing if (each.version.survey_id, came.get(each.id)) not in others]


def versions_before_taking(action: PlanAction) -> list[ActionVersion]:
    """What it said in the unit that was split, newest first, until this part took it over."""
    if action.taken_from is None:
        return []
    taken_at = min(each.at for each in action.versions)
    own = [each for each in action.taken_from.versions if each.at <= taken_at and each.withdrawn_at is None]
    return [*reversed(own), *versions_before_taking(action.taken_from)]


def _themes(session: Session, versions: Sequence[ActionVersion]) -> Mapping[tuple[int | None, str], str]:
    ids = {each.survey_id for each in versions if each.survey_id is not None}
    if not ids:
        return {}
    surveys = session.scalars(select(Survey).where(Survey.id.in_(ids)))
    return {(survey.id, theme.measure): theme.words for survey in surveys for theme in survey_themes(survey)}


def _indicators(session: Session, versions: Sequence[ActionVersion]) -> Mapping[int, Indicator]:
    ids = {each.indicator_id for each in versions if each.indicator_id is not None}
    if not ids:
        return {}
    return {each.id: each for each in session.scalars(select(Indicator).where(Indicator.id.in_(ids)))}
