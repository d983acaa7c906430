"""A survey's title and purpose in a language, and what HR has not written in every language that is used."""

from collections.abc import Mapping
from dataclasses import dataclass

from questionnaires.model import Questionnaire
from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.platform.localisation import LANGUAGES, language, localised


@dataclass(frozen=True)
class MissingTexts:
    """Languages, by code, that lack HR's title or purpose though the questionnaire is in them."""

    title: tuple[str, ...] = ()
    purpose: tuple[str, ...] = ()


def title_in(survey: Survey, wanted: str | None = None) -> str:
    """HR's title in the language, else the instrument's own in it, else HR's in bokmål."""
    return localised(titles(survey, wanted), wanted)


def titles(survey: Survey, wanted: str | None = None) -> Mapping[str, str]:
    """Language → title, with the instrument's own in the wanted language where HR has written none."""
    code = wanted or language()
    if survey.title.get(code):
        return survey.title
    own = questionnaire_of(survey.instrument).title.get(code, "")
    return {**survey.title, code: own} if own else survey.title


def purposes(survey: Survey, questionnaire: Questionnaire, wanted: str | None = None) -> Mapping[str, str]:
    """Language → why the survey is made; where HR has written none in the wanted language, the instrument's own.

    Empty when neither has any: a reader is never given the one in another language.
    """
    code = wanted or language()
    if survey.purpose.get(code):
        return survey.purpose
    own = (questionnaire.intro or {}).get(code, "")
    return {code: own} if own else {}


def missing_texts(survey: Survey) -> MissingTexts:
    """What to write before inviting: only for languages that both Medvirk and the questionnaire are in."""
    if survey.imported:
        return MissingTexts()
    asked = [code for code in LANGUAGES if code in questionnaire_of(survey.instrument).languages]
    return MissingTexts(
        tuple(code for code in asked if not survey.title.get(code)),
        tuple(code for code in asked if not survey.purpose.get(code)),
    )
