"""What the page for staff shows, however it was opened."""

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from surveys.campaigns.models import ReaderGroup, SurveyUnit
from surveys.instruments.in_use import questionnaire_of
from surveys.release.comparisons.references import Against, ReferenceChoice
from surveys.release.models import Release
from surveys.results import texts as wording
from surveys.results.corrections import texts as corrected_words
from surveys.results.corrections.queries import corrections_for_group
from surveys.results.meanings import line_meanings
from surveys.results.own_reading import result_for
from surveys.results.pictures import scale_picture
from surveys.results.staff import texts as staff_words
from surveys.results.telling.writing import lines_of


def page_values(session: Session, release: Release, unit: SurveyUnit, today: dt.date) -> dict[str, Any]:
    """For `results/staff/discussion.html`. Comments are not here: they are for the leader and those above."""
    result = result_for(session, release, unit, ReaderGroup.STAFF, today)
    corrected = corrections_for_group(session, ReaderGroup.STAFF, release, [unit.unit_id])
    questionnaire = questionnaire_of(release.survey.instrument)
    return {
        "result": result,
        "corrected": corrected[unit.unit_id],
        "corrected_words": corrected_words,
        "sentences": wording.summary(result),
        "words": wording,
        "picture": scale_picture,
        "meanings": line_meanings(questionnaire, result.lines),
        "alone": ReferenceChoice(Against.NOTHING),
        "heading": staff_words.who_answered(questionnaire),
        "we_do": lines_of(session, release.survey, unit.unit_id),
        "questions": staff_words.questions(questionnaire),
    }
