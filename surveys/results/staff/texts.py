"""The words of the page for staff."""

from questionnaires.model import Questionnaire
from surveys.platform.texts import _


def who_answered(questionnaire: Questionnaire) -> str:
    """The heading over the findings: an employee reads of herself and her colleagues."""
    if questionnaire.respondents == "employees":
        return _("Dette svarte dere")
    return _("Dette svarte de som ble spurt")


def questions(questionnaire: Questionnaire) -> list[str]:
    """What to talk about, in this order: recognise first, keep before improving."""
    recognise = (
        _("Kjenner dere dere igjen i dette?")
        if questionnaire.respondents == "employees"
        else _("Kjenner dere igjen dette fra hverdagen?")
    )
    return [
        recognise,
        _("Hva er bra, og hvordan tar dere vare på det?"),
        _("Hva er det viktigste å gjøre bedre, og hva kan dere gjøre selv?"),
    ]
