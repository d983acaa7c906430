"""What a unit's staff chose to keep and to improve, for the poster and the page for staff.

Those are made a storey below, so they ask by the name `focus_sentence_of` in templates.
"""

from collections.abc import Mapping

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.model import Text
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.followup.meetings.choosing import choices_of
from surveys.followup.meetings.meeting_words import theme_word
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.models import Unit
from surveys.platform import database
from surveys.platform.texts import _
from surveys.release.measures import measures_of


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


def theme_titles(survey: Survey) -> Mapping[str, Text]:
    measures = measures_of(questionnaire_of(survey.instrument))
    return {measure.factor.key: measure.factor.title for measure in measures}


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(focus_sentence_of=focus_sentence_of)
