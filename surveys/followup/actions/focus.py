"""What a unit's staff chose to keep and to improve, as its plan leads on from it."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.actions.models import ActionAim, ActionVersion
from surveys.campaigns.models import Survey
from surveys.followup.actions.themes import latest_releases
from surveys.followup.meetings.choosing import choices_of
from surveys.followup.meetings.meeting_words import origin_sentence
from surveys.followup.meetings.models import FocusChoice
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.models import Unit
from surveys.platform.localisation import localised
from surveys.release.measures import MeasureKind, measures_of
from surveys.release.visibility import accesses


@dataclass(frozen=True)
class FocusTheme:
    """One of the two that were chosen. value: as the form of an action sends it, «survey's key:measure»."""

    aim: ActionAim
    title: str
    value: str

    def is_of(self, action: ActionVersion) -> bool:
        """Whether the action is about this theme of this survey."""
        return action.survey is not None and self.value == f"{action.survey.key}:{action.measure}"


@dataclass(frozen=True)
class UnitFocus:
    """themes: what to keep, then what to improve. practice: what the unit will see when it works; may be empty."""

    survey: Survey
    themes: tuple[FocusTheme, ...]
    practice: str
    origin: str

    def improves(self, theme: str) -> bool:
        """theme: as the form of an action sends it."""
        return any(each.value == theme and each.aim is ActionAim.IMPROVE for each in self.themes)


def focus_of(session: Session, account: Account, unit: Unit, today: dt.date) -> UnitFocus | None:
    """The choice after the newest survey that has one and that the account may see at the unit today."""
    releases = latest_releases(session, unit.id)
    opened = accesses(session, account, releases, today, [unit.id])
    for release in releases:
        access = opened.get((release.id, unit.id))
        if access is None or not access.now:
            continue
        choices = choices_of(session, release.survey_id, unit.id)
        if choices:
            return _focus(release.survey, choices[0])
    return None


def _focus(survey: Survey, choice: FocusChoice) -> UnitFocus | None:
    """None when the newest choice is that the step is skipped."""
    if choice.keep is None or choice.improve is None:
        return None
    chosen = ((ActionAim.KEEP, choice.keep), (ActionAim.IMPROVE, choice.improve))
    themes = (_theme(survey, aim, factor) for aim, factor in chosen)
    return UnitFocus(survey, tuple(each for each in themes if each), choice.practice, origin_sentence(choice))


def _theme(survey: Survey, aim: ActionAim, factor: str) -> FocusTheme | None:
    """None when the questionnaire has the factor no longer."""
    for measure in measures_of(questionnaire_of(survey.instrument)):
        if measure.factor.key == factor and measure.kind is not MeasureKind.INDEX:
            title = localised(measure.factor.title)
            return FocusTheme(aim, title, f"{survey.key}:{measure.key}")
    return None
