"""What HR is told of a survey's texts."""

from collections.abc import Iterable

from surveys.campaigns.models import Survey, SurveyStatus
from surveys.campaigns.survey_texts import missing_texts
from surveys.platform.localisation import LANGUAGES, listed
from surveys.platform.texts import _


def text_warnings(survey: Survey) -> list[str]:
    """What is not written in every language, while it can be mended or matters."""
    if survey.status not in {SurveyStatus.DRAFT, SurveyStatus.OPEN}:
        return []
    missing = missing_texts(survey)
    said = []
    if missing.title:
        said.append(
            _(
                "Tittelen mangler på %(languages)s. De som svarer på det språket, ser spørreskjemaets egen tittel.",
                languages=_named(missing.title),
            )
        )
    if missing.purpose:
        said.append(
            _(
                "Hvorfor dere spør, er ikke skrevet på %(languages)s. De som svarer på det språket, leser "
                "spørreskjemaets egen innledning, hvis det har en.",
                languages=_named(missing.purpose),
            )
        )
    return said


def _named(codes: Iterable[str]) -> str:
    return listed([LANGUAGES[code].lower() if code != "en" else _("engelsk") for code in codes])
