"""What a unit's staff chose to keep and to improve, for the pages that lead on from it: the plan, the poster, theirs.

The poster and the page for staff are made a storey below, so they ask by the name `focus_sentence_of` in templates.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.model import Text
from surveys.access.models import Account
from surveys.actions.models import ActionAim, ActionVersion
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.followup.actions.themes import latest_releases
from surveys.followup.meetings.choosing import choices_of
from surveys.followup.meetings.meeting_words import origin_sentence, theme_word
from surveys.followup.meetings.models import FocusChoice
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.models import Unit
from surveys.platform import database
from surveys.platform.localisation import localised
from surveys.platform.texts import _
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


def focus_sentence_of(survey_key: str, unit_code: str) -> str:
    """«Vi vil ta vare på samarbeid og forbedre ledelse.»; «» when nothing was chosen.

    The page has judged that its reader may see the unit's result.
    """
    session = database.session()
    found = asked_for(session, survey_key, unit_code)
    if found is None:
        return ""
    survey, unit = found
    choices = choices_of(session, survey.id, unit.unit_id)
    if not choices or choices[0].keep is None or choices[0].improve is None:
        return ""
    titles = theme_titles(survey)
    return _(
        "Vi vil ta vare på %(keep)s og forbedre %(improve)s.",
        keep=theme_word(choices[0].keep, titles),
        improve=theme_word(choices[0].improve, titles),
    )


def asked_for(session: Session, survey_key: str, unit_code: str) -> tuple[Survey, SurveyUnit] | None:
    """The survey, and the unit as it was in it."""
    found = session.execute(
        select(Survey, SurveyUnit)
        .join(SurveyUnit, SurveyUnit.survey_id == Survey.id)
        .join(Unit, Unit.id == SurveyUnit.unit_id)
        .where(Survey.key == survey_key, Unit.code == unit_code)
    ).first()
    return None if found is None else (found[0], found[1])


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


def theme_titles(survey: Survey) -> Mapping[str, Text]:
    measures = measures_of(questionnaire_of(survey.instrument))
    return {measure.factor.key: measure.factor.title for measure in measures}


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(focus_sentence_of=focus_sentence_of)
