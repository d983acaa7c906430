"""What respondents are told: who sees what and when, what is wrong with an answer, which languages there are."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup

from questionnaires.answers import LONGEST_COMMENT, AnswerFault
from questionnaires.model import Question
from surveys.campaigns.models import Survey
from surveys.campaigns.survey_texts import titles
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import found_in, language_name, number, text_attributes
from surveys.respond.blueprint import blueprint


def fault_text(fault: AnswerFault, question: Question) -> str:
    """What to do about an answer that could not be used."""
    span = {"first": question.minimum, "last": question.maximum}
    has_years = question.kind in ("year", "month")
    texts: dict[AnswerFault, str] = {
        AnswerFault.VALUE_NOT_ON_SCALE: _("Velg et av svarene som står på siden"),
        AnswerFault.NOT_APPLICABLE_NOT_OFFERED: _("Velg et av svarene som står på siden"),
        AnswerFault.UNKNOWN_OPTION: _("Velg et av svarene som står på siden"),
        AnswerFault.CHOICES_CONTRADICT: (
            _("Kryss av i listen eller under den, ikke begge deler")
            if question.kind == "choices"
            else _("Skriv et svar eller sett krysset under, ikke begge deler")
        ),
        AnswerFault.NOT_A_WHOLE_NUMBER: (
            _("Skriv årstallet med fire sifre") if has_years else _("Skriv et helt tall, bare med sifre")
        ),
        AnswerFault.NUMBER_OUT_OF_RANGE: (
            _("Skriv et årstall fra %(first)s til %(last)s", **span)
            if has_years
            else _("Skriv et tall fra %(first)s til %(last)s", **span)
        ),
        AnswerFault.MONTH_INCOMPLETE: _("Velg måned og skriv år. Begge må være med"),
        AnswerFault.NOT_A_MONTH: _("Velg måned, og skriv årstallet med fire sifre"),
        AnswerFault.COMMENT_TOO_LONG: _(
            "Kort ned teksten til %(most)s tegn", most=number(LONGEST_COMMENT, 0)
        ),
    }
    return texts[fault]


@dataclass(frozen=True)
class Deadline:
    """The last day to answer, and whether it has gone by while the survey is still open."""

    day: dt.date
    passed: bool

    @classmethod
    def of(cls, survey: Survey) -> "Deadline":
        return cls(survey.closes_on, survey.closes_on < municipal_day())


@dataclass(frozen=True)
class LanguageChoice:
    """A language the page can be read in; no address: this is the one."""

    code: str
    name: str
    address: str | None


def language_choices(
    offered: Iterable[str], current: str, address: Callable[[str], str]
) -> list[LanguageChoice]:
    """The languages in the order offered, each with its own name and the page's address in it."""
    return [
        LanguageChoice(code, language_name(code), None if code == current else address(code))
        for code in offered
    ]


blueprint.add_app_template_global(titles, "titles")


@blueprint.app_template_filter("language_mark")
def language_mark(text: Mapping[str, str], wanted: str) -> Markup:
    """The same for a text that may not exist in the language the reader wants: `{{ title|language_mark("uk") }}`."""
    return text_attributes(found_in(text, wanted))
