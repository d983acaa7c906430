"""The page of a survey that is over: the same for everybody, whether she answered or not.

Between closing and counting the invitation still says who delivered, and afterwards nothing does: neither page says it.
"""

from typing import Final

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.platform import database
from surveys.platform.localisation import DEFAULT_LANGUAGE, use_language
from surveys.respond.late_words import written_words
from surveys.respond.session import addresses, lead_to
from surveys.respond.survey_pages import page_values

_OWN_ADDRESSES: Final = frozenset({"respond.start", "respond.start_in"})


def ended_page(survey_id: int, language: str, code: str) -> Response | tuple[str, int]:
    """In the language asked for, else the questionnaire's first. `code`: as letters have it.

    Every other page with the code leads here. Words that came too late are shown at once, in answer to the request that
    had them: the browser does not have them any more.
    """
    survey = database.session().get_one(Survey, survey_id)
    questionnaire = questionnaire_of(survey.instrument)
    chosen = language if language in questionnaire.languages else questionnaire.languages[0]
    written = written_words(questionnaire, chosen)
    if not written and request.endpoint not in _OWN_ADDRESSES:
        return lead_to(url_for("respond.start", code=code, sprak=language))
    use_language(chosen or DEFAULT_LANGUAGE)
    values = page_values(survey, questionnaire, chosen, addresses(code, chosen), "start_in")
    return render_template("respond/ended.html", **values, written=written), 409 if written else 200
