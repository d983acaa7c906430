"""What an action that is shared is about, and which units of the same type it concerns."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.actions.queries import StandingAction
from surveys.actions.sharing import PracticeSubject, SharedTheme, units_alike
from surveys.followup.actions.themes import survey_themes
from surveys.organisation.models import Unit
from surveys.platform.localisation import localised
from surveys.release.measures import factor_of
from surveys.scorecards.cards import all_ambitions
from surveys.scorecards.cross_view.pair_plans import is_experienced
from surveys.scorecards.models import Indicator
from surveys.scorecards.overview import card_indicators, lines_by_unit


@dataclass(frozen=True)
class ActionSubject:
    """title: as readers in other units see it."""

    title: str
    about: PracticeSubject


def subject_of_action(session: Session, standing: StandingAction) -> ActionSubject:
    """Its theme, or else its indicator. standing: about one of them (`can_be_shared`)."""
    survey, measure = standing.version.survey, standing.version.measure
    for each in survey_themes(survey) if survey else ():
        if each.measure == measure:
            return ActionSubject(each.title, PracticeSubject(SharedTheme(each.instrument, each.factor)))
    indicator_id = standing.version.indicator_id
    if indicator_id is None:
        return ActionSubject("", PracticeSubject(None))
    title = localised(session.get_one(Indicator, indicator_id).title)
    return ActionSubject(title, subject_of_indicator(session, indicator_id))


def subject_of_indicator(session: Session, indicator_id: int) -> PracticeSubject:
    """The theme that a survey measures it by; else it and those with its code and title on other cards.

    Departments may each have set up «the same» indicator.
    """
    own = session.get_one(Indicator, indicator_id)
    if own.questionnaire and own.measure and is_experienced(own.questionnaire, own.measure):
        return PracticeSubject(SharedTheme(own.questionnaire, factor_of(own.measure)))
    of_code = session.scalars(select(Indicator).where(Indicator.code == own.code))
    return PracticeSubject(None, frozenset(each.id for each in of_code if each.title == own.title))


def units_to_tell(session: Session, unit: Unit, about: PracticeSubject, today: dt.date) -> Sequence[Unit]:
    """The other units of the type; of an indicator that no survey measures, those that have it on their card.

    Whoever has the indicator knows who else has it: the others are none to hide among.
    """
    alike = units_alike(session, unit, today)
    if about.theme is not None or not alike:
        return alike
    lines, ambitions = lines_by_unit(session), all_ambitions(session)
    return [
        each
        for each in alike
        if about.indicators & card_indicators(each, lines, ambitions, today.year, reported_only=False).keys()
    ]
