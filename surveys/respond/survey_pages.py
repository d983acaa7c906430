"""The pages that tell about the survey: start, pause, review, receipt."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import render_template

from questionnaires.model import Questionnaire
from surveys.campaigns.box_openers import is_opened_by_two, who_opens
from surveys.campaigns.models import Survey
from surveys.campaigns.promises import promises
from surveys.platform import database
from surveys.platform.localisation import text_attributes
from surveys.respond.lookup import survey_of
from surveys.respond.session import Address, RespondentSession
from surveys.respond.texts import Deadline, language_choices


def show(
    respondent: RespondentSession,
    template: str,
    page: str,
    in_address: Mapping[str, str] | None = None,
    **more: object,
) -> str:
    """The template `respond/<template>.html`.

    page: the endpoint that shows it in other languages; in_address: what the address carries there too.
    """
    survey = survey_of(database.session(), respondent.lookup)
    address = partial(respondent.address, **(in_address or {}))
    values = page_values(survey, respondent.questionnaire, respondent.language, address, page)
    return render_template(f"respond/{template}.html", **values, respondent=respondent, **more)


def page_values(
    survey: Survey, questionnaire: Questionnaire, language: str, address: Address, page: str
) -> dict[str, Any]:
    """What every page about the survey is given, for a respondent and in a preview alike."""
    return {
        "survey": survey,
        "text_language": language,
        "lang": text_attributes(language),
        "easy": questionnaire.reading == "easy",
        "deadline": Deadline.of(survey),
        "promises": promises(survey, questionnaire),
        "opened_by_two": is_opened_by_two(database.session(), survey),
        "who_opens": who_opens(database.session(), survey, questionnaire),
        "choices": language_choices(
            questionnaire.languages, language, lambda code: address(page, language=code)
        ),
    }
