"""The page of a survey that is over: the same for everybody, whether she answered or not.

Between closing and counting the invitation still says who delivered, and afterwards nothing does: neither page says it.
"""

from flask import render_template

from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.platform import database
from surveys.platform.localisation import DEFAULT_LANGUAGE, use_language
from surveys.respond.session import addresses
from surveys.respond.survey_pages import page_values


def ended_page(survey_id: int, language: str, code: str) -> str:
    """In the language asked for, else the questionnaire's first. `code`: as in the address."""
    survey = database.session().get_one(Survey, survey_id)
    questionnaire = questionnaire_of(survey.instrument)
    chosen = language if language in questionnaire.languages else questionnaire.languages[0]
    use_language(chosen or DEFAULT_LANGUAGE)
    values = page_values(survey, questionnaire, chosen, addresses(code, chosen), "start_in")
    return render_template("respond/ended.html", **values)
