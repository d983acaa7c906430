"""Letters and cards as they are printed, each in its reader's language."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import current_app, render_template
from markupsafe import Markup
from sqlalchemy.orm import Session

from surveys.campaigns.models import Invitation, Survey
from surveys.campaigns.promises import promises
from surveys.campaigns.survey_texts import purposes, title_in
from surveys.hr.paper.sheets import PrintedCode, printed_codes
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.installation import installation
from surveys.platform.localisation import DEFAULT_LANGUAGE, LANGUAGES, in_language, language_name, localised
from surveys.platform.qr import qr_svg
from surveys.platform.texts import _


@dataclass(frozen=True)
class LanguageNote:
    """That the questionnaire can be answered in another language, said in that language."""

    code: str
    text: str


@dataclass(frozen=True)
class SurveyFacts:
    """What every letter of a survey tells in one language, apart from the database.

    `minutes` is 0 when the questionnaire does not say.
    """

    language: str
    municipality: str
    contact: str
    title: str
    purpose: str
    minutes: int
    closes_on: dt.date
    promises: tuple[str, ...]
    other_languages: tuple[LanguageNote, ...]


def printed_page(session: Session, survey: Survey, template: str, chosen: Sequence[Invitation]) -> str:
    """The invitations' sheets, `hr/paper/<template>.html` each, on a page to print.

    Commits, and then draws: a thousand letters take seconds, in which respondents must be able to save.
    """
    printed = printed_codes(survey, chosen, current_app.config["SECRETS"].codes)
    facts = facts_of(survey, (each.language for each in printed))
    session.commit()
    sheets = printed_sheets(template, printed, facts)
    return render_template(f"hr/paper/{template}s.html", survey=survey, sheets=sheets)


def facts_of(survey: Survey, languages: Iterable[str]) -> dict[str, SurveyFacts]:
    """Language of an invitation → what its letter tells. A language without texts of ours is told in bokmål."""
    return {language: _facts(survey, language) for language in set(languages)}


def printed_sheets(
    template: str, printed: Iterable[PrintedCode], facts: Mapping[str, SurveyFacts]
) -> list[Markup]:
    """Each code in the template `hr/paper/<template>.html`, in its own language. Asks the database for nothing."""
    base_url = current_app.config["SETTINGS"].base_url
    sheets = []
    for each in printed:
        found = facts[each.language]
        with in_language(found.language):
            html = render_template(
                f"hr/paper/{template}.html",
                facts=found,
                printed=each,
                address=f"{base_url}/svar",
                qr=qr_svg(f"{base_url}/svar/{each.code}", _("QR-kode til undersøkelsen")),
            )
        sheets.append(Markup(html))  # noqa: S704 -- our own template, escaped as it was rendered
    return sheets


def _facts(survey: Survey, wanted: str) -> SurveyFacts:
    language = wanted if wanted in LANGUAGES else DEFAULT_LANGUAGE
    questionnaire, found = questionnaire_of(survey.instrument), installation()
    with in_language(language):
        return SurveyFacts(
            language=language,
            municipality=found.municipality if found else "",
            contact=found.contact if found else "",
            title=title_in(survey),
            purpose=localised(purposes(survey, questionnaire)),
            minutes=questionnaire.minutes or 0,
            closes_on=survey.closes_on,
            promises=tuple(promises(survey, questionnaire)),
            other_languages=tuple(_note(code) for code in questionnaire.languages if code != language),
        )


def _note(code: str) -> LanguageNote:
    """In a language we have no texts in, its name is all we can say."""
    if code not in LANGUAGES:
        return LanguageNote(code, language_name(code))
    with in_language(code):
        return LanguageNote(
            code,
            _("%(language)s: Velg språket ditt øverst på siden når du svarer.", language=language_name(code)),
        )
