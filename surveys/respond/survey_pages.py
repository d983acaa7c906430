"""The pages that tell about the survey: start, pause, review, receipt."""

from flask import render_template

from surveys import database
from surveys.respond.answering import Arrival
from surveys.respond.visits import survey_of
from surveys.respond.wordings import Deadline, language_choices, text_attributes, who_sees_what


def show(arrival: Arrival, template: str, page: str, **more: object) -> str:
    """The template `respond/<template>.html`; `page` is the endpoint that shows it in other languages."""
    survey = survey_of(database.session(), arrival.visit)
    return render_template(
        f"respond/{template}.html",
        arrival=arrival,
        survey=survey,
        text_language=arrival.language,
        lang=text_attributes(arrival.language),
        easy=arrival.questionnaire.reading == "easy",
        deadline=Deadline.of(survey),
        who_sees_what=who_sees_what(survey),
        choices=language_choices(
            arrival.questionnaire.languages,
            arrival.language,
            lambda code: arrival.address(page, language=code),
        ),
        **more,
    )
