"""Who opens a survey's ballot box, in words that are true for the one who answers it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.model import Questionnaire
from surveys.campaigns.ballot_box import HolderOffice, KeyHolder
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.platform.texts import _


def is_opened_by_two(session: Session, survey: Survey) -> bool:
    """False: whoever counts opens the box alone."""
    return session.scalar(select(KeyHolder.id).where(KeyHolder.survey_id == survey.id).limit(1)) is not None


def who_opens(session: Session, survey: Survey, questionnaire: Questionnaire) -> str:
    """«To må åpne sammen: HR og hovedtillitsvalgt.» Only employees know what those are; others read who they are."""
    own = (KeyHolder.survey_id == survey.id, KeyHolder.account_id.is_not(None))
    offices = session.scalars(select(KeyHolder.office).where(*own)).all()
    if not offices and not survey.one_key_reason and survey.status in {None, SurveyStatus.DRAFT}:
        return _("Det er ikke bestemt ennå hvem som skal åpne svarene.")
    if questionnaire.reading == "easy":
        return _easy(by_two=bool(offices))
    if questionnaire.respondents != "employees":
        if offices:
            return _("To må åpne svarene sammen: én fra kommunen, og én som de ansatte i kommunen har valgt.")
        return _("Kommunen åpner svarene når undersøkelsen er lukket. Det kreves ikke at to gjør det sammen.")
    if not offices:
        return _("HR kan åpne svarene alene når undersøkelsen er lukket.")
    if HolderOffice.CHIEF_REPRESENTATIVE in offices:
        return _("To må åpne sammen: HR og hovedtillitsvalgt.")
    if HolderOffice.CHIEF_SAFETY_REPRESENTATIVE in offices:
        return _("To må åpne sammen: HR og hovedverneombudet.")
    return _("To må åpne sammen: HR og en tillitsvalgt.")


def _easy(*, by_two: bool) -> str:
    if by_two:
        return _(
            "To personer må åpne svarene sammen. Én jobber i kommunen. Den andre er valgt av de ansatte."
        )
    return _("Kommunen åpner svarene når undersøkelsen er ferdig.")
